"""Says which promises a simulated evening kept; knows nothing of how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from triagebot.faults.simulated_store import Memory
from triagebot.faults.tally import Tally

ANSWERED_WITHIN = 4.5
"""Seconds; a 200 that leaves later is one that WeChat no longer waits for."""

_MESSAGES = "SELECT json_extract(detail, '$.MsgId'), reply FROM message"
_FORGOTTEN = """
    SELECT c.id FROM conversation AS c
    WHERE c.status != 'open'
      AND EXISTS (SELECT 1 FROM message AS m WHERE m.conversation_id = c.id AND m.action = 'human')
      AND NOT EXISTS (
        SELECT 1 FROM audit_log AS a
        WHERE a.conversation_id = c.id AND a.what IN ('resolve', 'hand_back'))
"""

Given = Sequence[tuple[str, float]]
Answers = Mapping[str, Given]


def judge(tally: Tally, memory: Memory, answers: Answers, seed: int) -> None:
    """Add to the tally what one evening shows.

    `answers` are the bodies that went out with 200 for each MsgId, with the seconds they took.
    """
    rows = memory.rows(_MESSAGES)
    stored = {name: msgspec.json.decode(reply)["text"] if reply else "" for name, reply in rows}
    lost = sum(1 for name, given in answers.items() if given and name not in stored)
    twice = sum(1 for count in Counter(name for name, _ in rows).values() if count > 1)
    different = sum(
        1 for name in answers if name in stored and _said(answers[name]) - {stored[name]}
    )
    tally.acked += sum(1 for given in answers.values() if given)
    tally.stored += len(stored)
    tally.lost += lost
    tally.doubled += twice
    tally.different += different
    for given in answers.values():
        for _, seconds in given:
            tally.worst("slowest answer, s", seconds)
    found = {
        "G1 lost": lost,
        "G2 stored twice": twice,
        "G3 two answers": different,
        "G4 forgotten": len(memory.rows(_FORGOTTEN)),
        "G8 late": sum(1 for given in answers.values() if _is_late(given)),
    }
    tally.faults += [f"seed {seed}: {what}: {count}" for what, count in found.items() if count]


def _said(given: Given) -> set[str]:
    return {body for body, _ in given}


def _is_late(given: Given) -> bool:
    return any(seconds > ANSWERED_WITHIN for _, seconds in given)
