"""Thinks about batches of messages, about each wording once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from triagebot.domain.message import Inbound
from triagebot.domain.prediction import Prediction
from triagebot.intake.log_fault import log_fault
from triagebot.intake.mind import FAULT, Holder, Mind, Plain

REMEMBERED = 4096


class Thinker:
    """Asks the mind that serves now, and remembers what it said of the last `REMEMBERED` texts.

    A prediction depends on nothing but the text and the mind, so in a quiz, where thousands write
    the same letter, one is enough.
    """

    def __init__(self, holder: Holder) -> None:
        self._holder = holder
        self._mind = holder.mind
        self._known: OrderedDict[str, Prediction] = OrderedDict()

    def think(self, inbounds: Sequence[Inbound]) -> tuple[Mind, list[Plain]]:
        """Return the mind asked, and a thought for each message; None for those without words."""
        mind = self._fresh()
        thoughts = [self._known.get(inbound.text) for inbound in inbounds]
        new = {
            inbound.text: None
            for inbound, thought in zip(inbounds, thoughts, strict=True)
            if thought is None and inbound.text.strip()
        }
        if not new:
            return mind, list(thoughts)
        said = _think(mind, list(new))
        self.remember((text, one) for text, one in said.items() if isinstance(one, Prediction))
        return mind, [
            known or said.get(inbound.text)
            for known, inbound in zip(thoughts, inbounds, strict=True)
        ]

    def glance(self, inbounds: Sequence[Inbound]) -> tuple[Mind, list[Plain]]:
        """Return the mind, and what is known of each message without asking its model."""
        mind = self._fresh()
        thoughts: list[Plain] = []
        for inbound in inbounds:
            try:
                thoughts.append(mind.glance(inbound.text) if inbound.text.strip() else None)
            except Exception as error:
                log_fault("Glancing", error)
                thoughts.append(FAULT)
        return mind, thoughts

    def remember(self, said: Iterable[tuple[str, Prediction]]) -> None:
        """Take over what another process thought; what an older model said is passed over."""
        model = self._fresh().model
        for text, prediction in said:
            if prediction.model == model:
                self._known[text] = prediction
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _fresh(self) -> Mind:
        mind = self._holder.mind
        if mind is not self._mind:
            self._mind = mind
            self._known.clear()
        return mind


def _think(mind: Mind, texts: Sequence[str]) -> dict[str, Plain]:
    """Think about all texts at once; if that fails, about each alone."""
    try:
        return dict(zip(texts, mind.think(texts), strict=True))
    except Exception as error:
        log_fault("Thinking", error)
        return {text: _think_alone(mind, text) for text in texts}


def _think_alone(mind: Mind, text: str) -> Plain:
    try:
        (prediction,) = mind.think([text])
    except Exception as error:
        log_fault("Thinking", error)
        return FAULT
    return prediction
