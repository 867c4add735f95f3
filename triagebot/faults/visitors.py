"""People at the console who come and go: sign in, look, listen for a while, leave."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp

from triagebot.domain.agent import Role
from triagebot.store import agents
from triagebot.store.database import Database
from triagebot.web.passwords import Passwords

PEOPLE = 4
PATIENCE = 30.0
LISTEN = aiohttp.ClientTimeout(total=None)
API = "/api/v1"


@dataclass(slots=True)
class Visits:
    """How many were there, how many `events` they heard, and how visits that failed did."""

    ended: int = 0
    events: int = 0
    failed: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Visitors:
    """Come to the server at `url`, each staying for about `stay` seconds."""

    url: str
    stay: float
    chance: random.Random
    visits: Visits = field(default_factory=Visits)

    @asynccontextmanager
    async def coming(self, passwords: Sequence[str]) -> AsyncIterator[Visits]:
        """Let everybody come again and again until the end of the block."""
        tasks = [
            asyncio.create_task(self._come_again(number, password))
            for number, password in enumerate(passwords)
        ]
        try:
            yield self.visits
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _come_again(self, number: int, password: str) -> None:
        while True:
            await asyncio.sleep(self.chance.uniform(0.0, self.stay / 2))
            try:
                await self._visit(_name(number), password)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                self.visits.failed[_said(error)] += 1
            else:
                self.visits.ended += 1

    async def _visit(self, name: str, password: str) -> None:
        async with aiohttp.ClientSession(
            self.url,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            raise_for_status=True,
            timeout=aiohttp.ClientTimeout(total=PATIENCE),
        ) as browser:
            body = {"name": name, "password": password}
            async with browser.post(f"{API}/session", json=body) as response:
                csrf = (await response.json())["csrf"]
            await self._look_around(browser)
            await self._listen(browser)
            if self.chance.random() < 0.5:  # the others just close the window
                await browser.delete(f"{API}/session", headers={"X-CSRF-Token": csrf})

    async def _look_around(self, browser: aiohttp.ClientSession) -> None:
        async with browser.get("/desk") as response:
            await response.read()
        async with browser.get(f"{API}/conversations?view=waiting&limit=50") as response:
            rows = (await response.json())["items"]
        if rows:
            place = f"{API}/conversations/{self.chance.choice(rows)['id']}"
            async with browser.get(place) as response:
                await response.read()

    async def _listen(self, browser: aiohttp.ClientSession) -> None:
        stay = self.chance.uniform(self.stay / 2, self.stay * 3 / 2)
        async with browser.get(f"{API}/events", timeout=LISTEN) as response:
            with suppress(TimeoutError):
                async with asyncio.timeout(stay):
                    async for line in response.content:
                        self.visits.events += line.startswith(b"event:")


async def hire(database: str) -> list[str]:
    """Add everybody to the store at this URL and return their passwords."""
    db, hasher = Database(database, clock=lambda: datetime.now(UTC)), Passwords()
    passwords = [secrets.token_urlsafe(9) for _ in range(PEOPLE)]
    await db.start()
    try:
        for number, password in enumerate(passwords):
            hashed = await asyncio.to_thread(hasher.hash, password)
            now = datetime.now(UTC)
            await db.write(agents.add, _name(number), Role.AGENT, hashed, now)
    finally:
        hasher.close()
        await db.close()
    return passwords


def _name(number: int) -> str:
    return f"坐席{number + 1}"


def _said(error: Exception) -> str:
    status = getattr(error, "status", None)
    return str(status) if status else type(error).__name__
