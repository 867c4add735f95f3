"""The published vectors and captured messages, through our own module."""

import pytest
from wechat_world import needs_vectors, vectors

from triagebot.channels.wechat.crypto import Envelope, Seal, WeChatCryptoError, decode_key, sign
from triagebot.channels.wechat.parse import parse
from triagebot.channels.wechat.xml import read_fields

pytestmark = needs_vectors
KNOWN = vectors()


def ids(items):
    return [item["id"] for item in items]


def of_kind(kind):
    found = [vector for vector in KNOWN["vectors"] if vector["kind"] == kind]
    return pytest.mark.parametrize("vector", found, ids=ids(found))


def test_all_vectors_are_looked_at():
    assert len(KNOWN["vectors"]) == 16
    assert len(KNOWN["messages"]) == 18
    assert {v["kind"] for v in KNOWN["vectors"]} == {"signature", "encrypt", "decrypt"}


@of_kind("signature")
def test_signature_is_the_published_one(vector):
    given, expected = vector["input"], vector["expected"]
    stamp = (given["token"], given["timestamp"], given["nonce"])
    if "signature" in expected:
        assert sign(*stamp) == expected["signature"]
    if "msg_signature" in expected:
        assert sign(*stamp, given["encrypt"]) == expected["msg_signature"]


@of_kind("encrypt")
def test_encrypting_gives_the_published_bytes(vector):
    given, expected = vector["input"], vector["expected"]
    seal = Seal(given["appid"], given.get("token", ""), decode_key(given["encoding_aes_key"]))
    encrypt = seal.encrypt(given["plaintext"], given["random16"].encode())
    assert encrypt == expected["encrypt"]
    assert seal.decrypt(encrypt).decode() == given["plaintext"]
    if "msg_signature" in expected:
        stamp = (given["token"], given["timestamp"], given["nonce"])
        assert sign(*stamp, encrypt) == expected["msg_signature"]


def test_envelope_has_the_published_layout(monkeypatch):
    (vector,) = [v for v in KNOWN["vectors"] if "envelope" in v["expected"]]
    given, expected = vector["input"], vector["expected"]
    random16 = given["random16"].encode()
    monkeypatch.setattr("secrets.token_bytes", lambda count: random16)
    seal = Seal(given["appid"], given["token"], decode_key(given["encoding_aes_key"]))
    wrapped = seal.wrap(given["plaintext"], timestamp=int(given["timestamp"]), nonce=given["nonce"])
    assert wrapped == expected["envelope"]


@of_kind("decrypt")
def test_opening_gives_the_published_message(vector):
    given, expected = vector["input"], vector["expected"]
    message, _ = open_vector(given)
    if "plaintext" in expected:
        assert message.decode() == expected["plaintext"]
    if "fields" in expected:
        fields = read_fields(message)
        assert {name: fields[name] for name in expected["fields"]} == expected["fields"]


@of_kind("decrypt")
@pytest.mark.parametrize("part", ["msg_signature", "nonce", "timestamp", "encrypt", "token"])
def test_opening_refuses_any_changed_part(vector, part):
    changed = {**vector["input"], part: vector["input"][part][:-2] + "zz"}
    with pytest.raises(WeChatCryptoError):
        open_vector(changed)


@of_kind("decrypt")
def test_opening_refuses_another_appid(vector):
    with pytest.raises(WeChatCryptoError) as failure:
        open_vector({**vector["input"], "appid": "wx0000000000000000"})
    assert failure.value.reason == "appid"


@pytest.mark.parametrize("message", KNOWN["messages"], ids=ids(KNOWN["messages"]))
def test_captured_message_has_the_expected_fields(message):
    expected = {}
    for name, value in message["expected"].items():
        nested = value if isinstance(value, dict) else None
        expected |= {f"{name}.{k}": v for k, v in nested.items()} if nested else {name: value}
    fields = read_fields(message["xml"].encode())
    assert {name: fields.get(name) for name in expected} == expected


@pytest.mark.parametrize("message", KNOWN["messages"], ids=ids(KNOWN["messages"]))
def test_captured_message_becomes_an_inbound(message):
    expected = message["expected"]
    inbound = parse(message["xml"].encode(), channel="wechat:main", appid="wx1")
    assert inbound.fan == expected["FromUserName"]
    assert str(int(inbound.sent_at.timestamp())) == expected["CreateTime"]
    assert inbound.text == (expected.get("Content") or expected.get("Recognition") or "")
    assert inbound.detail["MsgType"] == expected["MsgType"]


def open_vector(given):
    envelope = Envelope(given["appid"], [given["token"]], [given["encoding_aes_key"]])
    return envelope.open(
        given["encrypt"],
        msg_signature=given["msg_signature"],
        timestamp=given["timestamp"],
        nonce=given["nonce"],
    )
