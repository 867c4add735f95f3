"""Staff edit what the bot says by itself: welcome, holding texts, heads of menus, default."""

from __future__ import annotations

from triagebot.desk.draft_api import TAG, DraftApi
from triagebot.desk.editing import Editing, EditParts
from triagebot.desk.edition_shapes import Edited, SentenceDraft
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.edition import Subject, Words
from triagebot.triage.edition_checks import check_sentence
from triagebot.triage.policy import TEXTS
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/sentences"
ONE = PATH + "/{name}"


class SentenceApi:
    """Owns `/api/v1/sentences`: everybody reads, ops write."""

    def __init__(self, parts: EditParts) -> None:
        self._editing = Editing(Subject.SENTENCE, _checked, parts)
        self._drafts = DraftApi(ONE, SentenceDraft, _name, _words, self._editing)

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that show and change the bot's sentences."""
        return [
            Endpoint("GET", PATH, "The bot's own sentences", self.everything,
                     result=list[Edited], tag=TAG),
            *self._drafts.endpoints(),
        ]  # fmt: skip

    async def everything(self, _call: Call) -> list[Edited]:
        """Return all sentences in their order."""
        return [await self._editing.show(name) for name in TEXTS]


def _name(call: Call) -> str:
    return call.params["name"]


def _words(body: SentenceDraft) -> Words:
    return body.text.strip()


def _checked(name: str, words: Words, _catalogue: Catalogue) -> Words:
    check_sentence(name, str(words))
    return words
