"""The commands that need no server: settings, people, store, thinking."""

import asyncio
import json
import shutil
import socket
import subprocess
import sys

import pytest

from triagebot.cli import COMMANDS, main
from triagebot.cli.stores import with_database
from triagebot.settings import Settings
from triagebot.store import second_factors
from triagebot.web import totp


@pytest.fixture
def run(tmp_path, monkeypatch, capsys, promoted_models, intents_folder):
    """Run a command in a folder that has a promoted model; return exit code, out and err."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(promoted_models, tmp_path / "models")

    def call(*arguments):
        try:
            main(list(arguments))
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_help_lists_every_command_without_importing_any_of_them():
    script = (
        "import sys\nfrom triagebot.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'sklearn', 'aiohttp', 'sqlalchemy', 'numpy', 'jieba'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


def test_the_server_imports_no_training_library():
    script = (
        "import sys\nimport triagebot.app\n"
        "heavy = {'sklearn', 'scipy', 'joblib', 'jieba', 'training'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--set", "server.prot=1", "config", "show"), "did you mean server.port?"),
        (("--set", "server.port=many", "config", "show"), "server.port"),
        (("--set", "server.port", "config", "show"), "expected section.key=value"),
        (("--config", "nowhere.toml", "config", "show"), "nowhere.toml"),
        (("--set", "database.url=mysql://x", "user", "list"), "SQLite file or PostgreSQL"),
        (("predict", "--model", "nothing", "-i", "/dev/null"), "no model 'nothing'"),
    ],
)
def test_a_wrong_setting_is_named(run, arguments, said):
    code, _, err = run(*arguments)
    assert (code != 0, said in err) == (True, True), err


def test_config_says_where_each_value_comes_from(run, tmp_path, monkeypatch):
    (tmp_path / "triagebot.toml").write_text('[brand]\nname = "文件"\n', encoding="utf-8")
    monkeypatch.setenv("TRIAGEBOT_SERVER__PORT", "9001")
    code, out, _ = run("--set", "desk.hours=09:00-18:00", "config", "show", "--json")
    rows = json.loads(out)
    assert code == 0
    assert (rows["brand.name"]["value"], rows["brand.name"]["origin"]) == ("文件", "triagebot.toml")
    assert (rows["server.port"]["value"], rows["server.port"]["origin"]) == (
        9001,
        "TRIAGEBOT_SERVER__PORT",
    )
    assert rows["desk.hours"]["origin"] == "--set"
    assert rows["log.level"]["origin"] == "default"


def test_people_are_added_once_with_a_password_of_their_own(run):
    code, out, _ = run("user", "add", "xiaoli", "--role", "lead")
    assert code == 0
    assert "password:" in out
    code, _, err = run("user", "add", "xiaoli")
    assert code == 6, err
    first = out.split("password:")[1].strip()
    _, out, _ = run("user", "passwd", "xiaoli")
    assert out.split("password:")[1].strip() != first
    run("user", "disable", "xiaoli")
    _, out, _ = run("user", "list", "--json")
    known = {"name": "xiaoli", "role": "lead", "state": "disabled", "second_factor": "none"}
    assert json.loads(out) == [known]
    assert run("user", "passwd", "nobody")[0] == 5


def test_who_lost_phone_and_codes_gets_in_again_with_the_password(run):
    run("user", "add", "boss", "--role", "admin")

    async def set_up(db):
        await db.write(second_factors.begin, 1, totp.new_secret(), db.clock())
        await db.write(second_factors.confirm, 1, 1, db.clock())

    asyncio.run(with_database(Settings(), set_up))
    assert run("user", "second-factor", "boss")[1] == "boss signs in with password and code\n"
    _, out, _ = run("user", "second-factor", "boss", "--off")
    assert out == "boss signs in with the password alone\n"
    assert run("user", "second-factor", "boss", "--off")[0] == 5


def test_a_backup_is_restored_into_an_empty_place_only(run, tmp_path):
    run("user", "add", "xiaoli")
    code, _, err = run("db", "backup", "copy.db")
    assert code == 0, err
    assert run("db", "backup", "copy.db")[0] == 6
    assert run("db", "restore", "copy.db")[0] == 6
    (tmp_path / "var" / "triagebot.db").unlink()
    assert run("db", "restore", "copy.db")[0] == 0
    _, out, _ = run("user", "list", "--json")
    assert [person["name"] for person in json.loads(out)] == ["xiaoli"]


def test_a_damaged_copy_is_not_restored(run, tmp_path):
    run("user", "add", "xiaoli")
    run("db", "backup", "copy.db")
    assert run("db", "check")[0] == 0
    copy = tmp_path / "copy.db"
    content = bytearray(copy.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    copy.write_bytes(content)
    (tmp_path / "var" / "triagebot.db").unlink()
    code, _, err = run("db", "restore", "copy.db")
    assert code == 3, err
    assert "damaged" in err


def test_predict_keeps_the_order_and_says_what_would_be_done(run, tmp_path):
    lines = ['{"text": "下单后多久发货"}', "转人工", '{"text": ""}', '{"text": "今天天气"}']
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, _, err = run("predict", "-i", "in.jsonl", "-o", "out.jsonl")
    assert code == 0, err
    written = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in written]
    assert [row["text"] for row in rows] == ["下单后多久发货", "转人工", "", "今天天气"]
    assert [row["action"] for row in rows[:2]] == ["answer", "human"]
    assert set(rows[0]) == {
        "text",
        "intent",
        "confidence",
        "answer",
        "answer_confidence",
        "action",
        "reason",
        "threshold",
        "model",
    }


def test_cluster_groups_what_is_alike_and_tells_the_lines(run, tmp_path):
    texts = ["什么时候发货", "", "怎么开发票", "什么时候发货？", "什么时候发货呀"]
    (tmp_path / "in.jsonl").write_text("\n".join(texts) + "\n", encoding="utf-8")
    code, out, err = run("cluster", "-i", "in.jsonl", "--json")
    assert code == 0, err
    found = json.loads(out)
    assert (found["n"], [each["lines"] for each in found["clusters"]]) == (4, [[1, 4, 5], [3]])
    assert found["clusters"][0]["intent"] == "delivery"
    code, out, _ = run("cluster", "-i", "in.jsonl")
    assert "4 messages: 3 in 1 clusters, 1 alone" in out
    (tmp_path / "in.jsonl").write_text("", encoding="utf-8")
    code, _, err = run("cluster", "-i", "in.jsonl")
    assert (code, "no messages" in err) == (3, True)


@pytest.mark.parametrize("line", ['{"text": 5}', '{"other": "x"}', '{"text"', "[1]\n{}"])
def test_predict_names_the_line_that_it_cannot_read(run, tmp_path, line):
    (tmp_path / "in.jsonl").write_text('{"text": "好"}\n' + line + "\n", encoding="utf-8")
    code, _, err = run("predict", "-i", "in.jsonl")
    assert code == 3
    assert "line " in err


def test_the_shell_answers_and_shows_why(run, monkeypatch):
    said = iter(["下单后多久发货", "哈哈哈", "转人工", ""])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(said))
    code, out, _ = run("shell")
    assert code == 0
    assert "exact_question" in out
    assert "我在呢，有手机或订单方面的问题" in out  # small talk that is not proven
    assert "已为您转接人工客服" in out


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_port_that_is_taken_is_named_and_another_is_offered(run, workers, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        serve = [sys.executable, "-m", "triagebot", "serve", "--port", port, "--workers", workers]
        ended = subprocess.run(serve, cwd=tmp_path, capture_output=True, text=True, timeout=180)
    assert ended.returncode == 3
    assert f"127.0.0.1 port {port} cannot be listened on" in ended.stderr
    assert "--port" in ended.stderr
