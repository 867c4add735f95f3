"""The mind: one bundle awake, from texts to predictions, decisions and words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy

from triagebot.domain.catalogue import Catalogue, IntentKind
from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Decision
from triagebot.domain.message import Inbound, Reply
from triagebot.domain.prediction import Contribution, Prediction, RankedAnswer, RankedIntent
from triagebot.errors import BadBundle
from triagebot.triage.answer_choice import Learnt
from triagebot.triage.answer_index import AnswerIndex
from triagebot.triage.answers import EXACT, Nearness, bare, questions_of, rank
from triagebot.triage.case import Case, Thresholds
from triagebot.triage.cluster import LEAST, Cluster, Waiting, cluster
from triagebot.triage.decide import decide
from triagebot.triage.explain import contributions
from triagebot.triage.likeness import Likeness
from triagebot.triage.normalise import normalise
from triagebot.triage.registry import Bundle
from triagebot.triage.rules import Rules
from triagebot.triage.say import Voice
from triagebot.triage.segment import JiebaSegmenter, Segmenter, build_segmenter
from triagebot.triage.verdicts import Key, Verdict, read_verdicts

SELFTEST_TOLERANCE = 1e-4
"""How far a confidence may be from the recorded one: other processors add in another order."""

RANKED = 5


class Mind:
    """One bundle, ready to think. Immutable after construction, so threads may share it."""

    def __init__(
        self,
        bundle: Bundle,
        facts: Mapping[str, str] | None = None,
        staffed: Callable[[], bool] = lambda: True,
    ) -> None:
        self.bundle = bundle
        self._facts, self._staffed = facts or {}, staffed
        self.thresholds = Thresholds(
            {
                name: proof.threshold
                for name, proof in bundle.proof.intents.items()
                if proof.threshold is not None
            },
            bundle.proof.answer_floor,
        )
        self._places = {intent: place for place, intent in enumerate(bundle.model.intents)}
        self._segmenter = _trusted_segmenter(bundle)
        self._use(bundle.catalogue)
        self._answers = self._index(bundle.learnt)

    @property
    def catalogue(self) -> Catalogue:
        """The intents, answers, rules and policy in use: the bundle's, with what was edited."""
        return self._catalogue

    def edited(self, catalogue: Catalogue) -> Mind:
        """Return a mind that answers from another catalogue; what it has learnt stays the same.

        Questions are found at once; intents are told apart as before, until the next training.
        """
        mind = copy(self)
        mind._use(catalogue)
        if _wordings(catalogue) != _wordings(self._catalogue):
            mind._answers = mind._index()
        return mind

    def tightened(self, share: float) -> Mind:
        """Return a mind that needs to be surer: a share, 0..1, of the allowed doubt is gone."""
        mind = copy(self)
        mind.thresholds = self.thresholds.tightened(share)
        return mind

    @property
    def model(self) -> str:
        """The bundle's name."""
        return self.bundle.name

    @property
    def needs(self) -> dict[str, int]:
        """How many more right labels each intent needs that is not certified yet."""
        proofs = self.bundle.proof.intents.items()
        return {name: proof.needs for name, proof in proofs if proof.threshold is None}

    def think(self, texts: Sequence[str]) -> list[Prediction]:
        """Return a prediction for each text, in order."""
        heard = [self.hear(text) for text in texts]
        if not heard:
            return []
        rows = self.bundle.vocabulary.rows(heard)
        probabilities = self.bundle.model.probabilities(rows)
        near = self._answers.nearest(heard, rows, probabilities)
        # Of intents that are equally likely the first is the better.
        best = (-probabilities).argsort(axis=1, kind="stable")[:, :RANKED]
        return [
            self._predict(text, tokens, answers, guess, order)
            for (text, tokens), answers, guess, order in zip(
                heard, near, probabilities.tolist(), best.tolist(), strict=True
            )
        ]

    def glance(self, text: str) -> Prediction:
        """Return what can be known without the model: the normalised text, and a question of
        ours that it is word for word. The intent is then that question's, and "" otherwise."""
        plain = normalise(text)
        answer = self.catalogue.answers.get(self._answers.exact(bare(plain)) or "")
        if answer is None:
            return Prediction(plain, (), (RankedIntent("", 0.0),), (), 0.0, self.model)
        ranked = RankedAnswer(answer.id, EXACT, 1.0, answer.question, True)
        intents = (RankedIntent(answer.intent, EXACT),)
        return Prediction(plain, (), intents, (ranked,), 0.0, self.model)

    def verdicts(self) -> dict[Key, Verdict]:
        """Return what was said of the labels it learnt by models that had not."""
        return read_verdicts(self.bundle.folder)

    def hear(self, text: str) -> tuple[str, list[str]]:
        """Return the normalised text and its words."""
        plain = normalise(text)
        return plain, self._segmenter.cut(plain)

    def _predict(
        self,
        text: str,
        tokens: list[str],
        near: list[Nearness],
        probabilities: list[float],
        order: list[int],
    ) -> Prediction:
        intents, places = self.bundle.model.intents, self._places
        best = [RankedIntent(intents[place], probabilities[place]) for place in order]
        chances = {
            item.intent: probabilities[places[item.intent]]
            for item in near
            if item.intent in places
        }
        answers = rank(near, chances, self.bundle.answer_calibration)
        return Prediction(
            text,
            tuple(tokens),
            tuple(best),
            answers[:RANKED],
            self.bundle.vocabulary.known_share(tokens),
            self.bundle.name,
        )

    def decide(
        self,
        inbound: Inbound,
        memory: Memory,
        prediction: Prediction | None,
        switches: Sequence[str] | None = None,
    ) -> Decision:
        """Return what to do; `switches` default to those of the inbound's channel."""
        if switches is None:
            switches = self.catalogue.policy.switches_for(inbound.channel)
        catalogue, thresholds, rules = self._catalogue, self.thresholds, self._rules
        return decide(Case(inbound, memory, prediction, catalogue, thresholds, switches, rules))

    def say(self, decision: Decision, place: Callable[[], int]) -> Reply:
        """Return the words for a decision; `place` is the fan's place in the queue, from 1."""
        return self.voice.say(decision, place)

    def explain(self, prediction: Prediction, intent: str) -> list[Contribution]:
        """Return how much each word of a prediction speaks for an intent, in logits."""
        return contributions(
            prediction.text, prediction.tokens, intent, self.bundle.vocabulary, self.bundle.model
        )

    def cluster(self, waiting: Sequence[Waiting], least: float = LEAST) -> list[Cluster]:
        """Return what waits in clusters, largest first; see `triage.cluster`."""
        return cluster(waiting, self.hear, self.bundle.vocabulary, self._is_loose, least)

    def likeness(self, texts: Sequence[str]) -> Likeness:
        """Return how alike texts are, by the words that this mind knows."""
        return Likeness([self.hear(text) for text in texts], self.bundle.vocabulary)

    @property
    def facts(self) -> Mapping[str, str]:
        """What the variables of the brand stand for, such as `hotline`."""
        return self._facts

    def _is_loose(self, intent: str) -> bool:
        known = self.catalogue.intents.get(intent)
        return known is not None and known.kind in (IntentKind.CHITCHAT, IntentKind.OUT_OF_SCOPE)

    def _use(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._rules = Rules(catalogue.rules)
        self.voice = Voice(catalogue, self._facts, self._staffed)

    def _index(self, learnt: Learnt | None = None) -> AnswerIndex:
        questions, heard = questions_of(self.catalogue, self.hear)
        vocabulary, intents = self.bundle.vocabulary, self.bundle.model.intents
        rows = None if learnt else vocabulary.rows(heard)
        return AnswerIndex(questions, rows, vocabulary, intents, learnt)


def _wordings(catalogue: Catalogue) -> list[tuple[str, ...]]:
    return [(answer.id, *answer.questions) for answer in catalogue.answers.values()]


def wake(
    bundle: Bundle,
    facts: Mapping[str, str] | None = None,
    staffed: Callable[[], bool] = lambda: True,
) -> Mind:
    """Return the bundle's mind after its self-test. Raises `BadBundle` when a line differs."""
    mind = Mind(bundle, facts, staffed)
    predictions = mind.think([line.text for line in bundle.selftest])
    for line, prediction in zip(bundle.selftest, predictions, strict=True):
        difference = abs(prediction.confidence - line.confidence)
        if prediction.intent != line.intent or difference > SELFTEST_TOLERANCE:
            raise BadBundle(
                f"model {bundle.name}: self-test failed: expected {line.intent} "
                f"{line.confidence:.4f}, got {prediction.intent} {prediction.confidence:.4f}"
            )
    return mind


def _trusted_segmenter(bundle: Bundle) -> Segmenter:
    """Return the fast segmenter if it cuts the self-test as jieba did, else jieba itself."""
    fast = build_segmenter(bundle.words)
    if all(fast.cut(normalise(line.text)) == line.tokens for line in bundle.selftest):
        return fast
    return JiebaSegmenter(bundle.words)
