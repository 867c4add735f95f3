"""Show which wordings of answers and labels are most like a message: what people judged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from triagebot.domain.catalogue import Catalogue
from triagebot.errors import NotFound
from triagebot.store import labels, messages
from triagebot.store.database import Database
from triagebot.triage.likeness import Likeness
from triagebot.web.endpoint import Call, Endpoint

SHOWN = 5
LEAST = 0.15
"""What is less alike has hardly a word in common."""

LABELS = 500
"""So many of the newest labels are looked at, beside all wordings of answers."""


class Near(msgspec.Struct):
    """A judged text: its intent, who said so (nobody for an answer's wording), the cosine, 0..1."""

    text: str
    intent: str
    by: str
    likeness: float


class Mind(Protocol):
    """What is asked of the model that serves."""

    @property
    def catalogue(self) -> Catalogue:
        """Answers with their wordings."""

    def likeness(self, texts: Sequence[str]) -> Likeness:
        """Return how alike texts are."""


class Holder(Protocol):
    """Holds the mind that serves."""

    @property
    def mind(self) -> Mind:
        """The mind that serves now."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A text with its intent and who said so."""

    text: str
    intent: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Wordings:
    """Judged texts and their rows of unit length, shape (n, width)."""

    judged: Sequence[Judged]
    rows: NDArray[np.float32]


class NearestApi:
    """Owns `/api/v1/messages/{id}/nearest`."""

    def __init__(self, db: Database, holder: Holder) -> None:
        self._db = db
        self._holder = holder
        self._wordings: tuple[Mind, Wordings] | None = None

    def endpoints(self) -> list[Endpoint]:
        """Return the one endpoint."""
        return [
            Endpoint("GET", "/api/v1/messages/{id}/nearest", "Judged texts most like a message",
                     self.show, result=list[Near], tag="labels"),
        ]  # fmt: skip

    async def show(self, call: Call) -> list[Near]:
        """Return the nearest wordings and labels, the most alike first. Raises `NotFound`."""
        message = await self._db.read(messages.get, call.id())
        if not message.text.strip():
            raise NotFound("This message has no words.")
        given = await self._db.read(labels.newest, LABELS)
        own = str(message.id)
        judged = [
            Judged(each.text, each.intent, each.by) for each in given if each.message_id != own
        ]
        return await asyncio.to_thread(self._nearest, self._holder.mind, message.text, judged)

    def _nearest(self, mind: Mind, text: str, labelled: Sequence[Judged]) -> list[Near]:
        if self._wordings is None or self._wordings[0] is not mind:
            self._wordings = (mind, wordings(mind))
        alike = mind.likeness([text, *(each.text for each in labelled)])
        rows = alike.rows(range(len(labelled) + 1))
        said = self._wordings[1]
        cosines = np.concatenate([rows[1:] @ rows[0], said.rows @ rows[0]])
        # Labels stand first: one outweighs the wording that says the same.
        return _best([*labelled, *said.judged], cosines)


def wordings(mind: Mind) -> Wordings:
    """Return all wordings of answers, read for comparing: half a second, so once a model."""
    answers = mind.catalogue.answers.values()
    judged = [Judged(text, each.intent) for each in answers for text in each.questions]
    alike = mind.likeness([each.text for each in judged])
    return Wordings(judged, alike.rows(range(len(judged))))


def _best(judged: Sequence[Judged], cosines: NDArray[np.float32]) -> list[Near]:
    found: dict[tuple[str, str], Near] = {}
    for i in np.argsort(-cosines, kind="stable").tolist():
        if len(found) == SHOWN or cosines[i] < LEAST:
            break
        one, likeness = judged[i], round(min(1.0, float(cosines[i])), 3)
        found.setdefault((one.text, one.intent), Near(one.text, one.intent, one.by, likeness))
    return list(found.values())
