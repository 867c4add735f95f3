"""Fetches what a message links to, from WeChat's own picture hosts and nowhere else."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from triagebot.channels.wechat.media import MAX_DOWNLOAD, sniff
from triagebot.errors import BadInput, ChannelRefused, TooLarge

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


class PublicResolver(AbstractResolver):
    """Gives only addresses on the public Internet, so that no name leads into our own network.

    The connection is then made to exactly these; a name that changes in between gains nothing.
    """

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the public addresses. Raises OSError when there are none."""
        found = await self._inner.resolve(host, port, family)
        public = [result for result in found if is_public(result["host"])]
        if not public:
            raise OSError("no public address")
        return public

    async def close(self) -> None:
        """Close the resolver inside."""
        await self._inner.close()


def new_session() -> aiohttp.ClientSession:
    """Return a session for `fetch`: public addresses only, no cookies, no proxies."""
    connector = aiohttp.TCPConnector(resolver=PublicResolver(aiohttp.ThreadedResolver()), limit=8)
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=_SECONDS),
    )


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


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public Internet, also when mapped into IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return parsed.is_global and not parsed.is_multicast
