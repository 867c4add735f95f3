"""Read `_rules.yml` and `_policy.yml`: keyword rules, the promise, the bot's own sentences."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from triagebot.domain.catalogue import ASK_COST, Answer, KeywordRule, Policy, Risk
from triagebot.domain.decision import Action, Reason
from triagebot.errors import BadCatalogue
from triagebot.triage.normalise import normalise
from triagebot.triage.yaml_lines import Located, load_yaml

TEXTS = (
    "welcome",
    "holding",
    "holding_closed",
    "menu_head",
    "menu_none",
    "help",
    "no_words",
    "small_talk",
    "did_it_help",
)
"""The bot's own sentences; each must be in the policy."""

AUDIT_RATE = 0.02
"""The share of automatic answers that is checked where the policy says nothing."""


def read_rules(path: Path, answers: Mapping[str, Answer]) -> tuple[KeywordRule, ...]:
    """Return the rules in their order. Raises `BadCatalogue` with file and line."""
    rules = load_yaml(path).get("rules")
    if not isinstance(rules, list):
        raise BadCatalogue(f"{path.name}:1: expected a list under 'rules:'")
    return tuple(_rule(path, item, answers) for item in rules)


def _rule(path: Path, item: Any, answers: Mapping[str, Answer]) -> KeywordRule:
    if not isinstance(item, Located):
        raise BadCatalogue(f"{path.name}: each rule needs 'name:' and 'words:'")
    where = f"{path.name}:{item.line}"
    action, reason = item.get("action", "human"), item.get("reason", "keyword_rule")
    if action not in (Action.HUMAN, Action.ANSWER) or reason not in tuple(Reason):
        raise BadCatalogue(f"{where}: action must be human or answer, reason one we know")
    answer = item.get("answer")
    if (action == Action.ANSWER) != (answer in answers):
        raise BadCatalogue(f"{where}: action 'answer' goes with an 'answer:' that exists")
    words = _words(where, item, "words")
    if not words:
        raise BadCatalogue(f"{where}: a rule without words would never or always hit")
    return KeywordRule(
        str(item.get("name") or words[0]),
        words,
        action,
        _words(where, item, "unless"),
        bool(item.get("exact", False)),
        str(item.get("switch") or ""),
        answer,
        reason,
    )


def _words(where: str, item: Located, key: str) -> tuple[str, ...]:
    value = item.get(key) or []
    if not isinstance(value, list):
        raise BadCatalogue(f"{where}: '{key}:' must be a list")
    return tuple(word for word in (normalise(str(entry)) for entry in value) if word)


def read_policy(path: Path) -> Policy:
    """Return the policy. Raises `BadCatalogue` naming the value that is wrong."""
    document = load_yaml(path)
    promise, manners = _section(path, document, "promise"), _section(path, document, "manners")
    texts, cost = _section(path, document, "texts"), _section(path, document, "cost")
    missing = [name for name in TEXTS if not texts.get(name)]
    if missing:
        raise BadCatalogue(f"{path.name}: texts.{missing[0]} is missing")
    return Policy(
        max_error=_number(path, promise, "max_error", 0.0, 0.5),
        by_risk=_by_risk(path, promise),
        confidence=_number(path, promise, "confidence", 0.5, 0.9999),
        margin=_number(path, manners, "margin", 0.0, 1.0),
        menu_size=int(_number(path, manners, "menu_size", 1, 8)),
        small_talk_limit=int(_number(path, manners, "small_talk_limit", 0, 100)),
        cost={risk: _number(path, cost, risk, 0.0, 1e6) for risk in Risk},
        human_cost=_number(path, cost, "human", 0.0, 1e6),
        ask_cost=_number(path, cost, "ask", 0.0, 1e6, default=ASK_COST),
        texts={name: str(text).strip() for name, text in texts.items()},
        switches=_switches(path, document),
        audit_rate=_number(path, promise, "audit_rate", 0.0, 1.0, default=AUDIT_RATE),
    )


def _section(path: Path, document: Located, key: str) -> Located:
    value = document.get(key)
    if not isinstance(value, Located):
        raise BadCatalogue(f"{path.name}: section '{key}:' is missing")
    return value


def _number(
    path: Path,
    section: Located,
    key: str,
    low: float,
    high: float,
    *,
    default: float | None = None,
) -> float:
    value = section.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        where = f"{path.name}:{section.line_of(key)}"
        raise BadCatalogue(f"{where}: {key} must be a number from {low:g} to {high:g}")
    return float(value)


def _by_risk(path: Path, promise: Located) -> dict[Risk, float]:
    """Return the stricter promises; none may be laxer, or the promise as a whole would not hold."""
    section = promise.get("by_risk") or Located()
    if not isinstance(section, Located) or set(section) - set(Risk):
        where = f"{path.name}:{promise.line_of('by_risk')}"
        raise BadCatalogue(f"{where}: by_risk holds low, medium and high only")
    most = _number(path, promise, "max_error", 0.0, 0.5)
    return {risk: _number(path, section, risk, 0.0, most) for risk in Risk if risk in section}


def _switches(path: Path, document: Located) -> dict[str, tuple[str, ...]]:
    value = document.get("switches") or {}
    if not isinstance(value, Mapping) or not all(isinstance(v, list) for v in value.values()):
        raise BadCatalogue(f"{path.name}: 'switches:' must hold a list for each channel")
    return {channel: tuple(map(str, names)) for channel, names in value.items()}
