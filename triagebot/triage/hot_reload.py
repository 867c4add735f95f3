"""Switch to the promoted bundle while messages flow.

`models/current.json` names the bundle that serves. A change of that file loads the new bundle in a
thread; the switch is one assignment, so a message meets the old or the new mind, never half of
each. A bundle that fails any check is refused and the running one stays.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from triagebot.domain.catalogue import Catalogue
from triagebot.errors import BadBundle, NoModel, TriagebotError
from triagebot.triage.registry import load
from triagebot.triage.think import Mind, wake

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5

Edit = Callable[[Catalogue], Catalogue]


def _unedited(catalogue: Catalogue) -> Catalogue:
    return catalogue


class Current(msgspec.Struct, frozen=True):
    """`current.json`: the bundle that serves, who promoted it, and when (ISO 8601)."""

    name: str
    promoted_at: str = ""
    by: str = ""


def read_current(models: Path) -> Current:
    """Return the pointer. Raises `NoModel` when there is none, `BadBundle` when it is damaged."""
    try:
        current = msgspec.json.decode((models / "current.json").read_bytes(), type=Current)
    except FileNotFoundError:
        raise NoModel(
            f"{models}: no model serves yet; run `triagebot train --promote`, or "
            "`triagebot model promote NAME` if there is one"
        ) from None
    except (OSError, msgspec.MsgspecError) as error:
        raise BadBundle(f"{models}/current.json is damaged: {error}") from error
    if Path(current.name).name != current.name:
        raise BadBundle(f"{models}/current.json names a path, not a model")
    return current


class LiveMind:
    """Holds the mind that serves and follows `current.json`."""

    def __init__(
        self,
        models: Path,
        facts: Mapping[str, str],
        key: bytes | None = None,
        staffed: Callable[[], bool] = lambda: True,
    ) -> None:
        self._models = models
        self._facts = facts
        self._key = key
        self._staffed = staffed
        self._edit: Edit = _unedited
        self._tightened = 0.0
        self._loading = asyncio.Lock()
        self._seen: tuple[int, int] | None = None
        self._watchers: list[Callable[[str], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._trained = self._load()
        self.mind = self._trained

    @property
    def trained(self) -> Mind:
        """The mind as its bundle is, without what was edited since."""
        return self._trained

    async def edit(self, change: Edit) -> None:
        """Answer from the catalogue that `change` makes of the bundle's, this and later ones'."""
        async with self._loading:
            self._edit = change
            self.mind = await asyncio.to_thread(self._edited, self._trained)

    async def tighten(self, share: float) -> None:
        """Take away a share, 0..1, of the doubt that proven answers may have, until told again."""
        if share == self._tightened:
            return
        async with self._loading:
            self._tightened = share
            self.mind = await asyncio.to_thread(self._edited, self._trained)

    def on_switch(self, watcher: Callable[[str], None]) -> None:
        """Call `watcher` with the new bundle's name after each switch, on the event loop."""
        self._watchers.append(watcher)

    async def start(self) -> None:
        """Begin to follow the pointer."""
        self._task = asyncio.create_task(self._follow(), name="hot reload")

    async def close(self) -> None:
        """Stop following."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def refresh(self) -> bool:
        """Look at the pointer once; return whether another bundle serves now."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        before = self.mind.model
        async with self._loading:
            try:
                trained = await asyncio.to_thread(self._load)
            except TriagebotError as error:
                self._seen = stamp
                log.error("model refused, %s stays: %s", before, error.message)
                return False
            mind = await asyncio.to_thread(self._edited, trained)
            self._trained, self.mind = trained, mind
        if mind.model != before:
            log.info("model switched from %s to %s", before, mind.model)
            for watcher in self._watchers:
                watcher(mind.model)
        return mind.model != before

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.refresh()
            except Exception:  # the watch must outlive a bad disk or a half-copied folder
                log.exception("looking for a new model failed")

    def _load(self) -> Mind:
        self._seen = self._stamp()
        name = read_current(self._models).name
        return wake(load(self._models / name, self._key), self._facts, self._staffed)

    def _edited(self, trained: Mind) -> Mind:
        edited = trained.edited(self._edit(trained.catalogue))
        return edited.tightened(self._tightened) if self._tightened else edited

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = (self._models / "current.json").stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino
