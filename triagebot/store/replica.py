"""A copy of the store that follows it by itself, for reports only.

It lags, and two copies may contradict each other: nothing is decided on what is read here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from triagebot.errors import Busy
from triagebot.store import engines
from triagebot.store.database import READ_SECONDS, read_on
from triagebot.store.patience import Patience

P = ParamSpec("P")
T = TypeVar("T")

READERS = 2


class Replica:
    """The reading half of a `Database`, on another `url`."""

    def __init__(self, url: str) -> None:
        self._url = engines.parse(url)
        self._engine: Engine | None = None

    async def start(self) -> None:
        """Get ready; the copy need not be there yet."""
        self._engine = engines.reading_engine(self._url, size=READERS, lock_seconds=3.0)
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="replica-reader")
        self._patience = Patience()
        if self._url.get_backend_name() == "postgresql":
            self._patience.watch(self._engine, READ_SECONDS)
            self._patience.start()

    async def close(self) -> None:
        """Let go of it."""
        if self._engine is not None:
            await asyncio.to_thread(self._pool.shutdown)
            self._engine.dispose()
            self._patience.stop()
            self._engine = None

    async def read(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(connection, …)` on one snapshot of the copy. Raises `Busy` when it is away."""
        if self._engine is None:
            raise Busy("The copy of the store is not open.")
        job = partial(read_on, self._engine, lambda connection: fn(connection, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._pool, job)
