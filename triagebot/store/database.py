"""The door to the store: writes go through one thread in groups, reads through a pool."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DatabaseError

from triagebot.errors import Busy
from triagebot.store import engines, schema
from triagebot.store.carrying import Carrier
from triagebot.store.patience import Patience
from triagebot.store.writer import Job, Result, Writer

if TYPE_CHECKING:
    from triagebot.store.bell import Bell

logger = logging.getLogger(__name__)

WRITE_SECONDS = 10.0
READ_SECONDS = 30.0
"""After so long a transaction on PostgreSQL is given up, also when the server says nothing.

Much longer than a slow one takes: on a busy machine giving up would be all that is ever done.
"""
LOOK_SECONDS = 3.0
"""How long one who only looks once waits for a lock."""

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """A SQLite file or a PostgreSQL database, by `url`.

    `queue_limit` jobs may wait, up to `group_limit` share a commit. A lock that somebody else
    holds is waited for `lock_seconds`. `prepare` brings the tables
    up to date. All coroutines belong to the loop that called `start`.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime],
        queue_limit: int = 2000,
        group_limit: int = 256,
        readers: int = 4,
        lock_seconds: float = 3.0,
        prepare: Callable[[URL], None] = schema.upgrade,
    ) -> None:
        self.clock = clock
        self._url = engines.parse(url)
        self._queue_limit = queue_limit
        self._group_limit = group_limit
        self._readers = readers
        self._lock_seconds = lock_seconds
        self._prepare = prepare
        self._callbacks: list[Callable[[], None]] = []
        self._open: _Open | None = None

    async def start(self) -> None:
        """Bring the tables up to date and begin to work.

        Raises `Busy` when the database cannot be reached or stays locked, and `BadInput` when it
        is newer than this program or damaged.
        """
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._prepare, self._url)
        engine = engines.writing_engine(self._url, lock_seconds=self._lock_seconds)
        settle = partial(_hand_over, loop, self._finish)
        writer = Writer(
            engine, settle, queue_limit=self._queue_limit, group_limit=self._group_limit
        )
        reading = engines.reading_engine(
            self._url, size=self._readers, lock_seconds=self._lock_seconds
        )
        self._open = _Open(engine, writer, reading, self._readers, self._bell(loop))
        self._open.start()

    @property
    def is_shared(self) -> bool:
        """Whether other machines may work on the same store: it is PostgreSQL."""
        return self._url.get_backend_name() == "postgresql"

    async def close(self) -> None:
        """Finish what waits and let go of the database; later calls raise `Busy`."""
        parts, self._open = self._open, None
        if parts is not None:
            await asyncio.get_running_loop().run_in_executor(None, parts.close)

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(connection, …)` in the writer and return its value once it is on disk.

        `fn` may run more than once before that, so it must do nothing outside the connection.
        A caller that is cancelled stops waiting; the job still runs. Raises `Busy` when nothing
        was stored, and what `fn` raises, without effect on others.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._parts().writer.submit(Job(lambda connection: fn(connection, *args, **kwargs), future))
        return await future

    async def read(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(connection, …)` in a reader, on one snapshot, and return its value."""
        parts = self._parts()
        loop = asyncio.get_running_loop()
        job = partial(read_on, parts.reading, lambda connection: fn(connection, *args, **kwargs))
        return await loop.run_in_executor(parts.pool, job)

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` on the event loop after commits that emitted events, other nodes' too."""
        self._callbacks.append(callback)

    def _parts(self) -> _Open:
        if self._open is None:
            raise Busy("The store is not open.")
        return self._open

    def _finish(self, results: Sequence[Result], emitted: bool) -> None:
        for result in results:
            if result.job.future.done():  # its caller went away
                continue
            if result.error is None:
                result.job.future.set_result(result.value)
            else:
                result.job.future.set_exception(result.error)
        if emitted:
            self._heard()
            if self._open and self._open.bell:
                self._open.bell.ring()

    def _bell(self, loop: asyncio.AbstractEventLoop) -> Bell | None:
        if not self.is_shared:
            return None
        from triagebot.store.bell import Bell  # needs the driver, which SQLite does not

        return Bell(self._url, partial(_call_from_thread, loop, self._heard))

    def _heard(self) -> None:
        for callback in self._callbacks:
            _call(callback)


class _Open:
    """What exists between start and close."""

    def __init__(
        self, engine: Engine, writer: Writer, reading: Engine, readers: int, bell: Bell | None
    ) -> None:
        self.engine = engine
        self.writer = writer
        self.reading = reading
        self.bell = bell
        self.pool = ThreadPoolExecutor(readers, thread_name_prefix="store-reader")
        self._patience = Patience()
        self._carrier = Carrier(engine.url.database or "", lambda: writer.written)

    def start(self) -> None:
        self.writer.start()
        if self.bell:
            self._patience.watch(self.engine, WRITE_SECONDS)
            self._patience.watch(self.reading, READ_SECONDS)
            self._patience.start()
            self.bell.start()
        else:
            self._carrier.start()

    def close(self) -> None:
        if self.bell:
            self.bell.stop()
        self._carrier.stop()
        self.writer.stop()
        self.pool.shutdown(wait=True)
        self.reading.dispose()
        self.engine.dispose()
        self._patience.stop()


def _call_from_thread(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(callback)


def _hand_over(
    loop: asyncio.AbstractEventLoop,
    finish: Callable[[Sequence[Result], bool], None],
    results: Sequence[Result],
    emitted: bool,
) -> None:
    try:
        loop.call_soon_threadsafe(finish, results, emitted)
    except RuntimeError:
        logger.warning("%d results came after the loop had ended", len(results))


def read_on(engine: Engine, job: Callable[[Connection], T]) -> T:
    """Run a job on a reading engine. Raises `Busy` when the store is at fault."""
    try:
        with engine.connect() as connection, connection.begin():
            return job(connection)
    except DatabaseError as error:
        if not engines.is_stores_fault(error):
            raise
        raise Busy("The store cannot be read now; try again.") from error


def read_once(url: str, job: Callable[[Connection], T]) -> T | None:
    """Read from a store as it is, without its writer; None where there is no store yet.

    Raises `Busy` when it is away or has not the tables of this version.
    """
    parsed = engines.parse(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return None
    engine = engines.reading_engine(parsed, size=1, lock_seconds=LOOK_SECONDS)
    try:
        return read_on(engine, job)
    finally:
        engine.dispose()


def _call(callback: Callable[[], None]) -> None:
    try:
        callback()
    except Exception:
        logger.exception("A listener of commits failed")
