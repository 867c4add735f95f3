"""Two libraries that we did not write play Tencent, read our replies and compare parsers."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechat_world import APPID, KEY, RECORDED, TOKEN, account_of, vectors

from triagebot.channels.wechat import render as r
from triagebot.channels.wechat.callback import Door
from triagebot.channels.wechat.crypto import Seal, decode_key
from triagebot.channels.wechat.parse import parse
from triagebot.channels.wechat.xml import WeChatParseError, read_fields
from triagebot.domain.message import Article, Kind, Option, Reply
from triagebot.fakewechat.pusher import field_of, text_xml

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    wechatpy = pytest.importorskip("wechatpy")
    pytest.importorskip("werobot")
    from wechatpy.crypto import WeChatCrypto
    from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
    from wechatpy.replies import deserialize_reply
    from werobot.crypto import MessageCrypt
    from werobot.parser import parse_user_msg

STAMP, NONCE = "1790000000", "77"
ADDRESS = r.Address("oFan1", "gh_0a1b2c3d4e5f", 1790000000)
CARD = Article("标题", "说明", "https://example.com/p.jpg", "https://example.com/?a=1&b=2")
SEAL = Seal(APPID, TOKEN, decode_key(KEY))


def as_wechatpy(xml):
    """Return query and body of a message as wechatpy encrypts it."""
    body = WeChatCrypto(TOKEN, KEY, APPID).encrypt_message(xml, NONCE, STAMP)
    return body, field_of(body, "MsgSignature")


def as_werobot(xml):
    body = MessageCrypt(TOKEN, KEY, APPID).encrypt_message(xml, STAMP, NONCE)
    return body, field_of(body, "MsgSignature")


def read_by_wechatpy(body):
    return WeChatCrypto(TOKEN, KEY, APPID).decrypt_message(
        body, field_of(body, "MsgSignature"), field_of(body, "TimeStamp"), NONCE
    )


def read_by_werobot(body):
    clear = MessageCrypt(TOKEN, KEY, APPID).decrypt_message(
        field_of(body, "TimeStamp"),
        NONCE,
        field_of(body, "MsgSignature"),
        field_of(body, "Encrypt"),
    )
    return clear.decode()


@pytest.mark.parametrize("tencent", [as_wechatpy, as_werobot])
@pytest.mark.parametrize("judge", [read_by_wechatpy, read_by_werobot])
async def test_peers_as_tencent_push_and_read_the_reply(serve, intake, tencent, judge):
    intake.think = lambda inbound: Reply(f"收到：{inbound.text}", (Option("1", "是"),))
    pusher = await serve()
    body, signature = tencent(text_xml("什么时候发货？😀"))
    query = {"timestamp": STAMP, "nonce": NONCE, "encrypt_type": "aes", "msg_signature": signature}
    async with pusher.session.post(pusher.url, params=query, data=body.encode()) as response:
        assert response.status == 200
        clear = judge(await response.text())
    reply = deserialize_reply(clear)
    assert reply.content == "收到：什么时候发货？😀\n1. 是"
    assert (reply.target, reply.source) == ("oFan1", "gh_0a1b2c3d4e5f")


REPLIES = {
    "text": (r.text(ADDRESS, "a\n你好"), {"content": "a\n你好"}),
    "image": (r.image(ADDRESS, "m1"), {"image": "m1"}),
    "voice": (r.voice(ADDRESS, "m1"), {"voice": "m1"}),
    "video": (r.video(ADDRESS, "m1", "t", "d"), {"media_id": "m1", "title": "t"}),
    "music": (
        r.music(ADDRESS, "m1", url="https://example.com/a", title="t"),
        {"thumb_media_id": "m1", "music_url": "https://example.com/a"},
    ),
    # Two cards: wechatpy cannot read a single one.
    "news": (r.news(ADDRESS, [CARD, CARD]), {}),
}


@pytest.mark.parametrize("kind", REPLIES)
def test_peers_read_every_kind_of_reply(kind):
    xml, values = REPLIES[kind]
    sealed = SEAL.wrap(xml, timestamp=1790000000, nonce=NONCE)
    assert read_by_wechatpy(sealed) == read_by_werobot(sealed) == xml
    reply = deserialize_reply(xml)
    assert reply.type == kind
    assert {name: getattr(reply, name) for name in values} == values
    if kind == "news":
        assert [article["url"] for article in reply.articles] == [CARD.url, CARD.url]


def test_peers_notice_a_spoilt_reply():
    """The twin: what the judges are for."""
    sealed = SEAL.wrap(REPLIES["text"][0], timestamp=1790000000, nonce=NONCE)
    with pytest.raises(InvalidSignatureException):
        read_by_wechatpy(sealed.replace("<TimeStamp>1", "<TimeStamp>2"))
    other = Seal("wx00000000000000bb", TOKEN, decode_key(KEY))
    with pytest.raises(InvalidAppIdException):
        read_by_wechatpy(other.wrap("<xml/>", timestamp=1790000000, nonce=NONCE))


def payloads():
    for path in RECORDED:
        yield pytest.param(path.read_text(), id=path.stem)
    for message in vectors()["messages"]:
        yield pytest.param(message["xml"], id=f"captured-{message['id']}")


@pytest.mark.parametrize("xml", list(payloads()))
def test_parsers_agree_on_every_payload(xml):
    ours = parse(xml.encode(), channel="wechat:main", appid=APPID)
    fields = read_fields(xml.encode())
    theirs = wechatpy.parse_message(xml)
    assert theirs.source == ours.fan
    assert theirs.target == ours.detail["ToUserName"]
    assert int(theirs._data["CreateTime"]) == int(ours.sent_at.timestamp())
    renamed = {"Event", "EventKey"}  # wechatpy gives these its own values
    for name, text in flattened(theirs._data):
        if name not in renamed:
            assert fields[name] == text, name
    if "EventKey" in fields and fields["EventKey"].startswith("qrscene_"):
        assert ours.detail["scene"] == theirs._data["EventKey"]
    assert (theirs.type == "event") == (ours.kind is Kind.EVENT) or theirs.type == "unknown"
    robot = parse_user_msg(xml)
    assert (robot.source, robot.target) == (ours.fan, ours.detail["ToUserName"])
    if ours.kind is Kind.TEXT:
        assert robot.content == theirs.content == ours.text


def flattened(data, prefix=""):
    """Yield xmltodict's nesting by our names."""
    for name, value in data.items():
        for number, item in enumerate(value if isinstance(value, list) else [value], 1):
            full = prefix + (name if number == 1 else f"{name}[{number}]")
            if isinstance(item, dict):
                yield from flattened(item, f"{full}.")
            else:
                yield full, item or ""


