"""Fetches what a message links to, from WeChat's own picture hosts and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
from yarl import URL

from triagebot.channels.wechat.media import MAX_DOWNLOAD, sniff
from triagebot.errors import BadInput, ChannelRefused, TooLarge
from triagebot.web.outward import public_session

HOSTS = ("qpic.cn", "qlogo.cn", "weixin.qq.com", "wx.qq.com")
"""Hosts, with all below them, that WeChat serves fans' pictures from."""

_SECONDS = 5
_SHOWN = frozenset({"jpg", "png", "gif"})
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is one by its first bytes: `jpg`, `png` or `gif`."""

    content: bytes
    type: str


def new_session() -> aiohttp.ClientSession:
    """Return a session for `fetch`: public addresses only, no cookies, no proxies."""
    return public_session(seconds=_SECONDS)


async def fetch(session: aiohttp.ClientSession, url: str) -> Picture:
    """Return the picture at a message's `PicUrl`.

    Raises BadInput for any other host, TooLarge over 10 MiB, ChannelRefused when there is no
    picture.
    """
    try:
        async with session.get(safe_url(url), allow_redirects=False) as response:
            if response.status != 200:
                raise ChannelRefused(f"the picture's host answered HTTP {response.status}")
            content = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                content += chunk
                if len(content) > MAX_DOWNLOAD:
                    raise TooLarge("the picture is over 10 MiB")
    except (aiohttp.ClientError, OSError, TimeoutError):
        raise ChannelRefused("the picture cannot be fetched") from None
    kind = sniff(bytes(content))
    if kind not in _SHOWN:
        raise ChannelRefused("what came is not a picture")
    return Picture(bytes(content), kind)


def safe_url(text: str) -> URL:
    """Return the https address of a picture on WeChat's hosts. Raises BadInput."""
    try:
        url = URL(text)
        host = (url.host or "").rstrip(".").lower()
        plain = url.scheme in ("http", "https") and url.user is None and url.password is None
        usual = url.explicit_port in (None, 80, 443)
    except ValueError:
        raise BadInput("not an address", fields={"url": "format"}) from None
    known = any(host == name or host.endswith(f".{name}") for name in HOSTS)
    if not (plain and usual and known):
        raise BadInput("not one of WeChat's picture hosts", fields={"url": "host"})
    return url.with_scheme("https").with_port(None)
