"""Staff edit the keyword rules: all of them together, as their order is part of them."""

from __future__ import annotations

from datetime import timedelta

from triagebot.desk.draft_api import TAG, DraftApi
from triagebot.desk.editing import Editing, EditParts
from triagebot.desk.edition_shapes import Edited, RuleHits, RulesDraft
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.edition import ALL_RULES, Subject, Words
from triagebot.store import hour_counts
from triagebot.triage.edition_checks import check_rules
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/rules"
COUNTED = timedelta(days=7)


class RuleApi:
    """Owns `/api/v1/rules`: everybody reads, ops write."""

    def __init__(self, parts: EditParts) -> None:
        self._db = parts.db
        self._clock = parts.clock
        self._editing = Editing(Subject.RULES, _checked, parts)
        self._drafts = DraftApi(PATH, RulesDraft, _name, _words, self._editing)

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that show and change the rules."""
        return [
            Endpoint("GET", PATH, "The keyword rules, with their versions", self.show,
                     result=Edited, tag=TAG),
            Endpoint("GET", PATH + "/hits", "How often each rule decided in seven days",
                     self.hits, result=RuleHits, tag=TAG),
            *self._drafts.endpoints(),
        ]  # fmt: skip

    async def show(self, _call: Call) -> Edited:
        """Return the rules."""
        return await self._editing.show(ALL_RULES)

    async def hits(self, _call: Call) -> RuleHits:
        """Return the counts by the rule's name."""
        since = self._clock() - COUNTED
        return RuleHits(await self._db.read(hour_counts.hits, "rule", since))


def _name(_call: Call) -> str:
    return ALL_RULES


def _words(body: RulesDraft) -> Words:
    return body.rules


def _checked(_name: str, words: Words, catalogue: Catalogue) -> Words:
    return check_rules(words if isinstance(words, tuple) else (), catalogue)
