"""A checksum in each message's row: what the disk changed is noticed, and not shown."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Row

from triagebot.domain.decision import Action, Decision, Reason
from triagebot.store import decision_columns

logger = logging.getLogger(__name__)

COVERED = (
    "id",
    "conversation_id",
    "channel",
    "fan",
    "key",
    "kind",
    "event",
    "text",
    "detail",
    "sent_at",
    "received_at",
    *decision_columns.NAMES,
)
"""The columns of a message that the checksum is made of, in this order; none ever changes."""

UNREADABLE = Decision(Action.SILENT, Reason.FAULT)
"""Stands for the decision of a message whose row was damaged; its reply is not repeated."""

_values = attrgetter(*COVERED)


def of(values: Sequence[Any]) -> int:
    """Return the CRC-32 of the values of `COVERED`."""
    return zlib.crc32(msgspec.json.encode(values))


def is_sound(row: Row[Any]) -> bool:
    """Whether a row that has `COVERED` and `crc` is as it was written; rows without one pass."""
    if row.crc is None or row.crc == of(_values(row)):
        return True
    logger.error("ALARM: message %s was damaged on disk", row.id)
    return False
