"""Carries a promotion, made on any node, to all others: the newest one wins."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from triagebot.errors import BadBundle, TriagebotError
from triagebot.models import history
from triagebot.models.history import Step
from triagebot.store import promotions
from triagebot.store.database import Database
from triagebot.store.promotions import Promotion
from triagebot.triage import registry
from triagebot.triage.hot_reload import read_current
from triagebot.triage.manifest import read_manifest

log = logging.getLogger(__name__)

SECONDS = 2.0


class SharedPromotions:
    """Compares the promotion in `models` with the one in the shared store, and evens them out.

    What comes from the store passes the same checks as any bundle, with the signing `key`, before
    the pointer names it; one that fails is refused once, and the node stays with its own.
    """

    def __init__(self, db: Database, models: Path, key: bytes | None) -> None:
        self._db = db
        self._models = models
        self._key = key
        self._refused = ""
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to compare."""
        self._task = asyncio.create_task(self._repeat(), name="promotions")

    async def close(self) -> None:
        """Stop."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Compare once. Raises `BadBundle` when what the store holds is not fit to serve."""
        ours = await asyncio.to_thread(self._ours)
        theirs = await self._db.read(promotions.newest)
        if ours and (theirs is None or theirs.at < ours.at):
            files = await asyncio.to_thread(_read, self._models / ours.bundle)
            await self._db.write(promotions.publish, ours, files)
        elif theirs and theirs.at != self._refused and (ours is None or ours.at < theirs.at):
            await self._take(theirs)

    def _ours(self) -> Promotion | None:
        try:
            current = read_current(self._models)
        except BadBundle:
            return None
        return Promotion(current.name, current.promoted_at, current.by)

    async def _take(self, new: Promotion) -> None:
        # Unless it comes through, it is not tried again every two seconds.
        self._refused = new.at
        if Path(new.bundle).name != new.bundle:
            raise BadBundle("The shared store names a path, not a model.")
        if not (self._models / new.bundle).exists():
            files = await self._db.read(promotions.files_of, new.bundle)
            await asyncio.to_thread(self._unpack, new.bundle, files)
        await asyncio.to_thread(self._point, new)
        log.info("the model %s was promoted on another node", new.bundle)

    def _unpack(self, bundle: str, files: Mapping[str, bytes]) -> None:
        draft = self._models / f".{bundle}.{os.getpid()}"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            for name, content in files.items():
                if Path(name).name != name:
                    raise BadBundle(f"model {bundle}: a file of it is named like a path")
                (draft / name).write_bytes(content)
            registry.load(draft, self._key)
            draft.rename(self._models / bundle)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _point(self, new: Promotion) -> None:
        registry.load(self._models / new.bundle, self._key)
        before = history.current_name(self._models)
        why = "promoted on another node"
        history.switch(
            self._models, Step("promote", new.bundle, new.at, new.by, before=before, why=why)
        )

    async def _repeat(self) -> None:
        while True:
            try:
                await self.look()
            except TriagebotError as error:
                log.error("promotions are not shared now: %s", error.message)
            except Exception:  # the watch must outlive a bad disk
                log.exception("sharing promotions failed")
            await asyncio.sleep(SECONDS)


def _read(folder: Path) -> dict[str, bytes]:
    """Return the files that the manifest names; what else lies there stays on its node."""
    names = ["manifest.json", *read_manifest(folder).files]
    return {name: (folder / name).read_bytes() for name in names}
