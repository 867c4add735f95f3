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

Answers = Mapping[str, Sequence[tuple[str, float]]]


def judge(tally: Tally, memory: Memory, answers: Answers, seed: int) -> None:
    """Add to the tally what one evening shows.

    `answers` are the bodies that went out with 200 for each MsgId, with the seconds they took.
    """
    rows = memory.rows(_MESSAGES)
    stored = {name: msgspec.json.decode(reply)["text"] if reply else "" for name, reply in rows}
    twice = [name for name, count in Counter(name for name, _ in rows).items() if count > 1]
    lost = [name for name in answers if answers[name] and name not in stored]
    different = [
        name
        for name, given in answers.items()
        if name in stored and {body for body, _ in given} - {stored[name]}
    ]
    late = [name for name, given in answers.items() if any(s > ANSWERED_WITHIN for _, s in given)]
    forgotten = memory.rows(_FORGOTTEN)
    tally.acked += sum(1 for given in answers.values() if given)
    tally.stored += len(stored)
    tally.lost += len(lost)
    tally.doubled += len(twice)
    tally.different += len(different)
    for given in answers.values():
        for _, seconds in given:
            tally.worst("slowest answer, s", seconds)
    found = {
        "G1 lost": lost,
        "G2 stored twice": twice,
        "G3 two answers": different,
        "G4 forgotten": forgotten,
        "G8 late": late,
    }
    tally.faults += [f"seed {seed}: {what}: {len(who)}" for what, who in found.items() if who]
