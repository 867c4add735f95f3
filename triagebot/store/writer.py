"""The one thread that writes: many waiting jobs share one transaction and one sync to disk."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from triagebot.errors import Busy
from triagebot.store import engines, events

logger = logging.getLogger(__name__)

TRIES = 5
"""How often a job that lost a race against another node is run before it is given up."""

BRIEFLY_MS = 10
"""How long a transaction that holds rows waits for a row that another node holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Something to do in the transaction, and who waits for it."""

    run: Callable[[Connection], Any]
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Result:
    """How a job ended: with a value or an error."""

    job: Job
    value: Any = None
    error: Exception | None = None


class _Away(Exception):
    """The database did not begin or did not commit: nothing of the group is stored."""


class _Spoiled(Exception):
    """The database gave up inside a job, so the whole transaction is void."""


class _Held(Exception):
    """Another node has a row that a job needs; the rest of the transaction is sound."""


class _Refused(Exception):
    """A job failed by itself, in a transaction where nothing kept it apart from the others."""


Do = Callable[[Connection, Sequence[Job]], list[Result]]
Settle = Callable[[Sequence[Result], bool], None]


class Writer:
    """Runs jobs in the order they come, in groups.

    `settle` is called from the thread after each commit, with the results and whether events
    were emitted. `written` counts the rows that a SQLite file got.
    """

    def __init__(
        self, engine: Engine, settle: Settle, *, queue_limit: int, group_limit: int
    ) -> None:
        self._engine = engine
        self._settle = settle
        self._queue: queue.Queue[Job | None] = queue.Queue(queue_limit)
        self._group_limit = group_limit
        self._kept: Connection | None = None
        self.written = 0
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Add a job; raises `Busy` when too many wait already."""
        try:
            self._queue.put_nowait(job)
        except queue.Full:
            raise Busy("Too much is waiting to be stored; try again.") from None

    def stop(self) -> None:
        """Finish all that waits, then end. Blocks."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            if self._kept is not None:
                self._kept.close()

    def _work(self) -> None:
        while True:
            group, last = self._next_group()
            while group:
                results, emitted = self._commit(group)
                self._settle(results, emitted)
                self.written = engines.rows_written(self._kept)
                group = group[len(results) :]
            if last:
                return

    def _keep(self) -> Connection | None:
        """Return the one connection to a file; to a server, which may go away, there is none."""
        if self._kept is None and self._engine.dialect.name == "sqlite":
            self._kept = self._engine.connect()
        return self._kept

    def _next_group(self) -> tuple[list[Job], bool]:
        group: list[Job] = []
        item = self._queue.get()
        try:
            while item is not None:
                group.append(item)
                if len(group) >= self._group_limit:
                    return group, False
                item = self._queue.get_nowait()
        except queue.Empty:
            return group, False
        return group, True

    def _commit(self, group: Sequence[Job]) -> tuple[list[Result], bool]:
        """Do the group, or as much of its beginning as needs nothing that another node holds."""
        try:
            return self._together(group)
        except _Away:
            return _busy(group), False
        except _Spoiled:
            return self._commit_singly(group)

    def _together(self, group: Sequence[Job]) -> tuple[list[Result], bool]:
        """Do without savepoints where nobody else writes, and with them if a job fails.

        Nearly none does, and a savepoint costs more than most jobs.
        """
        if self._engine.dialect.name == "sqlite":
            with suppress(_Refused):
                return self._transaction(group, _do_all)
        return self._transaction(group, _do_apart)

    def _commit_singly(self, group: Sequence[Job]) -> tuple[list[Result], bool]:
        """Give each job its own transaction: one bad job, or two nodes' locks, spoil no others."""
        results: list[Result] = []
        emitted = False
        for place, job in enumerate(group):
            try:
                part, news = self._persist(job)
            except _Away:
                return results + _busy(group[place:]), emitted
            results += part
            emitted = emitted or news
        return results, emitted

    def _persist(self, job: Job) -> tuple[list[Result], bool]:
        for _ in range(TRIES):
            try:
                return self._transaction([job], _do_apart)
            except _Spoiled as error:
                cause = error.__cause__
                if not engines.is_lost_race(cause):
                    break
        return _busy([job]), False

    def _transaction(self, group: Sequence[Job], do: Do) -> tuple[list[Result], bool]:
        try:
            with engines.writing(self._engine, self._keep()) as connection:
                events.pending(connection).clear()
                results = do(connection, group)
                return results, events.flush(connection)
        except _Refused:
            raise
        except _Spoiled as error:
            logger.warning("A job was given up: %s", _name(error.__cause__))
            raise
        except Exception as error:
            # The connection is kept on purpose. SQLite writes over what a failed sync left in the
            # log; a newly opened one would take that for committed, and build on it.
            logger.error("The store cannot be written: %s", _name(error))
            raise _Away from error


def _do_all(connection: Connection, group: Sequence[Job]) -> list[Result]:
    try:
        return [Result(job, value=job.run(connection)) for job in group]
    except Exception as error:
        raise (_Spoiled if engines.is_stores_fault(error) else _Refused) from error


def _do_apart(connection: Connection, group: Sequence[Job]) -> list[Result]:
    """Do jobs up to the first that would have to wait for another node.

    Only a job that comes first, and so holds nothing yet, waits: two nodes that change the same
    rows in different orders would otherwise wait for each other.
    """
    try:
        results = [_do(connection, group[0])]
    except _Held:
        return _busy(group[:1])
    if len(group) == 1:
        return results
    engines.wait_for_locks(connection, BRIEFLY_MS)
    with suppress(_Held):
        for job in group[1:]:
            results.append(_do(connection, job))
    engines.wait_for_locks(connection, None)
    return results


def _do(connection: Connection, job: Job) -> Result:
    pending = events.pending(connection)
    before = len(pending)
    try:
        with connection.begin_nested():
            return Result(job, value=job.run(connection))
    except Exception as error:
        del pending[before:]
        if engines.is_held_elsewhere(error):
            raise _Held from error
        if engines.is_stores_fault(error):
            raise _Spoiled from error
        return Result(job, error=error)


def _busy(group: Sequence[Job]) -> list[Result]:
    error = Busy("The store cannot be written now; try again.")
    return [Result(job, error=error) for job in group]


def _name(error: BaseException | None) -> str:
    """Name an error without its text, which may quote what fans wrote."""
    original = getattr(error, "orig", None) or error
    return getattr(original, "sqlite_errorname", None) or type(original).__name__
