"""`triagebot wechat` against WeChat's API on loopback: check, followers, tags, codes, menu."""

import json
import socket
import subprocess
import sys

import pytest

from tests.fakes.platform_thread import platform_thread

APPID, SECRET = "wx00000000000000aa", "0123456789abcdef0123456789abcdef"
SETTINGS = """[wechat.main]
appid = "{appid}"
original_id = "gh_0a1b2c3d4e5f"
token_file = "token"
aes_key_file = "aes"
secret_file = "secret"
api_url = "{url}"
"""


@pytest.fixture
def tencent():
    with platform_thread(APPID, SECRET) as platform:
        yield platform


@pytest.fixture
def project(run, tmp_path, tencent):
    """A folder with an account that is set up without a mistake."""
    (tmp_path / "var").mkdir()
    (tmp_path / "token").write_text("tokenOne1")
    (tmp_path / "aes").write_text("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "triagebot.toml").write_text(SETTINGS.format(appid=APPID, url=tencent.url))
    return tmp_path


def levels(found):
    return {step["step"]: step["level"] for step in found["main"] if step["level"] != "ok"}


def test_a_right_account_passes_and_says_what_was_not_checked(run, project):
    ran = run("--json", "wechat", "check")
    assert (ran.code, levels(ran.json)) == (0, {"no_url": "skipped"})


SPOILS = {
    "set_appid": ("triagebot.toml", lambda text: text.replace(APPID, "no appid")),
    "set_mode": ("triagebot.toml", lambda text: text + 'mode = "secret"\n'),
    "set_tokens": ("token", lambda _: "a-b"),
    "set_aes_keys": ("aes", lambda text: text[:-1]),
    "set_secret_file": ("triagebot.toml", lambda text: text.replace('"secret"', '"nowhere"')),
    "token": ("secret", lambda _: "another"),
}


def test_each_mistake_is_named_in_both_languages(run, project):
    for step, (name, spoil) in SPOILS.items():
        file = project / name
        right = file.read_text()
        file.write_text(spoil(right))
        ran = run("--json", "wechat", "check")
        assert ran.code == 7, step
        assert levels(json.loads(ran.output)).get(step) == "error", step
        file.write_text(right)
        words = next(each for each in json.loads(ran.output)["main"] if each["step"] == step)
        assert any("\u4e00" <= character <= "\u9fff" for character in words["zh"]), step


def test_without_any_account_the_way_in_is_named(run):
    ran = run("wechat", "check")
    assert ran.code == 7
    assert "triagebot wechat fake" in ran.output
    assert run("wechat", "followers", "import").code == 3


def test_a_check_for_people_shows_marks_and_the_language_asked_for(run, project):
    shown = run("wechat", "check", "--lang", "zh").output
    assert "✓" in shown
    assert "right form" not in shown


def test_followers_come_in_go_on_and_begin_anew(run, project, tencent):
    for number in range(25):
        tencent.follow(f"oFan{number:02}")
    tencent.page = 10
    tencent.knobs.only_path = "/cgi-bin/user/get"
    tencent.knobs.errcodes = [0, 0, 45009]
    assert run("wechat", "followers", "import").code == 7
    tencent.calls.clear()
    done = run("--json", "wechat", "followers", "import").json
    assert done == {"channel": "wechat:main", "seen": 25, "new": 25}
    assert tencent.calls["/cgi-bin/user/get"] == 2
    assert run("--json", "wechat", "followers", "import").json["new"] == 0


def test_tags_come_and_go(run, project, tencent):
    tencent.follow("oFan1", tagid_list=[2])
    run("wechat", "followers", "import")
    found = run("--json", "wechat", "tags", "pull").json
    assert found == {"tags": 1, "fans": 1}
    assert run("--json", "wechat", "tags", "push").json == {"changes": 0}


def test_a_code_is_made_for_a_scene(run, project):
    ever = run("--json", "wechat", "qrcode", "shop-7").json
    assert (ever["scene"], ever["seconds"]) == ("shop-7", None)
    assert ever["image_url"].startswith("https://mp.weixin.qq.com/")
    assert run("--json", "wechat", "qrcode", "shop-7", "--days", "1").json["seconds"] == 86400
    assert run("wechat", "qrcode", "x" * 65).code == 3


def test_the_menu_is_pulled_compared_and_pushed(run, project, tencent):
    button = {"name": "人工", "type": "click", "key": "TRIAGE_HUMAN"}
    tencent.menu = {"button": [button]}
    assert run("wechat", "menu", "pull").code == 0
    assert run("--json", "wechat", "menu", "diff").json == {"same": True, "diff": []}
    file = project / "menu.yml"
    file.write_text(file.read_text().replace("人工", "找人"))
    assert "+- name: 找人" in run("--json", "wechat", "menu", "diff").json["diff"]
    assert run("wechat", "menu", "pull").code == 3
    assert run("wechat", "menu", "push").code == 0
    assert tencent.menu["button"] == [{**button, "name": "找人"}]
    assert run("wechat", "menu", "pull").code == 0


BAD_MENUS = ["", "[]", "button: x", "button: [1]", "button: [{name: a, colour: red}]", "a: [",
             "button: [{name: a, sub_button: 1}]", "button: [{name: a}]", "button: []"]  # fmt: skip


def test_a_menu_that_wechat_would_not_take_stays_here(run, project, tencent):
    for text in BAD_MENUS:
        (project / "menu.yml").write_text(text)
        assert run("wechat", "menu", "push").code == 3, text
    assert run("wechat", "menu", "push", "nowhere.yml").code == 3
    assert tencent.menu == {}


def test_the_fake_invents_an_account_that_the_check_takes(run, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "triagebot", "--json", "wechat", "fake", "--port", port]
    ran = subprocess.run(
        [*command, "--callback", "http://127.0.0.1:1/wechat/fake"],
        input="/help\n/quit\n", capture_output=True, text=True, timeout=180, check=True,
    )  # fmt: skip
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [line["from"] for line in lines] == ["note", "note"]
    assert "/follow" in lines[1]["text"]
    folder = tmp_path / "var" / "fake-wechat"
    assert (folder / "secret").stat().st_mode & 0o077 == 0
    checked = run("--json", "--config", folder / "triagebot.toml", "wechat", "check")
    found = {step["step"]: step["level"] for step in json.loads(checked.output)["fake"]}
    assert found["settings"] == "ok"
    assert found["api_unreachable"] == "error"
