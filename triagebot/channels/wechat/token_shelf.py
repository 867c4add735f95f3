"""Where the processes of all nodes leave each account's access token for each other."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from triagebot.errors import TriagebotError
from triagebot.store import platform_tokens
from triagebot.store.database import Database
from triagebot.store.platform_tokens import KeptToken

log = logging.getLogger(__name__)

T = TypeVar("T")

LEASE = timedelta(seconds=15)
"""Longer than any fetch takes."""


class TokenShelf:
    """The shared place of one account's token.

    When the store is away each process fetches by itself, which the stable token bears.
    """

    def __init__(self, db: Database, appid: str, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._appid = appid
        self._clock = clock
        self._me = secrets.token_hex(8)

    async def get(self) -> KeptToken | None:
        """Return the token that lies here, None when there is none."""
        return await _or_else(None, self._db.read(platform_tokens.get, self._appid))

    async def lease(self) -> bool:
        """Return whether we are the ones to fetch; everybody else waits a moment."""
        now = self._clock()
        step = self._db.write(platform_tokens.lease, self._appid, self._me, now, now + LEASE)
        return await _or_else(True, step)

    async def put(self, kept: KeptToken) -> None:
        """Leave a token for the others."""
        await _or_else(None, self._db.write(platform_tokens.put, self._appid, kept))

    async def drop(self, refused: str) -> None:
        """Take a token away that WeChat refuses, but no newer one."""
        await _or_else(None, self._db.write(platform_tokens.drop, self._appid, refused))

    async def let_go(self) -> None:
        """Let another fetch."""
        await _or_else(None, self._db.write(platform_tokens.let_go, self._appid, self._me))


async def _or_else(default: T, step: Awaitable[T]) -> T:
    try:
        return await step
    except TriagebotError as error:
        log.warning("the shared access token cannot be reached: %s", error.code)
        return default
