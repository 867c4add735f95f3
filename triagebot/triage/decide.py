"""Decide what happens with a message: small rules in order, the first that speaks wins.

Everything here is a pure function of values. The order is the product's promise to fans; the last
resort is a person.
"""

from __future__ import annotations

from collections.abc import Callable

from triagebot.domain.catalogue import IntentKind, Risk
from triagebot.domain.conversation import Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Event, Kind
from triagebot.domain.prediction import RankedAnswer
from triagebot.triage.answers import bare
from triagebot.triage.case import Case
from triagebot.triage.cost import PROVEN, UNPROVEN, cheapest, menu_lines, proven_answer

NONE_OF_THESE = "none"
"""The id of the last line of every menu."""

NONE_WORDS = ("都不是", "以上都不是", "都不对")

NO_ANSWER = ""
"""Stands for the policy's own line, so that no draft is filled in."""

Rule = Callable[[Case], Decision | None]


def decide(case: Case) -> Decision:
    """Return the decision of the first rule that has one, with the guess filled in."""
    for rule in RULES:
        decision = rule(case)
        if decision is not None:
            return _with_guess(case, decision)
    return _with_guess(case, Decision(Action.HUMAN, Reason.LAST_RESORT))


def _with_guess(case: Case, decision: Decision) -> Decision:
    prediction, best = case.prediction, case.best
    if prediction is None:
        return decision
    return Decision(
        decision.action,
        decision.reason,
        intent=prediction.intent,
        confidence=prediction.confidence,
        answer=_chosen(decision.answer, best),
        answer_confidence=best.confidence if best else 0.0,
        threshold=case.thresholds.of(prediction.intent),
        options=decision.options,
        rule=decision.rule,
        model=prediction.model,
    )


def _chosen(answer: str | None, best: RankedAnswer | None) -> str | None:
    if answer is None:
        return best.answer if best else None
    return answer or None


def person_has_it(case: Case) -> Decision | None:
    """Say nothing while a person has the conversation."""
    if case.memory.status in (Status.OPEN, Status.SNOOZED):
        return Decision(Action.SILENT, Reason.PERSON_HAS_IT)
    return None


def not_a_message(case: Case) -> Decision | None:
    """Welcome a new follower; store every other event and say nothing."""
    if case.inbound.kind is not Kind.EVENT or case.inbound.text:
        return None
    if case.inbound.event is Event.FOLLOW:
        return Decision(Action.ANSWER, Reason.WELCOME)
    return Decision(Action.SILENT, Reason.NOT_A_MESSAGE)


def no_words(case: Case) -> Decision | None:
    """Show pictures and files to a person; ask for words where a voice or place came without."""
    if case.prediction is not None:
        return None
    if case.inbound.kind in (Kind.VOICE, Kind.LOCATION, Kind.TEXT) and not case.memory.misses:
        return Decision(Action.ASK, Reason.NO_WORDS)
    return Decision(Action.HUMAN, Reason.NO_WORDS)


def chosen_from_menu(case: Case) -> Decision | None:
    """Give the answer whose number or words the fan sent back, or a person for none of these."""
    offered = case.memory.offered
    if not offered:
        return None
    said = bare(case.prediction.text) if case.prediction else ""
    tapped = case.inbound.detail.get("option", "")
    for number, identity in enumerate(offered, start=1):
        answer = case.catalogue.answers.get(identity)
        if answer is None:
            continue
        if tapped == identity or said in (str(number), bare(answer.question.lower())):
            return Decision(Action.ANSWER, Reason.CHOSEN_FROM_MENU, answer=identity)
    if tapped == NONE_OF_THESE or said in (str(len(offered) + 1), *NONE_WORDS):
        return Decision(Action.HUMAN, Reason.NONE_OF_THESE)
    return None


def keyword_rule(case: Case) -> Decision | None:
    """Follow the first keyword rule that catches the message."""
    if case.prediction is None:
        return None
    rule = case.rules.first_hit(case.prediction.text, case.switches)
    if rule is None:
        return None
    return Decision(Action(rule.action), Reason(rule.reason), rule=rule.name, answer=rule.answer)


def complaint(case: Case) -> Decision | None:
    """Put a grievance before a person as soon as it is the likeliest reading."""
    if case.intent and case.intent.kind is IntentKind.COMPLAINT:
        return Decision(Action.HUMAN, Reason.COMPLAINT)
    return None


def repeated(case: Case) -> Decision | None:
    """Give the same question, asked again after its answer, to a person."""
    memory, prediction = case.memory, case.prediction
    if prediction and memory.last_answer and bare(prediction.text) == bare(memory.last_text):
        return Decision(Action.HUMAN, Reason.REPEATED)
    return None


