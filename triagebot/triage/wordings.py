"""All wordings of one answer, and how near a message is to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence

from rapidfuzz import fuzz, process

from triagebot.triage.answers import Nearness, Question


class Wordings:
    """The wordings of an answer, ready to be compared; its intent has `among` answers."""

    __slots__ = ("_among", "_shown", "_texts", "_words", "answer", "intent")

    def __init__(self, questions: Sequence[Question], among: int) -> None:
        self.answer, self.intent = questions[0].answer, questions[0].intent
        self._among = among
        # Made anew in one go, the texts lie side by side in memory: all are read for each message.
        self._texts = "\n".join([question.text for question in questions]).split("\n")
        self._shown = [question.shown for question in questions]
        # A plain dictionary: for a word that is not there, a Counter asks Python.
        self._words = dict(Counter(word for question in questions for word in question.words))

    def nearness(
        self,
        plain: str,
        weights: Mapping[str, float],
        total: float,
        chance: float,
        score: float,
        exact: bool = False,
        held_out: bool = False,
    ) -> Nearness:
        """Return how near a message is: bare, and its words with their weights and those' sum.

        With `held_out`, wordings that are the message itself do not count.
        """
        texts: list[str] = self._texts
        words: Container[str] = self._words
        if held_out and plain in texts:
            texts, words = self._without(plain)
        _, ratio, best = process.extractOne(plain, texts, scorer=fuzz.ratio)
        shared = sum([weight for word, weight in weights.items() if word in words])
        return Nearness(
            self.answer,
            self.intent,
            chance,
            score,
            ratio / 100.0,
            self._shown[best],
            shared / (total or 1.0),
            self._among,
            exact,
        )

    def _without(self, plain: str) -> tuple[list[str], Container[str]]:
        out = self._texts.count(plain)
        texts = ["" if text == plain else text for text in self._texts]
        return texts, {word for word, count in self._words.items() if count > out}
