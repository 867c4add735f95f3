"""Bundles at the desk: what they are proven of, what they would change, and which one serves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from aiohttp import web

from triagebot.desk import model_rows as rows
from triagebot.desk.model_shapes import (
    CompareQuery,
    Comparison,
    ModelList,
    ModelShape,
    NewPromotion,
    NewReplay,
    NewRollback,
    Replaying,
    ShadowChoice,
    ShadowShape,
    StepShape,
)
from triagebot.desk.replaying import Replays
from triagebot.domain.agent import Role
from triagebot.errors import BadInput, NotFound
from triagebot.models import shadow
from triagebot.models.history import Step, current_name, history
from triagebot.models.promote import promote, rollback
from triagebot.models.replay import ReplayRecord, read_record
from triagebot.models.shelf import locate
from triagebot.store import audit_log, shadows
from triagebot.store.database import Database
from triagebot.triage.normalise import mask
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/models"
TAG = "models"
PAGES = {"report": "report.html", "replay": "replay.html"}
EXAMPLES = 3
CHANGES = 50
OWN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""The pages have no script and a policy of their own that names their one style sheet."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the bundles lie, and the key that they must be signed with, if any."""

    models: Path
    key: bytes | None = None


class ModelApi:
    """Owns `/api/v1/models`, `/api/v1/promotions`, `/api/v1/rollbacks` and `/api/v1/shadow`."""

    def __init__(self, db: Database, shelf: Shelf, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._models = shelf.models
        self._key = shelf.key
        self._clock = clock
        self._replays = Replays(db, shelf.models, shelf.key, clock)

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints: leads read, engineers change."""
        one, lead, ml = PATH + "/{name}", Role.LEAD, Role.ML
        return [
            Endpoint("GET", PATH, "All models, the newest first", self.everything, result=ModelList,
                     role=lead, tag=TAG),
            Endpoint("GET", one, "A model and what is proven of it", self.show,
                     result=ModelShape, role=lead, tag=TAG),
            Endpoint("GET", one + "/compare", "A model beside another", self.compare,
                     query=CompareQuery, result=Comparison, role=lead, tag=TAG),
            Endpoint("GET", one + "/replay", "Whose answers it would change", self.replay,
                     result=ReplayRecord, role=lead, tag=TAG),
            Endpoint("POST", one + "/replay", "Replay it against what serves", self.start_replay,
                     NewReplay, result=Replaying, role=ml, status=202, tag=TAG),
            Endpoint("GET", one + "/pages/{page}", "Its report or replay, for people (text/html)",
                     self.page, role=lead, tag=TAG),
            Endpoint("GET", "/api/v1/promotions", "Which models served, oldest first",
                     self.promotions, result=list[StepShape], role=lead, tag=TAG),
            Endpoint("POST", "/api/v1/promotions", "Let a model serve", self.promote,
                     NewPromotion, result=StepShape, role=ml, status=201, tag=TAG),
            Endpoint("POST", "/api/v1/rollbacks", "Return to the model before", self.rollback,
                     NewRollback, result=StepShape, role=ml, status=201, tag=TAG),
            Endpoint("GET", "/api/v1/shadow", "What the model in the shadow would do",
                     self.shadow, result=ShadowShape, role=lead, tag=TAG),
            Endpoint("PUT", "/api/v1/shadow", "Put a model into the shadow, or none",
                     self.set_shadow, ShadowChoice, result=ShadowShape, role=ml, tag=TAG),
        ]  # fmt: skip

    async def everything(self, _call: Call) -> ModelList:
        """Return all bundles, with what the gate has against each."""
        return await asyncio.to_thread(rows.all_rows, self._models)

    async def show(self, call: Call) -> ModelShape:
        """Return one bundle. Raises `NotFound`, `BadBundle` when it is damaged."""
        folder = locate(self._models, call.params["name"])
        running = self._replays.state(folder.name)
        return await asyncio.to_thread(rows.shape, self._models, folder.name, running)

    async def compare(self, call: Call) -> Comparison:
        """Return what is proven of two bundles side by side. Raises `NotFound`."""
        names = call.query.base, call.params["name"]
        return await asyncio.to_thread(rows.compare, self._models, *names)

    async def replay(self, call: Call) -> ReplayRecord:
        """Return the record of the last replay. Raises `NotFound` when there was none."""
        record = await asyncio.to_thread(read_record, self._folder(call))
        if record is None:
            raise NotFound("This model was not replayed.")
        return record

    async def start_replay(self, call: Call) -> Replaying:
        """Begin to replay stored messages, slowly. Raises `NotFound`, `Conflict` when one runs."""
        name = self._folder(call).name
        await self._note(call, "replay_model", {"name": name})
        return await self._replays.begin(name, call.body.days, call.signed_in.name)

    async def page(self, call: Call) -> web.FileResponse:
        """Return a page that lies in the bundle. Raises `NotFound`."""
        path = self._folder(call) / PAGES.get(call.params["page"], "absent")
        if path.is_symlink() or not path.is_file():
            raise NotFound("This model has no such page.")
        headers = {"Content-Security-Policy": OWN_POLICY, "Cache-Control": "no-store"}
        return web.FileResponse(path, headers=headers)

    async def promotions(self, _call: Call) -> list[StepShape]:
        """Return the history."""
        steps = await asyncio.to_thread(history, self._models)
        return [_step(step) for step in steps]

    async def promote(self, call: Call) -> StepShape:
        """Let a bundle serve. Raises `BadInput` without its name typed, `GateNotMet`."""
        body, by = call.body, call.signed_in.name
        _confirmed(body.confirm, body.name)
        step = await asyncio.to_thread(
            promote, self._models, body.name, by, key=self._key, force=body.force, why=body.why,
            clock=self._clock,
        )  # fmt: skip
        await self._note(call, "promote_model", _told(step))
        return _step(step)

    async def rollback(self, call: Call) -> StepShape:
        """Return to the bundle before. Raises `BadInput`, `NothingToDo` when there is none."""
        body, by = call.body, call.signed_in.name
        _confirmed(body.confirm, current_name(self._models))
        step = await asyncio.to_thread(
            rollback, self._models, by, key=self._key, why=body.why, clock=self._clock
        )
        await self._note(call, "roll_back_model", _told(step))
        return _step(step)

    async def shadow(self, _call: Call) -> ShadowShape:
        """Return what the bundle in the shadow would have done beside the one that serves."""
        wanted = await asyncio.to_thread(shadow.read_shadow, self._models)
        if wanted is None:
            return ShadowShape()
        base = current_name(self._models) or ""
        found = await self._db.read(shadows.read, wanted.name, base)
        shape = ShadowShape(wanted.name, base, wanted.since, wanted.by)
        if found is None:
            return shape
        seen, changes = found
        ids = [number for change in changes[:CHANGES] for number in change.message_ids[-EXAMPLES:]]
        texts = await self._db.read(shadows.texts, ids)
        masked = {number: mask(text) for number, text in texts.items()}
        return rows.with_counts(shape, seen, changes[:CHANGES], masked)

    async def set_shadow(self, call: Call) -> ShadowShape:
        """Put a bundle into the shadow, or none. Raises `NotFound`, `BadBundle`, `Conflict`."""
        name, by = call.body.name, call.signed_in.name
        await asyncio.to_thread(
            shadow.set_shadow, self._models, name, by, key=self._key, clock=self._clock
        )
        await self._note(call, "shadow_model", {"name": name or ""})
        return await self.shadow(call)

    def _folder(self, call: Call) -> Path:
        return locate(self._models, call.params["name"])

    async def _note(self, call: Call, what: str, detail: Mapping[str, str]) -> None:
        who = audit_log.by_agent(call.signed_in.id)
        await self._db.write(audit_log.note, who, what, self._clock(), detail=detail)


def _confirmed(typed: str, name: str | None) -> None:
    if typed != name:
        raise BadInput("Type the model's name to confirm.", fields={"confirm": name or ""})


def _told(step: Step) -> dict[str, str]:
    told = {"name": step.name, "before": step.before or "", "why": step.why, "forced": step.forced}
    return {name: value for name, value in told.items() if value}


def _step(step: Step) -> StepShape:
    return msgspec.convert(
        {**msgspec.structs.asdict(step), "objections": list(step.objections)}, StepShape
    )
