"""What Tencent says of the account itself: calls left, and where its requests come from."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from triagebot.channels.wechat.api import WeChatApi


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls of one kind today."""

    limit: int
    used: int
    left: int


async def quota(api: WeChatApi, path: str) -> Quota:
    """Return today's calls of an API path. Raises WeChatApiError."""
    answer = await api.post("/cgi-bin/openapi/quota/get", {"cgi_path": path}, repeatable=True)
    values = answer.get("quota") or {}
    numbers = (int(values.get(name, 0)) for name in ("daily_limit", "used", "remain"))
    return Quota(*numbers)


async def clear_quota(api: WeChatApi, appid: str) -> None:
    """Set all counts back. Ten times a month, so only ever when a person says so."""
    await api.post("/cgi-bin/clear_quota", {"appid": appid})


async def callback_addresses(api: WeChatApi) -> tuple[str, ...]:
    """Return the addresses and networks that WeChat calls us from; they change, ask daily."""
    return tuple((await api.get("/cgi-bin/getcallbackip")).get("ip_list", ()))


def not_let_in(addresses: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """Return those of WeChat's addresses that an allow list would turn away."""
    networks = [ipaddress.ip_network(text, strict=False) for text in allowed]
    missing = []
    for text in addresses:
        wanted = ipaddress.ip_network(text, strict=False)
        if not any(_holds(network, wanted) for network in networks):
            missing.append(text)
    return missing


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _holds(network: _Network, wanted: _Network) -> bool:
    first, last = int(network.network_address), int(network.broadcast_address)
    return (
        network.version == wanted.version
        and first <= int(wanted.network_address)
        and int(wanted.broadcast_address) <= last
    )
