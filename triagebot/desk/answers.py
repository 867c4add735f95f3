"""Staff edit the answers: draft, publish for a time, take out of use, bring an old version back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from triagebot.desk.draft_api import TAG, DraftApi
from triagebot.desk.editing import Editing, EditParts
from triagebot.desk.edition_shapes import AnswerDraft, AnswerLine, Edited
from triagebot.domain.agent import Role
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.edition import AnswerWords, Edition, Subject, Words
from triagebot.store import editions, hour_counts
from triagebot.store.editions import Draft
from triagebot.triage.edition_checks import check_answer
from triagebot.triage.editions import words_of
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/answers"
ONE = PATH + "/{intent}/{name}"
COUNTED = timedelta(days=7)


class AnswerApi:
    """Owns `/api/v1/answers`: everybody reads, ops write."""

    def __init__(self, parts: EditParts) -> None:
        self._db = parts.db
        self._holder = parts.holder
        self._clock = parts.clock
        self._editing = Editing(Subject.ANSWER, answer_words, parts)
        self._drafts = DraftApi(ONE, AnswerDraft, _name, _words, self._editing)

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that list, show and change answers."""
        return [
            Endpoint("GET", PATH, "All answers, drafts and those out of use too", self.everything,
                     result=list[AnswerLine], tag=TAG),
            Endpoint("GET", ONE, "One answer with its versions", self.show, result=Edited,
                     tag=TAG),
            *self._drafts.endpoints(),
            Endpoint("POST", ONE + "/retire", "Take it out of use", self.retire, result=Edited,
                     role=Role.OPS, tag=TAG),
        ]  # fmt: skip

    async def everything(self, _call: Call) -> list[AnswerLine]:
        """Return the answers by intent, as they are used now."""
        since = self._clock() - COUNTED
        drafts, published, sent = await self._db.read(
            lambda connection: (
                editions.drafts(connection, Subject.ANSWER),
                editions.published(connection),
                hour_counts.hits(connection, "answer", since),
            )
        )
        return answer_lines(
            self._holder.mind.catalogue,
            self._holder.trained.catalogue,
            drafts,
            {each.name: each for each in published if each.subject is Subject.ANSWER},
            sent,
        )

    async def show(self, call: Call) -> Edited:
        """Return one answer. Raises `NotFound`."""
        return await self._editing.show(_name(call))

    async def retire(self, call: Call) -> Edited:
        """Take an answer out of use."""
        return await self._editing.retire(_name(call), call.signed_in)


def answer_lines(
    used: Catalogue,
    trained: Catalogue,
    drafts: Mapping[str, Draft],
    newest: Mapping[str, Edition],
    sent: Mapping[str, int],
) -> list[AnswerLine]:
    """Return what the list shows; `newest` is the last version of each answer that has any."""
    lines = []
    for name in dict.fromkeys((*used.answers, *trained.answers, *newest, *drafts)):
        edition, draft = newest.get(name), drafts.get(name)
        words = _words_shown(name, used, trained, draft, edition)
        if words is None:
            continue
        lines.append(
            AnswerLine(
                name,
                name.partition("/")[0],
                words.question,
                len(words.similar),
                words.risk,
                _state(name in used.answers, edition),
                draft is not None,
                edition.valid_until if edition else None,
                sent.get(name, 0),
            )
        )
    return lines


def _words_shown(
    name: str, used: Catalogue, trained: Catalogue, draft: Draft | None, edition: Edition | None
) -> AnswerWords | None:
    """Return an answer's words as used, else as drafted, as published last, as trained."""
    sources = (
        words_of(used, Subject.ANSWER, name),
        draft and draft.words,
        edition and edition.words,
        words_of(trained, Subject.ANSWER, name),
    )
    return next((each for each in sources if isinstance(each, AnswerWords)), None)


def _state(is_used: bool, edition: Edition | None) -> str:
    if is_used:
        return "edited" if edition else "trained"
    if edition is None:
        return "new"
    return "retired" if edition.words is None else "ended"


def _name(call: Call) -> str:
    return f"{call.params['intent']}/{call.params['name']}"


def _words(body: AnswerDraft) -> Words:
    return AnswerWords(body.question.strip(), body.similar, body.text.strip(), body.risk)


def answer_words(name: str, words: Words, catalogue: Catalogue) -> Words:
    """Return an answer's words, tidied. Raises `BadInput` for what fans must not see."""
    if not isinstance(words, AnswerWords):
        raise TypeError(name)
    similar = tuple(dict.fromkeys(" ".join(text.split()) for text in words.similar))
    tidy = AnswerWords(words.question, similar, words.text, words.risk)
    check_answer(name, tidy, catalogue)
    return tidy
