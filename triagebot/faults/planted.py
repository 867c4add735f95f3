"""`triagebot` with a fault planted that a run must notice: a check that cannot fail proves nothing.

`python -m triagebot.faults.planted NAME …` is `triagebot …` with that fault.
"""

from __future__ import annotations

import runpy
import sys
import time
from collections.abc import Sequence
from typing import Any

from triagebot.faults.process import PROGRAM


def tells_early() -> None:
    """Tell everybody before the commit, which comes a little later."""
    from triagebot.store import events, writer

    def transaction(self: Any, group: Any, do: Any) -> Any:
        with self._engine.connect() as connection, connection.begin():
            events.pending(connection).clear()
            results = do(connection, group)
            self._settle(results, False)
            time.sleep(0.1)
            return results, events.flush(connection)

    _replace(writer.Writer, "_transaction", transaction)


def forgetful() -> None:
    """Acknowledge from a spool that keeps nothing on disk."""
    from triagebot.store import spool

    async def keep(_self: Any, _inbound: Any) -> None:
        return

    _replace(spool.Spool, "keep", keep)


def patient() -> None:
    """Wait for the store as long as it takes."""
    from triagebot.nodes import spooling

    async def in_time(self: Any, inbound: Any, thought: Any) -> Any:
        return await self._intake.accept(inbound, thought)

    _replace(spooling.SpooledIntake, "_in_time", in_time)


def listens_early() -> None:
    """Let fans wait at a node that still starts."""
    from triagebot.app import listening

    bind = listening.open_sockets

    def open_sockets(*address: Any) -> Any:
        groups = bind(*address)
        listening.let_wait(groups)
        return groups

    _replace(listening, "open_sockets", open_sockets)


def never_sweeps() -> None:
    """Let every client take as long as it likes."""
    from email.utils import formatdate

    from triagebot.web.front import front

    def sweep(self: Any) -> None:
        self.date = formatdate(usegmt=True).encode()
        self._loop.call_later(front.SWEEP_SECONDS, self._sweep)

    _replace(front.Front, "_sweep", sweep)


def remembers() -> None:
    """Keep 16 KiB for everything that is stored, for ever."""
    from triagebot.store import writer

    kept: list[bytes] = []
    submit = writer.Writer.submit

    def remember(self: Any, job: Any) -> None:
        kept.append(b"x" * 16_384)
        submit(self, job)

    _replace(writer.Writer, "submit", remember)


def keeps_lines() -> None:
    """Keep a file open for every screen that was ever there."""
    import os

    from triagebot.web import sse

    serve = sse.Streams.serve

    async def and_keep(*given: Any) -> Any:
        os.dup(0)
        return await serve(*given)

    _replace(sse.Streams, "serve", and_keep)


def _replace(owner: object, name: str, by: object) -> None:
    setattr(owner, name, by)


PLANTED = {
    "tells early": tells_early,
    "forgetful": forgetful,
    "patient": patient,
    "listens early": listens_early,
    "never sweeps": never_sweeps,
    "remembers": remembers,
    "keeps lines": keeps_lines,
}


def program(name: str) -> Sequence[str]:
    """Return what starts a server with the fault `name`, or with none."""
    return (sys.executable, "-m", "triagebot.faults.planted", name) if name else PROGRAM


if __name__ == "__main__":
    PLANTED[sys.argv.pop(1)]()
    runpy.run_module("triagebot", run_name="__main__", alter_sys=True)
