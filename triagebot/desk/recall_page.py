"""The page on which a wrong answer is taken back; it works with plain forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from triagebot.desk.editing import TrainedHolder
from triagebot.desk.frames import Frames, Page, Sentence
from triagebot.desk.recalls import RecallApi, Span, reach_of
from triagebot.errors import BadInput
from triagebot.store.agents import SessionRow
from triagebot.web.body import read_query
from triagebot.web.endpoint import Call, Endpoint

LOOKED_BACK = timedelta(hours=48)
SHOWN = 50
HEAD = "更正：刚才的回复有误，请以这条为准。"
"""How a correction begins until its writer words it otherwise; fans read it, in their language."""

Local = Annotated[str, msgspec.Meta(max_length=30)]


class RecallQuery(msgspec.Struct, forbid_unknown_fields=True):
    """An answer and the local times between which it was wrong, as the browser writes them."""

    answer: Annotated[str, msgspec.Meta(max_length=200)] = ""
    since: Local = ""
    until: Local = ""


class RecallPage:
    """Owns `/desk/recall`; times on it are the team's."""

    def __init__(
        self,
        frames: Frames,
        recalls: RecallApi,
        holder: TrainedHolder,
        clock: Callable[[], datetime],
        timezone: str,
    ) -> None:
        self._frames = frames
        self._recalls = recalls
        self._holder = holder
        self._clock = clock
        self._zone = ZoneInfo(timezone)

    def endpoints(self) -> list[Endpoint]:
        """Return the one page."""
        return [Endpoint("GET", "/desk/recall", "Recall", self.show, role=None, described=False)]

    async def show(self, call: Call) -> Page:
        """Return who was told, a form for the correction, and what was sent before."""

        async def fill(_session: SessionRow, _t: Sentence) -> Mapping[str, object]:
            try:
                query = read_query(call.request, RecallQuery)
                span = self._span(query)
            except BadInput:
                query, span = RecallQuery(), self._span(RecallQuery())
            fans = await self._recalls.told(span) if query.answer else []
            return {
                "query": query,
                "span": span,
                "since": self._local(span.since),
                "until": self._local(span.until),
                "answers": self._holder.mind.catalogue.answers,
                "text": self._text(query.answer),
                "reach": reach_of(fans),
                "fans": fans[:SHOWN],
                "recalls": await self._recalls.listed(),
                "now": self._clock(),
                "local": self._local,
            }

        return await self._frames.show(call, "desk/recall.html", "recall", fill)

    def _span(self, query: RecallQuery) -> Span:
        """Return the moments; two days back where none are given. Raises `BadInput`."""
        now = self._clock()
        since = self._moment(query.since) or now - LOOKED_BACK
        until = self._moment(query.until) or now
        if since >= until:
            raise BadInput("It would end before it begins.", fields={"until": "early"})
        return Span(query.answer, since, until)

    def _moment(self, text: str) -> datetime | None:
        if not text:
            return None
        try:
            return datetime.fromisoformat(text).replace(tzinfo=self._zone).astimezone(UTC)
        except ValueError:
            raise BadInput("This is no time.", fields={"since": "form"}) from None

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).strftime("%Y-%m-%dT%H:%M")

    def _text(self, answer: str) -> str:
        mind = self._holder.mind
        if answer not in mind.catalogue.answers:
            return HEAD
        return f"{HEAD}\n{mind.voice.answer(answer)}"
