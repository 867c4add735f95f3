"""Official accounts: how they are set, and whether WeChat's API can be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import aiohttp

from triagebot.doctor import machine
from triagebot.doctor.findings import Finding, fail, ok, warn

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """What matters here of an account."""

    name: str
    mode: str
    api_url: str
    has_secret: bool


def account(settings: AccountSettings) -> Finding:
    """Look at how an account is set."""
    what = f"wechat {settings.name}"
    if settings.mode == "plain":
        words = "messages come in clear and unsigned"
        do = "Use the safe mode: who sees one URL can write as any fan."
        return fail(what, words, do)
    if not settings.has_secret:
        words = "there is no AppSecret"
        return warn(what, words, "Agents cannot answer; set secret_file, or passive_only.")
    return ok(what, f"mode {settings.mode}")


def reach(settings: AccountSettings, clock: Callable[[], datetime]) -> list[Finding]:
    """Call WeChat's API without a question, and compare the clocks."""
    what = f"wechat {settings.name} reach"
    try:
        date = asyncio.run(_date(settings.api_url))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        words = f"{settings.api_url} cannot be reached: {type(error).__name__}"
        return [fail(what, words, "Is the way out open? `triagebot wechat check` tells more.")]
    findings = [ok(what, f"{settings.api_url} answers")]
    if date:
        findings.append(machine.clock("WeChat's", clock(), parsedate_to_datetime(date)))
    return findings


async def _date(url: str) -> str | None:
    limit = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(timeout=limit) as session, session.get(url) as response:
        return response.headers.get("Date")
