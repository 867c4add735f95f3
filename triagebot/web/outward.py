"""Calls to addresses that others name: to the public Internet, and never into our own network."""

from __future__ import annotations

import ipaddress
import socket

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from triagebot.errors import BadInput

CONNECTIONS = 8


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


def public_session(*, seconds: float, allow_private: bool = False) -> aiohttp.ClientSession:
    """Return a session without cookies and proxies, for `seconds` a call in all.

    It connects to public addresses only, unless `allow_private`.
    """
    inner = aiohttp.ThreadedResolver()
    resolver = inner if allow_private else PublicResolver(inner)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=resolver, limit=CONNECTIONS),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=seconds),
    )


def checked_url(text: str, *, allow_private: bool = False) -> URL:
    """Return an address that may be called. Raises `BadInput` with the reason.

    An IP address in place of a name is checked here: it is never looked up.
    """
    try:
        url = URL(text)
    except ValueError:
        raise BadInput("not an http or https address", fields={"url": "format"}) from None
    host = url.host or ""
    if url.scheme not in ("http", "https") or not host or url.user or url.password:
        raise BadInput("not an http or https address", fields={"url": "format"})
    # As aiohttp judges it: such a host is connected to as it stands, `127.1` too.
    is_number = ":" in host or host.replace(".", "").isdigit()
    if is_number and not (allow_private or is_public(host)):
        raise BadInput("an address of a private network", fields={"url": "private"})
    return url


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public Internet, also when mapped into IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return parsed.is_global and not parsed.is_multicast
