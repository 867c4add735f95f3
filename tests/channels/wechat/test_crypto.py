"""Opening and closing: rotation, junk, and that every failure is the same failure."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechat_world import APPID, KEY, OLD_KEY, OLD_TOKEN, TOKEN, account_of

from triagebot.channels.wechat.account import Account, Mode
from triagebot.channels.wechat.crypto import Envelope, Seal, WeChatCryptoError, decode_key, sign
from triagebot.errors import BadInput
from triagebot.fakewechat.crypto import decrypt, encrypt, open_reply, signature_of

SEAL = Seal(APPID, TOKEN, decode_key(KEY))


def open_with(envelope, encrypted, token=TOKEN):
    signature = signature_of(token, "1790000000", "77", encrypted)
    return envelope.open(encrypted, msg_signature=signature, timestamp="1790000000", nonce="77")


@pytest.mark.parametrize("token", [TOKEN, OLD_TOKEN])
@pytest.mark.parametrize("key", [KEY, OLD_KEY])
def test_while_rotating_old_and_new_both_open_and_the_answer_uses_the_same(token, key):
    envelope = Envelope(APPID, [TOKEN, OLD_TOKEN], [KEY, OLD_KEY])
    message, seal = open_with(envelope, encrypt(key, APPID, "你好"), token)
    assert message.decode() == "你好"
    answer = seal.wrap("<xml>再见</xml>", timestamp=1790000001, nonce="77")
    assert open_reply(token, key, APPID, "77", answer) == "<xml>再见</xml>"


def test_after_rotating_the_old_ones_are_refused():
    envelope = Envelope(APPID, [TOKEN], [KEY])
    for token, key in ((OLD_TOKEN, KEY), (TOKEN, OLD_KEY)):
        with pytest.raises(WeChatCryptoError):
            open_with(envelope, encrypt(key, APPID, "x"), token)


@given(st.text())
def test_any_text_survives_both_ways(text):
    message = text.encode("utf-8", "ignore").decode()
    assert SEAL.decrypt(encrypt(KEY, APPID, message)).decode() == message
    assert decrypt(KEY, APPID, SEAL.encrypt(message)) == message


@given(st.integers(0, 200))
def test_ciphertext_is_always_a_multiple_of_32(length):
    assert len(base64.b64decode(SEAL.encrypt("x" * length))) % 32 == 0


@given(st.binary() | st.binary(min_size=32, max_size=64).map(lambda b: b[: len(b) // 16 * 16]))
def test_junk_ciphertext_raises_only_the_one_error(junk):
    with pytest.raises(WeChatCryptoError):
        SEAL.decrypt(base64.b64encode(junk).decode())


@given(st.text())
def test_junk_in_place_of_base64_raises_only_the_one_error(junk):
    with pytest.raises(WeChatCryptoError):
        open_with(Envelope(APPID, [TOKEN], [KEY]), junk.encode("utf-8", "ignore").decode())


@given(st.text(alphabet=st.characters(codec=None)))
def test_a_strange_signature_raises_only_the_one_error(signature):
    with pytest.raises(WeChatCryptoError):
        Envelope(APPID, [TOKEN], [KEY]).check(signature, "1", "2")


def frames():
    body, appid = b"<xml/>", APPID.encode()
    head = b"r" * 16
    whole = head + len(body).to_bytes(4, "big") + body + appid
    good = whole + bytes([32 - len(whole) % 32]) * (32 - len(whole) % 32)
    yield "pad 0", good[:-1] + b"\0"
    yield "pad 33", good[:-1] + bytes([33])
    yield "uneven pad", good[:-2] + b"\0" + good[-1:]
    yield "length too long", pad(head + (10**6).to_bytes(4, "big") + body + appid)
    yield "length beyond 31 bits", pad(head + b"\xff" * 4 + body + appid)
    yield "frame of 19", pad(head + b"\0\0\0")
    yield "no appid", pad(head + len(body).to_bytes(4, "big") + body)
    yield "longer appid", pad(whole + b"x")


def pad(frame):
    count = 32 - len(frame) % 32
    return frame + bytes([count]) * count


@pytest.mark.parametrize(("name", "frame"), list(frames()))
def test_a_frame_that_is_not_exactly_right_is_refused(name, frame):
    encryptor = SEAL._cipher().encryptor()
    sealed = base64.b64encode(encryptor.update(frame) + encryptor.finalize()).decode()
    with pytest.raises(WeChatCryptoError):
        SEAL.decrypt(sealed)


def test_every_failure_says_the_same_to_the_outside():
    messages = set()
    for junk in ("", "%%%", base64.b64encode(b"x" * 32).decode(), encrypt(KEY, "wx-other", "x")):
        with pytest.raises(WeChatCryptoError) as failure:
            SEAL.decrypt(junk)
        messages.add((failure.value.message, failure.value.code, failure.value.status))
    assert len(messages) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"tokens": ()},
        {"tokens": ("a1b2c3", "d1e2f3", "g1h2i3")},
        {"tokens": ("ab",)},
        {"tokens": ("has space",)},
        {"aes_keys": ()},
        {"aes_keys": ("short",)},
        {"aes_keys": (KEY[:-1] + "-",)},
        {"appid": "x y"},
        {"mode": "secure"},
        {"mode": Mode.PLAIN},
    ],
)
def test_an_account_wechat_would_not_accept_is_refused(change):
    values = {"name": "main", "appid": APPID, "tokens": (TOKEN,), "aes_keys": (KEY,)}
    with pytest.raises(BadInput) as failure:
        Account(**{**values, **change})
    assert set(failure.value.fields) & {"tokens", "aes_keys", "appid", "mode"}


def test_secrets_do_not_show_when_an_account_is_printed():
    account = account_of(secret="s3cret-of-ours")
    shown = repr(account) + repr(SEAL)
    assert TOKEN not in shown
    assert KEY not in shown
    assert "s3cret" not in shown
    assert sign("a") not in shown
