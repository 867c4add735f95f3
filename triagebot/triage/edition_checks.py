"""Say what is wrong with words before they are published; fans would read them at once."""

from __future__ import annotations

from collections.abc import Iterable

from triagebot.domain.catalogue import Catalogue, KeywordRule
from triagebot.domain.decision import Action, Reason
from triagebot.domain.edition import AnswerWords
from triagebot.errors import BadInput
from triagebot.triage.answers import bare
from triagebot.triage.catalogue import NAME, VARIABLES, reply_problem
from triagebot.triage.normalise import normalise
from triagebot.triage.policy import TEXTS

MOST_RULES = 200


def check_answer(identity: str, words: AnswerWords, catalogue: Catalogue) -> None:
    """Raise `BadInput` naming the part of an answer that cannot be published.

    No other answer may have the same wording: the bot could not tell which is meant.
    """
    intent, _, name = identity.partition("/")
    if intent not in catalogue.intents or not NAME.fullmatch(name):
        raise _wrong("id", "the intent must exist and the name be of a-z, 0-9 and _", "form")
    problem = reply_problem(words.text)
    if problem:
        raise _wrong("text", problem, "form")
    wordings = [_plain(text) for text in (words.question, *words.similar)]
    if not all(map(_has_words, wordings)):
        raise _wrong("question", "a question needs words", "blank")
    taken = {
        _plain(text): answer.id
        for answer in catalogue.answers.values()
        if answer.id != identity
        for text in answer.questions
    }
    for wording, shown in zip(wordings, (words.question, *words.similar), strict=True):
        if wording in taken:
            raise _wrong("similar", f"{taken[wording]} has the wording {shown!r} already", "taken")


def check_sentence(name: str, text: str) -> None:
    """Raise `BadInput` when a sentence of the bot cannot be published under this name."""
    if name not in TEXTS:
        raise _wrong("name", f"the bot has no sentence {name!r}", "unknown")
    variables = (*VARIABLES, "place") if name == "holding" else VARIABLES
    problem = reply_problem(text, variables)
    if problem:
        raise _wrong("text", problem, "form")


def check_rules(rules: Iterable[KeywordRule], catalogue: Catalogue) -> tuple[KeywordRule, ...]:
    """Return the rules with their words normalised. Raises `BadInput` for one that cannot work."""
    checked = tuple(_rule(rule, catalogue) for rule in rules)
    if len(checked) > MOST_RULES:
        raise _wrong("rules", f"at most {MOST_RULES} fit", "many")
    if len({rule.name for rule in checked}) < len(checked):
        raise _wrong("name", "two rules have the same name", "twice")
    return checked


def _rule(rule: KeywordRule, catalogue: Catalogue) -> KeywordRule:
    words, unless = _normalised(rule.words), _normalised(rule.unless)
    name = rule.name.strip()
    if not name or not words:
        raise _wrong("words", "a rule needs a name and words", "blank")
    if rule.action not in (Action.HUMAN, Action.ANSWER) or rule.reason not in tuple(Reason):
        raise _wrong("action", "a rule answers or calls a person, for a reason we know", "unknown")
    if (rule.action == Action.ANSWER) != (rule.answer in catalogue.answers):
        raise _wrong("answer", f"rule {name!r}: there is no answer {rule.answer!r}", "unknown")
    return KeywordRule(
        name, words, rule.action, unless, rule.exact, rule.switch, rule.answer, rule.reason
    )


def _normalised(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word in map(normalise, words) if word)


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _plain(text: str) -> str:
    return bare(normalise(text))


def _wrong(field: str, message: str, code: str) -> BadInput:
    return BadInput(f"{field}: {message}", fields={field: code})
