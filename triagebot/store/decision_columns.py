"""How a decision and its reply lie in the columns of a message."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row

from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Reply

NAMES = (
    "action",
    "reason",
    "intent",
    "confidence",
    "answer",
    "answer_confidence",
    "threshold",
    "options",
    "rule",
    "model",
    "reply",
)

_reply = msgspec.json.Decoder(Reply)
_NO_REPLY = Reply()


def to_json(value: object) -> str:
    """Return compact JSON; the same value gives the same text."""
    return msgspec.json.encode(value).decode()


def to_columns(decision: Decision, reply: Reply) -> tuple[Any, ...]:
    """Return the values of `NAMES`."""
    return (
        decision.action.value,
        decision.reason.value,
        decision.intent,
        float(decision.confidence),
        decision.answer,
        float(decision.answer_confidence),
        float(decision.threshold),
        to_json(decision.options) if decision.options else "[]",
        decision.rule,
        decision.model,
        to_json(reply) if reply else None,
    )


def decision_of(row: Row[Any]) -> Decision:
    """Read the decision of a row that has the columns `NAMES`."""
    return Decision(
        action=Action(row.action),
        reason=Reason(row.reason),
        intent=row.intent,
        confidence=row.confidence,
        answer=row.answer,
        answer_confidence=row.answer_confidence,
        threshold=row.threshold,
        options=tuple(msgspec.json.decode(row.options)),
        rule=row.rule,
        model=row.model,
    )


def reply_of(row: Row[Any]) -> Reply:
    """Read the reply of a row that has the columns `NAMES`."""
    return _NO_REPLY if row.reply is None else _reply.decode(row.reply)
