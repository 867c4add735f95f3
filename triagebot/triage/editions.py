"""Lay what staff published over the catalogue of a bundle, which itself never changes.

The newest valid edition of a name is used; when its time is over, the one before it comes back,
and below all of them lies the bundle. A bundle whose wording no edition ever knew was trained from
files that somebody has edited since: then the files have the newest word, until staff publish
again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

import msgspec

from triagebot.domain.catalogue import Answer, Catalogue, KeywordRule, Policy
from triagebot.domain.edition import ALL_RULES, AnswerWords, Edition, Subject, Words


def words_of(catalogue: Catalogue, subject: Subject, name: str) -> Words:
    """Return what a catalogue says under a name; None when nothing."""
    match subject:
        case Subject.ANSWER:
            answer = catalogue.answers.get(name)
            if answer is None:
                return None
            return AnswerWords(answer.question, answer.similar, answer.text, answer.risk)
        case Subject.SENTENCE:
            return catalogue.policy.texts.get(name)
        case Subject.RULES:
            return catalogue.rules
        case Subject.WORD:
            return name if name in catalogue.words else None
        case Subject.MENU | Subject.SETTING:
            return None


def fingerprint(words: Words) -> str:
    """Return a short digest of words, empty for none."""
    if words is None:
        return ""
    return hashlib.sha256(msgspec.json.encode(words)).hexdigest()[:16]


def differences(before: Catalogue, after: Catalogue) -> list[tuple[Subject, str]]:
    """Return what two catalogues say differently: answers, sentences, the rules, words."""
    names = [(Subject.ANSWER, name) for name in dict.fromkeys((*before.answers, *after.answers))]
    names += [(Subject.SENTENCE, name) for name in before.policy.texts]
    names.append((Subject.RULES, ALL_RULES))
    names += [(Subject.WORD, word) for word in sorted({*before.words} ^ {*after.words})]
    return [
        (subject, name)
        for subject, name in names
        if fingerprint(words_of(before, subject, name))
        != fingerprint(words_of(after, subject, name))
    ]


def in_use(editions: Sequence[Edition], trained: Words, now: datetime) -> Edition | None:
    """Return the edition of one name that counts now; None leaves it to the bundle.

    `editions` are all of that name; `trained` is what the bundle says.
    """
    known = {fingerprint(each.words) for each in editions} | {each.base for each in editions}
    if fingerprint(trained) not in known:
        return None
    valid = [each for each in editions if each.is_valid(now)]
    return max(valid, key=lambda each: each.id, default=None)


def next_change(editions: Iterable[Edition], now: datetime) -> datetime | None:
    """Return the next moment at which the validity of an edition begins or ends."""
    moments = (moment for each in editions for moment in (each.valid_from, each.valid_until))
    return min((moment for moment in moments if moment and moment > now), default=None)


def lay_over(catalogue: Catalogue, editions: Iterable[Edition], now: datetime) -> Catalogue:
    """Return the catalogue as it is with the editions that count now."""
    used = _used(catalogue, editions, now)
    answers = _answers(catalogue, used)
    return replace(
        catalogue,
        answers=answers,
        rules=_rules(catalogue, used, answers),
        policy=_policy(catalogue.policy, used),
        words=_words(catalogue.words, used),
    )


def _used(
    catalogue: Catalogue, editions: Iterable[Edition], now: datetime
) -> dict[tuple[Subject, str], Words]:
    def key(edition: Edition) -> tuple[Subject, str]:
        return edition.subject, edition.name

    used: dict[tuple[Subject, str], Words] = {}
    for (subject, name), group in groupby(sorted(editions, key=key), key):
        edition = in_use(list(group), words_of(catalogue, subject, name), now)
        if edition is not None:
            used[subject, name] = edition.words
    return used


def _answers(catalogue: Catalogue, used: Mapping[tuple[Subject, str], Words]) -> dict[str, Answer]:
    answers = dict(catalogue.answers)
    for (subject, name), words in used.items():
        if subject is not Subject.ANSWER:
            continue
        intent = name.partition("/")[0]
        answers.pop(name, None) if words is None else None
        if isinstance(words, AnswerWords) and intent in catalogue.intents:
            answers[name] = Answer(
                name, intent, words.question, words.similar, words.text, words.risk
            )
    return answers


def _rules(
    catalogue: Catalogue,
    used: Mapping[tuple[Subject, str], Words],
    answers: Mapping[str, Answer],
) -> tuple[KeywordRule, ...]:
    edited = used.get((Subject.RULES, ALL_RULES))
    rules = edited if isinstance(edited, tuple) else catalogue.rules
    # A rule whose answer was taken out of use would have nothing to say.
    return tuple(rule for rule in rules if rule.answer is None or rule.answer in answers)


def _policy(policy: Policy, used: Mapping[tuple[Subject, str], Words]) -> Policy:
    edited = {
        name: words
        for (subject, name), words in used.items()
        if subject is Subject.SENTENCE and isinstance(words, str)
    }
    return replace(policy, texts={**policy.texts, **edited}) if edited else policy


def _words(words: tuple[str, ...], used: Mapping[tuple[Subject, str], Words]) -> tuple[str, ...]:
    edited = {name: said for (subject, name), said in used.items() if subject is Subject.WORD}
    kept = [word for word in words if word not in edited]
    return tuple(sorted([*kept, *(word for word, said in edited.items() if said)]))
