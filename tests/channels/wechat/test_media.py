"""Files up and down, and pictures from WeChat's hosts only."""

import socket

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver

from triagebot.channels.wechat import media, pictures
from triagebot.errors import BadInput, ChannelRefused, NotFound, TooLarge
from triagebot.web import outward

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
JPG = b"\xff\xd8\xff\xe0" + b"x" * 100


@pytest.mark.parametrize(
    ("kind", "content", "name", "content_type"),
    [
        ("image", PNG, "media.png", "image/png"),
        ("image", b"GIF89a" + b"x", "media.gif", "image/gif"),
        ("voice", b"#!AMR\n" + b"x", "media.amr", "audio/amr"),
        ("voice", b"ID3" + b"x", "media.mp3", "audio/mpeg"),
        ("video", b"\0\0\0\x18ftypmp42", "media.mp4", "video/mp4"),
        ("thumb", JPG, "media.jpg", "image/jpeg"),
    ],
)
async def test_each_kind_goes_up_with_an_ascii_name(
    api, tencent, kind, content, name, content_type
):
    uploaded = await media.upload(api, kind, content)
    assert tencent.files == [(name, content_type)]
    assert tencent.media[uploaded.media_id] == (kind, content)


@pytest.mark.parametrize(
    ("kind", "content", "error"),
    [
        ("sticker", PNG, BadInput),
        ("image", b"BM" + b"x" * 9, BadInput),
        ("voice", PNG, BadInput),
        ("thumb", PNG, BadInput),
        ("thumb", JPG + b"x" * 65536, TooLarge),
        ("voice", b"#!AMR" + b"x" * 2 * 2**20, TooLarge),
        ("image", PNG + b"x" * 10 * 2**20, TooLarge),
    ],
)
async def test_what_wechat_would_not_take_is_refused_here(api, tencent, kind, content, error):
    with pytest.raises(error):
        await media.upload(api, kind, content)
    assert tencent.files == []


async def test_an_upload_is_made_anew_after_a_refused_token(api, tencent):
    await api.get("/cgi-bin/getcallbackip")
    tencent.expire_tokens()
    uploaded = await media.upload(api, "image", PNG)
    assert tencent.media[uploaded.media_id] == ("image", PNG)


async def test_files_come_down_with_what_they_are(api, tencent):
    tencent.media["m1"] = ("image", JPG)
    assert await media.download(api, "m1") == media.Downloaded(JPG, "jpg", "fan.jpg")
    tencent.media["v1"] = ("voice", b"#!SPEEX")
    assert (await media.download(api, "v1", clear_voice=True)).type == "speex"
    assert tencent.calls["/cgi-bin/media/get/jssdk"] == 1
    tencent.media["f1"] = ("video", b"")
    assert (await media.download(api, "f1")).video_url.startswith("http://mmbiz.qpic.cn/")


async def test_an_expired_or_huge_file_is_said_to_be(api, tencent):
    with pytest.raises(NotFound):
        await media.download(api, "gone")
    tencent.media["big"] = ("image", JPG + b"x" * media.MAX_DOWNLOAD)
    with pytest.raises(TooLarge):
        await media.download(api, "big")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://mmbiz.qpic.cn/mmbiz_jpg/x/0?wx_fmt=jpeg", "mmbiz.qpic.cn"),
        ("https://mmbiz.qpic.cn/x", "mmbiz.qpic.cn"),
        ("http://mmbiz.qpic.cn:80/x", "mmbiz.qpic.cn"),
        ("https://MMBIZ.QPIC.CN/x", "mmbiz.qpic.cn"),
        ("https://thirdwx.qlogo.cn/x", "thirdwx.qlogo.cn"),
    ],
)
def test_wechats_hosts_are_asked_by_https(url, host):
    safe = pictures.safe_url(url)
    assert (safe.scheme, safe.host, safe.port) == ("https", host, 443)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mmbiz.qpic.cn/x",
        "//mmbiz.qpic.cn/x",
        "ftp://mmbiz.qpic.cn/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://qpic.cn.example.com/x",
        "https://evilqpic.cn/x",
        "https://example.com/mmbiz.qpic.cn",
        "https://mmbiz.qpic.cn@example.com/x",
        "https://user:pass@mmbiz.qpic.cn/x",
        "https://user@mmbiz.qpic.cn/x",
        "https://example.com#mmbiz.qpic.cn",
        "https://example.com\\@mmbiz.qpic.cn/",
        "https://mmbiz.qpic.cn:8080/x",
        "https://mmbiz.qpic.cn:22/x",
        "http://127.0.0.1/x",
        "http://2130706433/x",
        "http://0x7f.1/x",
        "http://[::1]/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost/x",
        "http://[broken",
        "https://mmbiz.qpic.cn:99999/x",
    ],
)
def test_every_other_address_is_refused(url):
    with pytest.raises(BadInput):
        pictures.safe_url(url)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("101.226.103.1", True),
        ("2400:da00::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("not an address", False),
    ],
)
def test_only_the_public_internet_is_public(address, public):
    assert outward.is_public(address) is public


class Names(AbstractResolver):
    """Leads every name to the same addresses."""

    def __init__(self, *addresses):
        self.addresses = addresses

    async def resolve(self, host, port=0, family=socket.AF_INET):
        return [
            {"hostname": host, "host": a, "port": port, "family": family, "proto": 0, "flags": 0}
            for a in self.addresses
        ]

    async def close(self):
        return None


async def test_a_name_that_leads_inside_leads_nowhere():
    resolver = outward.PublicResolver(Names("127.0.0.1", "10.0.0.1"))
    connector = aiohttp.TCPConnector(resolver=resolver)
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(ChannelRefused):
            await pictures.fetch(session, "https://mmbiz.qpic.cn/x")
    mixed = outward.PublicResolver(Names("127.0.0.1", "101.226.103.1"))
    assert [r["host"] for r in await mixed.resolve("mmbiz.qpic.cn")] == ["101.226.103.1"]


@pytest.fixture
def host(aiohttp_server, monkeypatch):
    """A picture host on loopback that `fetch` is led to, past the checks of the address."""

    async def start(handler):
        app = web.Application()
        app.router.add_get("/x", handler)
        server = await aiohttp_server(app)
        url = server.make_url("/x")
        monkeypatch.setattr(pictures, "safe_url", lambda text: url)

    return start


async def fetch():
    async with pictures.new_session() as session:
        return await pictures.fetch(session, "https://mmbiz.qpic.cn/x")


async def test_a_picture_is_fetched(host, monkeypatch):
    async def handler(request):
        assert "Cookie" not in request.headers
        return web.Response(body=PNG, content_type="text/html")

    await host(handler)
    monkeypatch.setattr(outward, "is_public", lambda address: True)
    assert await fetch() == pictures.Picture(PNG, "png")


async def not_found(request):
    return web.Response(status=404)


async def redirect(request):
    raise web.HTTPFound("http://127.0.0.1:1/")


async def page(request):
    return web.Response(text="<html><script>", content_type="image/png")


async def large(request):
    return web.Response(body=PNG + b"x" * media.MAX_DOWNLOAD)


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (not_found, ChannelRefused),
        (redirect, ChannelRefused),
        (page, ChannelRefused),
        (large, TooLarge),
    ],
)
async def test_what_is_not_a_small_picture_is_not_taken(host, handler, error):
    await host(handler)
    with pytest.raises(error):
        await fetch()


def test_junk_is_nothing():
    assert media.sniff(b"") == ""
    assert media.sniff(b"<html>") == ""
