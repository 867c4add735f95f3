"""The doctor finds what is wrong, says what to do, and is quiet where all is well."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from triagebot.cli import group
from triagebot.doctor import machine, spool, store, wechat
from triagebot.doctor.findings import State
from triagebot.store.spool import Spool

APPID = "--set=wechat.main.appid=wx0123456789abcdef"


def run(folder, models, *options):
    arguments = [
        "--json",
        f"--set=database.url=sqlite:///{folder / 'store' / 'triagebot.db'}",
        f"--set=models.dir={models}",
    ]
    return CliRunner().invoke(group, [*arguments, *options], obj={})


def states(result):
    return {found["what"]: found["state"] for found in json.loads(result.output)["findings"]}


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "token"
    path.write_text("words-that-nobody-knows", encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_sound_installation_has_no_failure(tmp_path, promoted_models, secret):
    account = [
        "--set=wechat.main.appid=wx0123456789abcdef",
        f"--set=wechat.main.token_file={secret}",
    ]
    result = run(tmp_path, promoted_models, *account, "doctor", "--strict")
    assert result.exit_code == 0, result.output
    found = states(result)
    assert "fail" not in found.values()
    assert found["secret wechat.main.token_file"] == "ok"
    assert "words-that-nobody-knows" not in result.output


@pytest.mark.parametrize(
    ("damage", "what", "state"),
    [
        (lambda secret: secret.chmod(0o644), "secret wechat.main.token_file", "warn"),
        (lambda secret: secret.write_text(""), "secret wechat.main.token_file", "fail"),
        (lambda secret: secret.unlink(), "secret wechat.main.token_file", "fail"),
    ],
    ids=["for others to read", "empty", "away"],
)
def test_a_secret_file_at_fault_is_named(tmp_path, promoted_models, secret, damage, what, state):
    damage(secret)
    account = [
        "--set=wechat.main.appid=wx0123456789abcdef",
        f"--set=wechat.main.token_file={secret}",
    ]
    assert states(run(tmp_path, promoted_models, *account, "doctor"))[what] == state


def test_no_model_and_a_plain_account_fail_when_strict(tmp_path):
    account = [APPID, "--set=wechat.main.mode=plain"]
    result = run(tmp_path, tmp_path / "none", *account, "doctor", "--strict")
    assert result.exception.exit_code == 4
    found = json.loads(result.output.splitlines()[0])["findings"]
    failed = {finding["what"]: finding["do"] for finding in found if finding["state"] == "fail"}
    assert failed.keys() == {"model", "wechat main"}
    assert all(failed.values())


@pytest.fixture
async def store_file(sqlite_url, database):
    await database.close()
    return Path(sqlite_url.removeprefix("sqlite:///"))


def test_a_damaged_store_is_found(sqlite_url, store_file):
    assert [finding.state for finding in store.sqlite_store(sqlite_url)] == [State.OK]
    content = bytearray(store_file.read_bytes())
    content[4096:8192] = bytes(4096)
    store_file.write_bytes(content)
    assert [finding.state for finding in store.sqlite_store(sqlite_url)] == [State.FAIL]


def test_postgres_is_asked_how_durable_it_is(new_postgres_url, clock):
    found = {finding.what: finding for finding in store.postgres_store(new_postgres_url, clock)}
    assert found["store fsync"].state is State.OK
    assert found["store standby"].state is State.WARN
    assert found["clock"].state is State.FAIL  # the test's clock stands still, years ago


def test_a_postgres_that_is_away_fails(clock):
    pytest.importorskip("psycopg")
    (finding,) = store.postgres_store("postgresql://x@127.0.0.1:1/none", clock)
    assert (finding.what, finding.state) == ("store", State.FAIL)


async def test_a_spool_says_what_waits_and_what_was_given_up(tmp_path, inbound, clock):
    opened = Spool(tmp_path, clock, max_bytes=10**7)
    await opened.start()
    assert [finding.state for finding in spool.spool(tmp_path)] == [State.OK]
    for _ in range(3):
        await opened.keep(inbound())
    await opened.close()
    with closing(sqlite3.connect(tmp_path / "0" / "spool.db")) as file, file:
        file.execute("UPDATE spooled SET attempts = 3 WHERE id = 1")
    found = spool.spool(tmp_path)
    assert [(finding.state, finding.words[:1]) for finding in found] == [
        (State.FAIL, "1"),
        (State.WARN, "2"),
    ]


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, State.OK), (-4, State.OK), (20, State.WARN), (-90, State.FAIL)]
)
def test_clocks_are_compared(clock, seconds, state):
    theirs = clock() + timedelta(seconds=seconds)
    assert machine.clock("another", clock(), theirs).state is state


def test_an_api_that_cannot_be_reached_fails(clock):
    settings = wechat.AccountSettings("main", "safe", "http://127.0.0.1:1", has_secret=True)
    assert [finding.state for finding in wechat.reach(settings, clock)] == [State.FAIL]
