"""Compares what WeChat was told with what the file of a running server holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from triagebot.channels.wechat.render import render
from triagebot.domain.message import Inbound, Kind, Reply
from triagebot.faults.sender import Ledger
from triagebot.faults.tally import Tally
from triagebot.store.times import from_ms

_ROWS = """
    SELECT id, json_extract(detail, '$.MsgId'), fan, sent_at, detail, reply FROM message
    WHERE id > ? AND channel LIKE 'wechat:%' ORDER BY id
"""
ACKNOWLEDGED = b"success"


class LedgerCheck:
    """Reads a store from the outside, each time only what is new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = 0
        self._shown: dict[int, bytes] = {}
        self._doubled = 0

    def bring_up(self, *, thorough: bool = False) -> list[str]:
        """Read the new rows; return what SQLite finds wrong with the file."""
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as connection:
            check = "integrity_check" if thorough else "quick_check"
            problems = [text for (text,) in connection.execute(f"PRAGMA {check}(5)")]
            for row in connection.execute(_ROWS, (self._seen,)):
                self._seen = row[0]
                number = int(row[1])
                self._doubled += number in self._shown
                self._shown[number] = shown(row)
        return [text for text in problems if text != "ok"]

    def compare(self, tally: Tally, ledger: Ledger) -> None:
        """Set the counts of a tally to what is true now."""
        missing = [number for number in ledger.answers if number not in self._shown]
        tally.acked = len(ledger.answers)
        tally.stored = len(self._shown)
        tally.lost = len(missing)
        tally.doubled = self._doubled
        tally.different = ledger.different + self._unlike(ledger.answers)
        tally.figures["redelivered after an answer"] = ledger.redelivered
        tally.figures["slowest answer, s"] = round(ledger.slowest, 3)

    def _unlike(self, answers: Mapping[int, bytes]) -> int:
        """Count the messages whose fan saw something else than what is stored."""
        return sum(1 for number, body in answers.items() if self._shown.get(number, body) != body)


def shown(row: tuple[Any, ...]) -> bytes:
    """Return the body that the fan of a stored message sees; rows as `_ROWS` selects them."""
    _, _, fan, sent_at, detail, reply = row
    if reply is None:
        return ACKNOWLEDGED
    inbound = Inbound(
        "wechat", fan, "", Kind.TEXT, "", from_ms(sent_at), detail=msgspec.json.decode(detail)
    )
    xml = render(msgspec.json.decode(reply, type=Reply), inbound)
    return xml.encode() or ACKNOWLEDGED
