"""Finds what is recorded already, so that each message is recorded once.

On SQLite the index that keeps messages apart begins with when they were sent, for channels that say
so with each delivery: new messages then lie side by side in it. Beginning with the fan, each would
change a page of its own, out of more than a machine holds at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from triagebot.domain.message import Inbound
from triagebot.store import bulk
from triagebot.store.tables import message
from triagebot.store.tables.conversations import DATED, SENT
from triagebot.store.times import to_ms

Identity = tuple[str, str, str]
"""Channel, fan and key."""

_BY = ("channel", "fan", "key")


def identity(inbound: Inbound) -> Identity:
    """Return what redeliveries of a message share, and no other message has."""
    return (inbound.channel, inbound.fan, inbound.key)


def find(connection: Connection, names: bulk.Names, inbounds: Sequence[Inbound]) -> Sequence[Any]:
    """Return columns `names` of those that are recorded, in no order."""
    if not bulk.is_sqlite(connection):
        keys = [identity(inbound) for inbound in inbounds]
        return bulk.find(connection, message, names, _BY, keys)
    dated = [(_sent(inbound), *identity(inbound)) for inbound in inbounds]
    return bulk.find(connection, message, names, (SENT, *_BY), dated)


def _sent(inbound: Inbound) -> int:
    """Return the value of `SENT`."""
    return to_ms(inbound.sent_at) if inbound.channel.startswith(DATED) else 0
