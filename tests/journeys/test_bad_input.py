"""Bad input of every kind gets a clear error, and the server goes on."""

import json
import shutil
import sqlite3
import urllib.error
import urllib.request

import pytest

from tests.journeys.conftest import Person, wait_for

JUNK = [
    ("no JSON", b"{text", "application/json", 400),
    ("not UTF-8", b'{"text": "\xff\xfe"}', "application/json", 400),
    ("another shape", b"[1, 2]", "application/json", 400),
    ("a wrong type", b'{"text": 7}', "application/json", 400),
    ("no text", b"{}", "application/json", 400),
    ("deep nesting", b"[" * 5000 + b"]" * 5000, "application/json", 400),
    ("a form of another site", b"text=hi", "application/x-www-form-urlencoded", 400),
    ("one megabyte", b'{"text": "' + b"a" * 1_000_000 + b'"}', "application/json", 413),
]


def send(url, data, kind="application/json"):
    """Return status and body of a POST, whatever they are."""
    request = urllib.request.Request(url, data, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def is_alive(server):
    return Person(server.url).says("下单后多久发货")["action"] == "answer"


def test_junk_bodies_get_the_one_error_shape_and_the_server_goes_on(server):
    for name, data, kind, expected in JUNK:
        status, body = send(f"{server.url}/api/v1/chat", data, kind)
        assert status == expected, (name, status, body)
        error = json.loads(body)["error"]
        assert error["code"], name
        assert error["message"], name
    assert is_alive(server)
    assert "Traceback" not in server.log()


def test_an_altered_bundle_is_refused_while_the_old_one_serves(server, bundle_folder):
    bad = server.folder / "models" / "tampered"
    shutil.copytree(bundle_folder, bad)
    (bad / "words.txt").write_text("altered\n", encoding="utf-8")
    server.command("model", "promote", "tampered", code=4)
    (server.folder / "models" / "current.json").write_text(
        json.dumps({"name": "tampered"}), encoding="utf-8"
    )
    wait_for(lambda: "model refused" in server.log())
    parsed = Person(server.url).call("POST", "/model/parse", {"text": "你好"})
    assert parsed["model_id"] == bundle_folder.name
    assert is_alive(server)


def test_a_locked_store_answers_503_and_works_again_afterwards(server):
    holder = sqlite3.connect(server.folder / "var" / "triagebot.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        status, body = send(f"{server.url}/api/v1/chat", json.dumps({"text": "在吗"}).encode())
        assert status == 503
        assert json.loads(body)["error"]["code"] == "busy"
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert is_alive(server)


@pytest.mark.parametrize("signature", ["", "0" * 40, "签名"])
def test_an_unknown_account_or_signature_learns_nothing(server, signature):
    query = f"signature={urllib.request.quote(signature)}&timestamp=1&nonce=2&echostr=3"
    status, body = send(f"{server.url}/wechat/main?{query}", b"<xml></xml>", "text/xml")
    assert status == 403
    assert b"3" not in body
    assert "nonce" not in server.log()


def test_broken_yaml_stops_the_training_with_file_and_line(server):
    path = server.folder / "intents" / "delivery.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[20] = "\t- not yaml: ["
    path.write_text("\n".join(lines), encoding="utf-8")
    server.command("train", "--name", "broken", code=3)
    assert not (server.folder / "models" / "broken").exists()
    assert is_alive(server)
