"""Serve Rasa's addresses: one that talks, one that only parses, two that say what serves."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

import triagebot
from triagebot.channels.rest.parse import MindHolder, parse
from triagebot.channels.rest.shapes import Button, Line, Parsed, Said, Status, Text, Version
from triagebot.domain.agent import Role
from triagebot.domain.message import Inbound, Kind, Reply
from triagebot.triage.decide import NONE_OF_THESE
from triagebot.web.endpoint import Call, Endpoint

CHANNEL = "rest"
CHOOSE = "/"
"""A message that begins so is the payload of a button."""


class Outcome(Protocol):
    """What became of a message."""

    @property
    def reply(self) -> Reply:
        """What the fan gets back."""


class Intake(Protocol):
    """Whoever records messages and decides on them."""

    def accept(self, inbound: Inbound) -> Awaitable[Outcome]:
        """Record the message and decide; once there is an outcome, the message is safe."""


class RestApi:
    """Owns `/webhooks/rest/webhook`, `/model/parse`, `/version` and `/status`.

    `role` closes all to those without a token; None leaves them open, as Rasa does.
    """

    def __init__(
        self,
        intake: Intake,
        holder: MindHolder,
        clock: Callable[[], datetime],
        *,
        role: Role | None = None,
    ) -> None:
        self._intake = intake
        self._holder = holder
        self._clock = clock
        self._role = role

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints."""
        tag = "rest"
        return [
            Endpoint("POST", "/webhooks/rest/webhook", "Say something as a fan", self.talk, Said,
                     result=list[Line], role=self._role, tag=tag, json_only=False),
            Endpoint("POST", "/model/parse", "What the model makes of a text", self.parse, Text,
                     result=Parsed, role=self._role, tag=tag, json_only=False),
            Endpoint("GET", "/version", "Our version", self.version, result=Version,
                     role=self._role, tag=tag),
            Endpoint("GET", "/status", "Which model serves", self.status, result=Status,
                     role=self._role, tag=tag),
        ]  # fmt: skip

    async def talk(self, call: Call) -> list[Line]:
        """Return the reply as a list of lines; an empty one when the bot keeps silent."""
        said: Said = call.body
        outcome = await self._intake.accept(self._inbound(said))
        if not outcome.reply:
            return []
        buttons = [Button(option.title, f"{CHOOSE}{option.id}") for option in outcome.reply.options]
        return [Line(said.sender, outcome.reply.text, buttons)]

    async def parse(self, call: Call) -> Parsed:
        """Return what the mind makes of the text; nothing is stored."""
        return await parse(self._holder.mind, call.body, CHANNEL, self._clock())

    async def version(self, _call: Call) -> Version:
        """Return the version."""
        return Version(triagebot.__version__, triagebot.__version__)

    async def status(self, _call: Call) -> Status:
        """Return the name of the model; a bundle has its name for its content."""
        model = self._holder.mind.model
        return Status(model, model)

    def _inbound(self, said: Said) -> Inbound:
        key = said.message_id or secrets.token_hex(16)
        option = said.message.removeprefix(CHOOSE)
        title = self._title(option) if option != said.message else None
        if title is None:
            return Inbound(CHANNEL, said.sender, key, Kind.TEXT, said.message, self._clock())
        detail = {"option": option}
        return Inbound(CHANNEL, said.sender, key, Kind.TEXT, title, self._clock(), detail=detail)

    def _title(self, option: str) -> str | None:
        catalogue = self._holder.mind.catalogue
        if option == NONE_OF_THESE:
            return catalogue.policy.texts["menu_none"]
        answer = catalogue.answers.get(option)
        return answer.question if answer else None
