"""The page of the dictionary: look what a word changes, then change it; it works with forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec

from triagebot.desk.dictionary import LOOKED_AT, DictionaryApi
from triagebot.desk.dictionary_shapes import WordChange
from triagebot.desk.editing import TrainedHolder
from triagebot.desk.frames import Frames, Page, Sentence
from triagebot.errors import BadInput, NothingToDo
from triagebot.store.agents import SessionRow
from triagebot.web.body import read_query
from triagebot.web.endpoint import Call, Endpoint

SHOWN = 20
"""So many messages that are cut anew, and so many whose guess flips."""

MOST = 20
_BETWEEN = re.compile(r"[\s,，、;；]+")


class DictionaryQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Words to look at, and whether to look for new ones."""

    words: Annotated[str, msgspec.Meta(max_length=400)] = ""
    suggest: bool = False


class DictionaryPage:
    """Owns `/desk/dictionary`."""

    def __init__(self, frames: Frames, words: DictionaryApi, holder: TrainedHolder) -> None:
        self._frames = frames
        self._words = words
        self._holder = holder

    def endpoints(self) -> list[Endpoint]:
        """Return the one page."""
        return [
            Endpoint("GET", "/desk/dictionary", "Dictionary", self.show, role=None,
                     described=False),
        ]  # fmt: skip

    async def show(self, call: Call) -> Page:
        """Return the words, what those asked for would change, and new ones where asked for."""

        async def fill(session: SessionRow, _t: Sentence) -> Mapping[str, object]:
            try:
                query = read_query(call.request, DictionaryQuery)
            except BadInput:
                query = DictionaryQuery()
            intents = self._holder.mind.catalogue.intents.values()
            return {
                "query": query,
                "dictionary": await self._words.read(),
                "suggestions": await self._words.suggestions() if query.suggest else None,
                "titles": {each.name: each.title[session.agent.language] for each in intents},
                "shown": SHOWN,
                "looked_at": LOOKED_AT,
                **await self._look(query.words),
            }

        return await self._frames.show(call, "desk/dictionary.html", "dictionary", fill)

    async def _look(self, text: str) -> dict[str, object]:
        """Return the preview and what of it may still be ordered, or the `problem`."""
        nothing: dict[str, object] = {"preview": None, "to_do": WordChange(), "problem": ""}
        words = [word for word in _BETWEEN.split(text) if word]
        if not words:
            return nothing
        try:
            change = self._words.split(words[:MOST])
            found = await self._words.preview(change)
        except BadInput:
            return {**nothing, "problem": "form"}
        except NothingToDo:
            return {**nothing, "problem": "empty"}
        return {**nothing, "preview": found, "to_do": self._words.still_to_do(change)}
