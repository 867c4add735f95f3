"""The load test against a real server, and against one that says 200 and forgets."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager

import pytest

from triagebot.loadtest.compare import compare
from triagebot.loadtest.plan import Plan

MESSAGES = 150
"""With their duplicates too few for a crowd: none is refused, however slow the machine is."""

COPIED = "channel, fan, detail, text FROM message"


def run(models, out, *arguments):
    command = [sys.executable, "-m", "triagebot", "--json", "--set", f"models.dir={models}"]
    command += ["loadtest", "--out", str(out), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


@pytest.mark.parametrize("extra", [("--quiz",), ("--secure", "--day")])
def test_a_sound_server_keeps_everything(promoted_models, tmp_path, extra):
    done = run(
        promoted_models,
        tmp_path,
        "--rate=150",
        f"--messages={MESSAGES}",
        "--duplicates=0.2",
        *extra,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["acked"] == result["stored"] == MESSAGES
    assert (result["lost"], result["duplicate"], result["different"]) == (0, 0, 0)
    assert result["deliveries"] > 1.05 * MESSAGES
    page = (tmp_path / result["report"]).read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert "Nothing that was acknowledged is lost" in page
    acked = next(tmp_path.glob("*.acked")).read_text().split()
    assert len(set(acked)) == MESSAGES


@contextmanager
def forgetful_server():
    """Says 200 to everything and keeps nothing."""

    async def answer(reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
                await reader.readexactly(int(length))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve():
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ready.append(server.sockets[0].getsockname()[1])
        started.set()
        await stop.wait()
        server.close()

    ready, started, stop = [], threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert started.wait(60)
    yield f"http://127.0.0.1:{ready[0]}"
    loop.call_soon_threadsafe(stop.set)
    thread.join(60)
    loop.close()


def test_a_server_that_forgets_is_found_out(promoted_models, tmp_path):
    store = tmp_path / "empty.db"
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("CREATE TABLE message (id, channel, fan, detail, text)")
        connection.commit()
    (tmp_path / "token").write_text("t")
    account = ["--set=wechat.main.mode=plain", f"--set=wechat.main.token_file={tmp_path}/token"]
    with forgetful_server() as url:
        command = [sys.executable, "-m", "triagebot", "--json", *account, "loadtest"]
        command += ["--url", url, "--rate=200", "--messages=50", f"--store={store}"]
        done = subprocess.run(
            [*command, "--out", str(tmp_path)], capture_output=True, text=True, check=False
        )
    assert done.returncode == 4, done.stderr
    result = json.loads(done.stdout)
    assert result["lost"] == 50
    assert "Broken: 50 lost" in (tmp_path / result["report"]).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "figure"),
    [
        ("DELETE FROM message WHERE rowid = 3", "lost"),
        (f"INSERT INTO message SELECT id + 9, {COPIED} WHERE rowid = 3", "duplicate"),
        ("UPDATE message SET text = text || '!' WHERE rowid = 3", "different"),
    ],
)
def test_what_the_store_got_wrong_is_counted(tmp_path, change, figure):
    plan = Plan(["你好"], 5, 10.0, 1_700_000_000, "abc", fans=1)
    store = tmp_path / "store.db"
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("CREATE TABLE message (id, channel, fan, detail, text)")
        for place in range(5):
            letter = plan.letter(place, 0.0)
            detail = json.dumps({"MsgId": str(letter.number)}, separators=(",", ":"))
            row = (place, "wechat:load", letter.fan, detail, letter.text)
            connection.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?)", row)
        connection.commit()
        assert compare(str(store), "wechat:load", plan, bytearray(b"\1" * 5)).lost == 0
        connection.execute(change)
        connection.commit()
    assert getattr(compare(str(store), "wechat:load", plan, bytearray(b"\1" * 5)), figure) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--url=http://192.0.2.1:80", "--account=main"),
        ("--url=http://127.0.0.1:1",),
        ("--day", "--quiz"),
        ("--rate=0",),
        ("--duplicates=2",),
    ],
)
def test_what_makes_no_sense_is_refused(promoted_models, tmp_path, arguments):
    assert run(promoted_models, tmp_path, *arguments).returncode == 3