def exact_question(case: Case) -> Decision | None:
    """Answer a question that staff wrote down word for word, as a keyword rule would."""
    best = case.best
    if best is None or not best.exact:
        return None
    kind = case.kind_of(best.answer)
    if kind is IntentKind.BUSINESS:
        return Decision(Action.ANSWER, Reason.EXACT_QUESTION, answer=best.answer)
    if kind is IntentKind.CHITCHAT:
        return _small_talk(case, best.answer)
    return None


def chitchat(case: Case) -> Decision | None:
    """Answer small talk with a short line, and fall quiet when it goes on."""
    if not (case.intent and case.intent.kind is IntentKind.CHITCHAT and case.prediction):
        return None
    if case.prediction.confidence < case.thresholds.of(case.intent.name):
        return None
    best = case.best
    fits = best is not None and best.confidence >= case.thresholds.answer_floor
    if best is None or not fits or case.catalogue.answers[best.answer].intent != case.intent.name:
        return _small_talk(case, NO_ANSWER)
    return _small_talk(case, best.answer)


def out_of_scope(case: Case) -> Decision | None:
    """Say what the bot can help with; at the second miss in a row, call a person."""
    if not (case.intent and case.intent.kind is IntentKind.OUT_OF_SCOPE):
        return None
    if case.memory.misses:
        return Decision(Action.HUMAN, Reason.SECOND_MISS)
    return Decision(Action.ASK, Reason.OUT_OF_SCOPE)


def close_answers(case: Case) -> Decision | None:
    """Ask back when the two best answers are too close to choose between them."""
    answers = case.answers
    if len(answers) < 2 or answers[1].confidence < case.thresholds.answer_floor / 2:
        return None
    if answers[0].confidence - answers[1].confidence >= case.catalogue.policy.margin:
        return None
    return _menu(case, Reason.CLOSE_ANSWERS)


def certified(case: Case) -> Decision | None:
    """Answer when the intent is proven, the answer sure enough and nothing else cheaper."""
    best = proven_answer(case)
    if best is None or cheapest(case, best, PROVEN) is not Action.ANSWER:
        return None
    return Decision(Action.ANSWER, Reason.CERTIFIED, answer=best.answer)


def too_dear(case: Case) -> Decision | None:
    """Ask back or call a person where a proven answer would cost more if it were wrong."""
    best = proven_answer(case)
    return _ask_or_human(case, best, Reason.TOO_DEAR) if best else None


def risky(case: Case) -> Decision | None:
    """Give a message to a person when a wrong guess would be dear and there is no proof."""
    if case.intent and case.intent.risk is Risk.HIGH:
        return Decision(Action.HUMAN, Reason.RISKY)
    return None


def below_threshold(case: Case) -> Decision | None:
    """Ask back with the likely answers; at the second miss in a row, call a person."""
    if case.intent and case.intent.kind is IntentKind.CHITCHAT and not case.memory.misses:
        return Decision(Action.ASK, Reason.BELOW_THRESHOLD)
    best = case.best
    return _ask_or_human(case, best, Reason.BELOW_THRESHOLD) if best else _second_miss(case)


def _small_talk(case: Case, answer: str) -> Decision:
    if case.memory.small_talk >= case.catalogue.policy.small_talk_limit:
        return Decision(Action.SILENT, Reason.CHITCHAT)
    return Decision(Action.ANSWER, Reason.CHITCHAT, answer=answer)


RULES: tuple[Rule, ...] = (
    person_has_it,
    not_a_message,
    chosen_from_menu,
    no_words,
    keyword_rule,
    complaint,
    repeated,
    exact_question,
    chitchat,
    out_of_scope,
    close_answers,
    certified,
    too_dear,
    risky,
    below_threshold,
)


def _menu(case: Case, reason: Reason) -> Decision | None:
    answers = tuple(item.answer for item in menu_lines(case))
    return Decision(Action.ASK, reason, options=answers) if answers else None


def _ask_or_human(case: Case, best: RankedAnswer, reason: Reason) -> Decision | None:
    if case.memory.misses:
        return _second_miss(case)
    if cheapest(case, best, UNPROVEN) is Action.ASK:
        return _menu(case, reason)
    return Decision(Action.HUMAN, reason) if menu_lines(case) else None


def _second_miss(case: Case) -> Decision | None:
    return Decision(Action.HUMAN, Reason.SECOND_MISS) if case.memory.misses else None
