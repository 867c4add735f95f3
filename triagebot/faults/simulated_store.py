"""A store in virtual time: the real SQL on SQLite in memory, behind a writer that misbehaves."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import StaticPool

from triagebot.errors import Busy, TriagebotError
from triagebot.faults.virtual_time import VirtualLoop
from triagebot.store import engines, events, schema
from triagebot.store.database import Database
from triagebot.store.waiting import IS_WAITING

_WAITS = f"SELECT 1 FROM conversation WHERE {IS_WAITING.text} LIMIT 1"  # noqa: S608

P = ParamSpec("P")
T = TypeVar("T")


class Memory:
    """One SQLite in memory with the tables of this version, emptied for each seed."""

    def __init__(self) -> None:
        self._raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._empty = sqlite3.connect(":memory:", isolation_level=None)
        self.engine = create_engine("sqlite://", creator=lambda: self._raw, poolclass=StaticPool)
        event.listen(self.engine, "begin", _begin)
        with tempfile.TemporaryDirectory(prefix="triagebot-simulate-") as folder:
            path = Path(folder) / "empty.db"
            schema.upgrade(engines.parse(f"sqlite:///{path}"))
            with closing(sqlite3.connect(path)) as made:
                made.backup(self._empty)

    def clear(self) -> None:
        """Forget everything but the tables."""
        self._empty.backup(self._raw)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what a query gives, for judging."""
        return self._raw.execute(sql).fetchall()

    def close(self) -> None:
        """Give the memory back."""
        self.engine.dispose()
        self._empty.close()
        self._raw.close()


@dataclass(frozen=True, slots=True)
class Temper:
    """How the store behaves: seconds a commit takes, how often it is slow, fails, or lies.

    A lie is a commit that was made and reported as failed: the line broke before the answer.
    """

    seconds: float = 0.01
    slow: float = 0.0
    fails: float = 0.0
    lies: float = 0.0
    hasty: bool = False
    """The planted fault: tells that all is stored, and stores it afterwards."""


class SimulatedStore(Database):
    """What one node sees of the store. `crash` is the end of its process."""

    def __init__(
        self, memory: Memory, loop: VirtualLoop, chance: random.Random, temper: Temper
    ) -> None:
        super().__init__("sqlite:///in-memory", clock=loop.now)
        self._memory = memory
        self._chance = chance
        self._temper = temper
        self._jobs: list[tuple[Callable[[Connection], Any], asyncio.Future[Any]]] = []
        self._news = asyncio.Event()
        self._writer = loop.create_task(self._write_groups())

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Queue a job, as the real one does."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if self._writer.done():
            raise Busy("The node is down.")
        self._jobs.append((lambda connection: fn(connection, *args, **kwargs), future))
        self._news.set()
        return await future

    async def read(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Read what is committed now."""
        with self._memory.engine.connect() as connection, connection.begin():
            return fn(connection, *args, **kwargs)

    def has_waiting(self) -> bool:
        """Whether the view `waiting` has anybody."""
        return bool(self._memory.rows(_WAITS))

    def crash(self) -> None:
        """Die between two steps: what is not committed is gone, nobody is told anything."""
        self._writer.cancel()

    async def _write_groups(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            group, self._jobs = self._jobs, []
            if self._temper.hasty:
                self._try(group, keep=False)
            await asyncio.sleep(self._pause())
            if self._chance.random() < self._temper.fails:
                _tell(group, [Busy("failed")] * len(group))
                continue
            results = self._try(group, keep=True)
            await asyncio.sleep(self._pause() / 2)  # a crash here leaves it committed and untold
            if self._chance.random() < self._temper.lies:
                results = [Busy("unknown")] * len(group)
            _tell(group, results)

    def _pause(self) -> float:
        slow = self._chance.random() < self._temper.slow
        return self._chance.expovariate(1 / self._temper.seconds) * (300 if slow else 1)

    def _try(
        self, group: list[tuple[Callable[[Connection], Any], asyncio.Future[Any]]], *, keep: bool
    ) -> list[Any]:
        with self._memory.engine.connect() as connection, connection.begin() as transaction:
            events.pending(connection).clear()
            results = [_do(connection, job) for job, _ in group]
            if keep:
                events.flush(connection)
            else:
                transaction.rollback()
                _tell(group, results)
        return results


def _do(connection: Connection, job: Callable[[Connection], T]) -> T | TriagebotError:
    try:
        with connection.begin_nested():
            return job(connection)
    except TriagebotError as error:
        return error


def _tell(group: list[tuple[Any, asyncio.Future[Any]]], results: list[Any]) -> None:
    for (_, future), result in zip(group, results, strict=True):
        if future.done():
            continue
        if isinstance(result, TriagebotError):
            future.set_exception(result)
        else:
            future.set_result(result)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
