"""Mistakes that others made with this protocol, each as a test that would catch it."""

import asyncio
import base64
import gc
from xml.etree import ElementTree

import pytest
from wechat_world import (
    APPID,
    KEY,
    TOKEN,
    MemoryWays,
    account_of,
    needs_vectors,
    post,
    vectors,
)

from triagebot.channels.wechat import render as r
from triagebot.channels.wechat.crypto import Seal, WeChatCryptoError, decode_key
from triagebot.channels.wechat.kefu import SEND
from triagebot.channels.wechat.parse import parse
from triagebot.channels.wechat.tokens import PATH, Tokens
from triagebot.channels.wechat.xml import WeChatParseError
from triagebot.domain.message import Reply
from triagebot.fakewechat.crypto import decrypt, encrypt, open_reply, signature_of
from triagebot.fakewechat.pusher import event_xml, field_of, text_xml

SEAL = Seal(APPID, TOKEN, decode_key(KEY))
ADDRESS = r.Address("oFan1", "gh_1", 1790000000)


def key_of(xml):
    return parse(xml.encode(), channel="wechat:main", appid=APPID).key


async def test_trap_handler_run_three_times(serve, intake):
    pusher = await serve()
    push = await pusher.push_at_once(text_xml("a", msg_id=1), 3)
    assert intake.thought == 1
    assert {verdict.content for verdict in push.verdicts} == {"echo: a"}


async def test_trap_duplicates_swallowed(serve):
    pusher = await serve()
    xml = text_xml("a", msg_id=1)
    first, second = await pusher.push(xml), await pusher.push(xml)
    assert second.verdicts[0].kind == "reply"
    assert second.verdicts[0].xml == first.verdicts[0].xml


def test_trap_msgid_not_unique():
    assert key_of(text_xml("a", msg_id=1)) != key_of(text_xml("a", msg_id=1, fan="oFan2"))


async def test_trap_deduplication_in_memory_with_several_nodes(serve, intake):
    one, two = await serve(), await serve()
    xml = text_xml("a", msg_id=1)
    await asyncio.gather(one.push(xml), two.push(xml))
    assert intake.thought == 1  # the nodes remember nothing, the shared intake does


def test_trap_over_eager_deduplication():
    assert key_of(event_xml("CLICK", EventKey="a")) != key_of(event_xml("CLICK", EventKey="b"))
    assert key_of(event_xml("unsubscribe")) != key_of(event_xml("subscribe"))


async def test_trap_token_refresh_stampede(transport, tencent, clock):
    tokens = Tokens(transport, APPID, "0123456789abcdef0123456789abcdef", clock)
    old = await tokens.get()
    tencent.expire_tokens()
    got = await asyncio.gather(*(tokens.replace(old) for _ in range(50)))
    assert len(set(got)) == 1
    assert tencent.calls[PATH] == 2


@pytest.mark.parametrize("swap", [True, False])
async def test_trap_signature_in_place_of_msg_signature(serve, intake, swap):
    pusher = await serve()
    query, body = pusher.request(text_xml("a"))
    if swap:
        query["msg_signature"] = query["signature"]
    else:
        query.pop("msg_signature")
    assert (await post(pusher, query, body))[0] == 403
    assert intake.calls == []


async def test_trap_wecom_encrypts_the_echo_and_we_do_not(serve):
    pusher = await serve()
    assert await pusher.verify(encrypt(KEY, APPID, "1234"))  # comes back as it came


@pytest.mark.parametrize("space", [" ", "\n", "\n   "])
async def test_trap_white_space_in_encrypt(serve, intake, space):
    pusher = await serve()
    query, body = pusher.request(text_xml("a"))
    padded = body.replace("<Encrypt><![CDATA[", f"<Encrypt>{space}<![CDATA[")
    padded = padded.replace("]]></Encrypt>", f"]]>{space}</Encrypt>")
    assert (await post(pusher, query, padded))[0] == 200
    assert len(intake.calls) == 1


async def test_trap_encrypting_success(serve, intake):
    intake.think = lambda inbound: Reply()
    pusher = await serve()
    assert await post(pusher, *pusher.request(text_xml("a"))) == (200, "success")


@needs_vectors
@pytest.mark.parametrize("name", ["wxjava-encrypt-1", "wxjava-encrypt-2"])
def test_trap_byte_length_as_character_length(name):
    (vector,) = [v for v in vectors()["vectors"] if v["id"] == name]
    given = vector["input"]
    seal = Seal(given["appid"], "", decode_key(given["encoding_aes_key"]))
    sealed = seal.encrypt(given["plaintext"], given["random16"].encode())
    assert sealed == vector["expected"]["encrypt"]


@pytest.mark.parametrize("length", range(0, 64, 5))
def test_trap_padding_to_sixteen(length):
    assert len(base64.b64decode(SEAL.encrypt("x" * length))) % 32 == 0
    assert decrypt(KEY, APPID, SEAL.encrypt("x" * length)) == "x" * length


def test_trap_no_appid_check():
    with pytest.raises(WeChatCryptoError):
        SEAL.decrypt(encrypt(KEY, "wx00000000000000bb", "x"))


