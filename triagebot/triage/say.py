"""Put a decision into the words that the fan sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from triagebot.domain.catalogue import Catalogue, IntentKind
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Option, Reply
from triagebot.triage.decide import NONE_OF_THESE

_VARIABLE = re.compile(r"\{(\w+)\}")


class Voice:
    """Renders replies with the brand's own facts.

    `facts` are the variables `brand`, `hotline`, `shop_url` and `hours`, read when they are
    asked for; `staffed` tells whether
    people are at work now.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        facts: Mapping[str, str],
        staffed: Callable[[], bool] = lambda: True,
    ) -> None:
        self._catalogue = catalogue
        self._facts = facts
        self._staffed = staffed

    def say(self, decision: Decision, place: Callable[[], int]) -> Reply:
        """Return the reply for a decision; an empty one where the bot keeps silent.

        `place` is the fan's place in the queue, from 1; it is only asked when it is shown.
        """
        if decision.action is Action.SILENT:
            return Reply()
        if decision.action is Action.HUMAN:
            return self._holding(place)
        if decision.action is Action.ASK:
            return self._question(decision)
        return self._answer(decision)

    def answer(self, identity: str) -> str:
        """Return the reply text of an answer with its variables filled in."""
        return self.fill(self._catalogue.answers[identity].text)

    def fill(self, text: str, **more: object) -> str:
        """Replace `{name}` by its fact; names that are unknown stay as they are."""
        if "{" not in text:
            return text

        def value(match: re.Match[str]) -> str:
            name = match[1]
            return str(more[name]) if name in more else self._facts.get(name, match[0])

        return _VARIABLE.sub(value, text)

    def _text(self, name: str, **more: object) -> str:
        return self.fill(self._catalogue.policy.texts[name], **more)

    def _holding(self, place: Callable[[], int]) -> Reply:
        if not self._staffed():
            return Reply(self._text("holding_closed"))
        return Reply(self._text("holding", place=place()))

    def _question(self, decision: Decision) -> Reply:
        if decision.options:
            options = [
                Option(identity, self._catalogue.answers[identity].question)
                for identity in decision.options
                if identity in self._catalogue.answers
            ]
            options.append(Option(NONE_OF_THESE, self._text("menu_none")))
            return Reply(self._text("menu_head"), tuple(options))
        if decision.reason is Reason.NO_WORDS:
            return Reply(self._text("no_words"))
        return Reply(self._text("small_talk" if self._is_small_talk(decision) else "help"))

    def _is_small_talk(self, decision: Decision) -> bool:
        """Return whether what is asked back, for want of proof, seems to be small talk."""
        intent = self._catalogue.intents.get(decision.intent or "")
        unproven = decision.reason is Reason.BELOW_THRESHOLD
        return unproven and intent is not None and intent.kind is IntentKind.CHITCHAT

    def _answer(self, decision: Decision) -> Reply:
        if decision.reason is Reason.WELCOME:
            return Reply(self._text("welcome"))
        if decision.answer is None or decision.answer not in self._catalogue.answers:
            return Reply(self._text("small_talk"))
        text = self.answer(decision.answer)
        if decision.reason is Reason.CHITCHAT:
            return Reply(text)
        return Reply(f"{text}\n\n{self._text('did_it_help')}")
