"""Every recorded payload becomes the right Inbound, and redeliveries share a key."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechat_world import RECORDED

from triagebot.channels.wechat.parse import may_answer, parse
from triagebot.channels.wechat.xml import MAX_BYTES, WeChatParseError, read_envelope, read_fields
from triagebot.domain.message import Event, Kind
from triagebot.fakewechat.pusher import event_xml, text_xml

# name of the payload → kind, event, words, something from the detail
EXPECTED = {
    "text": (Kind.TEXT, None, "什么时候发货？[微笑] 👨‍👩‍👧", {"MsgId": "7700000000000000001"}),
    "text_menu_tap": (Kind.TEXT, None, "以上都不是", {"bizmsgmenuid": "none"}),
    "text_from_article": (Kind.TEXT, None, "文章里的活动还有吗", {"Idx": "1"}),
    "text_unsupported": (Kind.UNKNOWN, None, "", {"MsgType": "text"}),
    "image": (Kind.IMAGE, None, "", {"MediaId": "media-image-01"}),
    "voice": (Kind.VOICE, None, "", {"MediaId16K": "media-voice-01-16k"}),
    "voice_recognised": (Kind.VOICE, None, "我的手机开不了机", {"MsgId": "7700000000000000007"}),
    "video": (Kind.VIDEO, None, "", {"ThumbMediaId": "media-thumb-01"}),
    "shortvideo": (Kind.VIDEO, None, "", {"MsgType": "shortvideo"}),
    "location": (Kind.LOCATION, None, "", {"Location_X": "39.908700", "Label": "北京市东城区"}),
    "link": (Kind.LINK, None, "", {"Url": "https://example.com/launch?a=1&b=2"}),
    "file": (Kind.UNKNOWN, None, "", {"MsgType": "file", "Title": "log.zip"}),
    "miniprogrampage": (Kind.UNKNOWN, None, "", {"AppId": "wx00000000000000aa"}),
    "event_subscribe": (Kind.EVENT, Event.FOLLOW, "", {"EventKey": ""}),
    "event_subscribe_scene": (Kind.EVENT, Event.FOLLOW, "", {"scene": "launch-2026"}),
    "event_subscribe_paid": (
        Kind.EVENT,
        Event.FOLLOW,
        "",
        {"EventKey": "last_trade_no_4200000000"},
    ),
    "event_unsubscribe": (Kind.EVENT, Event.UNFOLLOW, "", {}),
    "event_scan": (Kind.EVENT, Event.SCAN, "", {"scene": "launch-2026"}),
    "event_click": (Kind.EVENT, Event.CLICK, "转人工", {"EventKey": "TRIAGE_HUMAN"}),
    "event_scancode_waitmsg": (
        Kind.EVENT,
        Event.OTHER,
        "",
        {"ScanCodeInfo.ScanResult": "https://example.com/q"},
    ),
    "event_pic_weixin": (
        Kind.EVENT,
        Event.OTHER,
        "",
        {"SendPicsInfo.PicList.item[2].PicMd5Sum": "b" * 32},
    ),
    "event_location_select": (Kind.EVENT, Event.OTHER, "", {"SendLocationInfo.Label": "北京市"}),
    "event_templatesendjobfinish": (Kind.EVENT, Event.OTHER, "", {"Status": "failed:user block"}),
    "event_subscribe_msg_popup_event": (
        Kind.EVENT,
        Event.OTHER,
        "",
        {"SubscribeMsgPopupEvent.List[2].SubscribeStatusString": "reject"},
    ),
    "event_kf_switch_session": (Kind.EVENT, Event.OTHER, "", {"ToKfAccount": "agent2@invented"}),
    "device_event": (Kind.EVENT, Event.OTHER, "", {"DeviceID": "device-02"}),
}
ANSWERED = {
    "event_subscribe", "event_subscribe_scene", "event_subscribe_paid", "event_scan",
    "event_click", "event_scancode_waitmsg",
}  # fmt: skip
FRAME = (
    "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName>"
    "<CreateTime>1</CreateTime><MsgType>text</MsgType>{}</xml>"
)


def parse_text(xml):
    body = xml if isinstance(xml, bytes) else xml.encode()
    return parse(body, channel="wechat:main", appid="wx1")


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_recorded_payload_becomes_the_right_inbound(path):
    kind, event, words, detail = EXPECTED.get(path.stem, (Kind.EVENT, Event.OTHER, "", {}))
    inbound = parse_text(path.read_bytes())
    assert (inbound.kind, inbound.event, inbound.text) == (kind, event, words)
    assert detail.items() <= inbound.detail.items()
    assert inbound.channel == "wechat:main"
    assert inbound.fan == "oTriagebotFan000000000000001"
    assert inbound.sent_at == datetime.fromtimestamp(1790000000, UTC)
    assert ("xml" in inbound.detail) == (kind is Kind.UNKNOWN)
    assert may_answer(inbound) == (kind is not Kind.EVENT or path.stem in ANSWERED)


def test_every_expected_payload_is_recorded_and_all_keys_differ():
    assert set(EXPECTED) <= {path.stem for path in RECORDED}
    keys = {parse_text(path.read_bytes()).key for path in RECORDED}
    assert len(keys) == len(RECORDED)


def test_element_order_and_white_space_do_not_change_the_key():
    one = parse_text(FRAME.format("<MsgId>5</MsgId><Content>a</Content>"))
    two = parse_text(FRAME.format("\n<Content>a</Content>\n<MsgId> 5 </MsgId>"))
    assert one.key == two.key


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (text_xml("a", msg_id=1), text_xml("a", msg_id=2)),
        (text_xml("a", msg_id=1), text_xml("a", msg_id=1, fan="oFan2")),
        (text_xml("a", msg_id=1), text_xml("a", msg_id=1, at=1790000001)),
        (event_xml("CLICK", EventKey="a"), event_xml("CLICK", EventKey="b")),
        (event_xml("subscribe"), event_xml("unsubscribe")),
        (event_xml("SCAN", EventKey="a", Ticket="1"), event_xml("SCAN", EventKey="a", Ticket="2")),
        (event_xml("LOCATION", Latitude="1.0"), event_xml("LOCATION", Latitude="1.1")),
        (event_xml("X", MsgID="1"), event_xml("X", MsgID="2")),
        (event_xml("A", EventKey="b|c"), event_xml("A", EventKey="b", Ticket="c")),
    ],
)
def test_different_things_have_different_keys(one, two):
    assert parse_text(one).key != parse_text(two).key


def test_a_key_belongs_to_one_appid():
    xml = text_xml("a", msg_id=1).encode()
    keys = {parse(xml, channel="wechat:main", appid=appid).key for appid in ("wx1", "wx2")}
    assert len(keys) == 2


def test_event_names_are_compared_without_case():
    assert parse_text(event_xml("Subscribe")).event is Event.FOLLOW
    assert parse_text(event_xml("CLICK", EventKey="k")).event is Event.CLICK


@pytest.mark.parametrize("prefix", ["scanbarcode|6901", "scanimage|7", "last_trade_no_1"])
def test_only_the_scene_prefix_is_taken_off(prefix):
    inbound = parse_text(event_xml("subscribe", EventKey=prefix))
    assert inbound.detail["EventKey"] == prefix
    assert "scene" not in inbound.detail


def test_ids_beyond_53_bits_stay_whole():
    inbound = parse_text(FRAME.format("<MsgId>18446744073709551615</MsgId>"))
    assert inbound.detail["MsgId"] == "18446744073709551615"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"success",
        b"{}",
        b"<xml",
        b"<xml></xml>",
        b"<html><xml/></html>",
        "<xml><MsgType>text</MsgType></xml>",
        FRAME.format("").replace("<CreateTime>1<", "<CreateTime>soon<"),
        FRAME.format("").replace("<CreateTime>1<", "<CreateTime>-1<"),
        FRAME.format("").replace("<CreateTime>1<", "<CreateTime>1790000000000<"),
        FRAME.format("").replace("<CreateTime>1<", "<CreateTime>１<"),
        FRAME.format("").replace(">o1<", ">o 1<"),
        FRAME.format("").replace(">o1<", "><"),
        FRAME.format("").replace(">o1<", f">{'o' * 65}<"),
        FRAME.format("").replace(">gh_1<", "><"),
        FRAME.format("<Content>a</Content><Content>b</Content>"),
        FRAME.format("<MsgType>image</MsgType>"),
        FRAME.format("<Content>a<b>c</b></Content>"),
        FRAME.format('<Content type="x">a</Content>'),
        FRAME.format("<a>" * 10 + "</a>" * 10),
        FRAME.format("<Content>\x00</Content>"),
        FRAME.format("<Content>&undefined;</Content>"),
        FRAME.format("x").encode("utf-16"),
        b"\xff\xfe" + FRAME.format("").encode(),
        FRAME.format("<Content>\u4f60</Content>").encode("gbk"),
        "<!DOCTYPE xml>" + FRAME.format(""),
        '<!DOCTYPE xml [<!ENTITY a "b">]>' + FRAME.format("<Content>&a;</Content>"),
        '<!DOCTYPE xml SYSTEM "file:///etc/passwd">' + FRAME.format(""),
        FRAME.format("<Content>" + "x" * MAX_BYTES + "</Content>"),
    ],
)
def test_what_wechat_would_not_send_is_refused(body):
    with pytest.raises(WeChatParseError) as failure:
        parse_text(body)
    assert failure.value.message == "not a WeChat message"


@pytest.mark.parametrize("kind", ["event", "device_event"])
def test_an_event_has_a_name(kind):
    body = FRAME.replace("<MsgType>text</MsgType>", f"<MsgType>{kind}</MsgType>")
    assert kind in body
    assert parse_text(body.format("<Event>bind</Event>")).kind is Kind.EVENT
    with pytest.raises(WeChatParseError):
        parse_text(body.format("<Event></Event>"))


def test_nesting_up_to_the_limit_is_read():
    fields = read_fields(("<xml>" + "<a>" * 9 + "deep" + "</a>" * 9 + "</xml>").encode())
    assert fields == {".".join("a" * 9): "deep"}


def test_only_utf_8_may_be_declared():
    body = '<?xml version="1.0" encoding="{}"?>' + FRAME.format("<Content>你好</Content>")
    assert parse_text(body.replace("{}", "UTF-8")).text == "你好"
    with pytest.raises(WeChatParseError):
        parse_text(body.replace("{}", "gbk"))


@given(st.binary(max_size=400))
def test_any_bytes_parse_or_raise_the_one_error(body):
    try:
        parse_text(body)
    except WeChatParseError:
        return


NAMES = st.sampled_from(
    ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Event", "Content", "X", "a"]
)
TEXTS = st.sampled_from(["text", "event", "1", "o1", "gh_1", "", " ", "<![CDATA[x]]>", "&lt;"])
ELEMENTS = st.recursive(
    st.builds("<{0}>{1}</{0}>".format, NAMES, TEXTS),
    lambda inner: st.builds(
        "<{0}>{1}</{0}>".format, NAMES, st.lists(inner, max_size=3).map("".join)
    ),
    max_leaves=12,
)


@given(st.lists(ELEMENTS, max_size=10).map("".join))
def test_any_elements_parse_or_raise_the_one_error(elements):
    try:
        inbound = parse_text(f"<xml>{elements}</xml>")
    except WeChatParseError:
        return
    assert inbound.key == parse_text(f"<xml>{elements}</xml>").key


ENVELOPE = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[aGk=]]></Encrypt></xml>"


@given(
    st.integers(0, len(ENVELOPE)), st.integers(0, 9), st.sampled_from(["", "<", "]]>", " ", "x"])
)
def test_the_usual_envelope_reads_the_same_without_a_parser(place, cut, put):
    body = (ENVELOPE[:place] + put + ENVELOPE[place + cut :]).encode()
    try:
        fields = read_fields(body)
    except WeChatParseError:
        with pytest.raises(WeChatParseError):
            read_envelope(body)
        return
    expected = (fields.get("ToUserName", "").strip(), fields.get("Encrypt", "").strip())
    assert read_envelope(body) == expected