@pytest.mark.parametrize("words", ["a]]>b", "]]>", "]]]>", "<![CDATA[x]]>"])
def test_trap_cdata_end_in_the_words(words):
    assert ElementTree.fromstring(r.text(ADDRESS, words)).findtext("Content") == words


def test_trap_transinfo_not_rendered():
    root = ElementTree.fromstring(r.transfer(ADDRESS, "test1@test"))
    assert root.findtext("TransInfo/KfAccount") == "test1@test"


@pytest.mark.parametrize("fault", [RuntimeError("bug"), KeyError("x"), ValueError("<xml>")])
async def test_trap_swallowed_or_returned_exceptions(serve, intake, caplog, fault):
    intake.fault = fault
    pusher = await serve()
    assert await post(pusher, *pusher.request(text_xml("a"))) == (200, "success")
    assert "ALARM" in caplog.text


@pytest.mark.parametrize("mode", ["safe", "compatible"])
async def test_trap_plain_text_accepted_though_encryption_is_configured(serve, intake, mode):
    pusher = await serve(account_of(mode))
    pusher.mode = "plain"
    query, body = pusher.request(text_xml("a"))
    assert (await post(pusher, query, body))[0] == 403
    query["msg_signature"] = signature_of(TOKEN, query["timestamp"], query["nonce"], "")
    assert (await post(pusher, query, body))[0] == 403
    assert intake.calls == []


async def test_trap_signature_check_left_to_the_caller(serve, intake):
    pusher = await serve(account_of("plain"))
    assert (await post(pusher, {}, text_xml("a")))[0] == 403
    async with pusher.session.get(pusher.url, params={"echostr": "1"}) as response:
        assert response.status == 403
    assert intake.calls == []


async def test_trap_passive_and_late_reply_both(serve, intake):
    ways = MemoryWays()
    pusher = await serve(ways=ways)
    assert (await pusher.push(text_xml("a"))).seen == "echo: a"
    assert ways.late == []


async def test_trap_parts_out_of_order(kefu, tencent):
    tencent.open_window("oFan1", left=20)
    texts = ["一。" * 900, "二。" * 900, "三"]
    await asyncio.gather(*(kefu.send_text("oFan1", text) for text in texts))
    assert "".join(tencent.sent_to("oFan1")) == "".join(texts)


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {n} "{f"&{p};" * 10}">' for p, n in zip("abcdefg", "bcdefgh", strict=True))
    + "]><xml><Content>&h;</Content></xml>"
)


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE xml><xml/>",
        BOMB,
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]><xml/>',
        "<xml>" + "<a>" * 5000 + "</a>" * 5000 + "</xml>",
        "<xml>" + "x" * 70_000 + "</xml>",
    ],
)
def test_trap_document_types_entities_depth_and_size(body):
    with pytest.raises(WeChatParseError):
        parse(body.encode(), channel="wechat:main", appid=APPID)
    gc.collect()


@pytest.mark.parametrize("name", ["Content", "FromUserName", "MsgId", "ToUserName", "MsgType"])
def test_trap_duplicate_elements(name):
    xml = text_xml("a").replace("</xml>", f"<{name}>1</{name}></xml>")
    with pytest.raises(WeChatParseError):
        parse(xml.encode(), channel="wechat:main", appid=APPID)


@pytest.mark.parametrize("content", ["<Content/>", "<Content></Content>", ""])
def test_trap_empty_content(content):
    xml = text_xml("a").replace("<Content><![CDATA[a]]></Content>", content)
    assert parse(xml.encode(), channel="wechat:main", appid=APPID).text == ""


@needs_vectors
def test_trap_upstream_vector_rotted():
    (vector,) = [v for v in vectors()["vectors"] if v["id"].startswith("chanxuehong-oa")]
    key = decode_key(vector["input"]["encoding_aes_key"])
    clear = Seal(vector["input"]["appid"], "", key).decrypt(vector["expected"]["encrypt"])
    assert clear.decode() == vector["input"]["plaintext"]
    assert base64.b64encode(key).decode()[:43] != vector["input"]["encoding_aes_key"]


def test_trap_names_not_swapped_in_the_reply():
    root = ElementTree.fromstring(r.text(ADDRESS, "x"))
    assert (root.findtext("ToUserName"), root.findtext("FromUserName")) == ("oFan1", "gh_1")


async def test_trap_escaped_unicode_in_json(api, tencent):
    tencent.open_window("oFan1")
    await api.post(SEND, {"touser": "oFan1", "msgtype": "text", "text": {"content": "中文"}})
    (body,) = [body for path, body in tencent.bodies if path == SEND]
    assert "中文".encode() in body


async def test_trap_reply_signed_with_the_querys_time(serve, clock):
    pusher = await serve()
    query, body = pusher.request(text_xml("a"))
    clock.move(seconds=9)
    _, answer = await post(pusher, query, body)
    assert field_of(answer, "TimeStamp") == str(int(clock.seconds()))
    assert field_of(answer, "Nonce") == query["nonce"]
    assert open_reply(TOKEN, KEY, APPID, query["nonce"], answer)