SPOILT = st.tuples(
    st.sampled_from([path.read_text() for path in RECORDED]),
    st.integers(0, 2000),
    st.integers(0, 8),
    st.sampled_from(["", "<", ">", "]]>", "&amp;", "&x;", "\x01", "<a>", "</xml>", 'a="b" ', "中"]),
)


@given(SPOILT)
def test_ours_never_accepts_what_wechatpy_cannot_read(spoilt):
    xml, place, cut, put = spoilt
    place %= len(xml)
    xml = xml[:place] + put + xml[place + cut :]
    try:
        ours = parse(xml.encode(), channel="wechat:main", appid=APPID)
    except WeChatParseError:
        return
    theirs = wechatpy.parse_message(xml)
    assert theirs.source == ours.fan


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_peer_crypto_and_ours_open_each_other(words):
    peer = WeChatCrypto(TOKEN, KEY, APPID)
    sealed = SEAL.wrap(words, timestamp=1790000000, nonce=NONCE)
    assert peer.decrypt_message(sealed, field_of(sealed, "MsgSignature"), STAMP, NONCE) == words
    body, _ = as_wechatpy(words)
    assert SEAL.decrypt(field_of(body, "Encrypt")).decode() == words


def test_werobot_opens_a_forged_body_that_our_door_refuses(clock):
    """In clear text any body passes for signed: why safe mode refuses it."""
    door = Door(account_of(), clock)
    clear = text_xml("x").encode()
    query = {"timestamp": STAMP, "nonce": NONCE, "msg_signature": "0" * 40}
    assert parse_user_msg(clear).content == "x"
    with pytest.raises(Exception, match="forbidden"):
        door.open(query, clear)
