"""How long, and how often, fans may still be written to, the same for all who send.

A fan's message opens the window with the row of their conversation, which costs nothing more; here
lies only what was sent since, and the short windows of their acts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, text

from triagebot.domain.window import ACT_COUNT, MESSAGE_COUNT, Grant, Window
from triagebot.store.tables import conversation, send_window
from triagebot.store.times import from_ms, to_ms


def get(connection: Connection, channel: str, fan: str) -> Window | None:
    """Return the window of a fan, None when they never wrote."""
    same = (conversation.c.channel == channel) & (conversation.c.fan == fan)
    row = connection.execute(_select().where(same)).first()
    return _window(row) if row else None


def of(connection: Connection, conversation_ids: Sequence[int]) -> dict[int, Window]:
    """Return the windows of conversations by their ids."""
    rows = connection.execute(_select().where(conversation.c.id.in_(conversation_ids)))
    return {row.id: _window(row) for row in rows}


def spend(connection: Connection, channel: str, fan: str, count: int = 1) -> None:
    """Take down that messages were sent."""
    connection.execute(text(_SPEND), {"channel": channel, "fan": fan, "count": count})


def use_up(connection: Connection, channel: str, fan: str) -> None:
    """Take down that the platform wants to hear from the fan first."""
    spend(connection, channel, fan, max(MESSAGE_COUNT, ACT_COUNT))


def close(connection: Connection, channel: str, fan: str) -> None:
    """Take down that the fan cannot be written to, until they write again."""
    connection.execute(text(_CLOSE), {"channel": channel, "fan": fan})


def open_by_act(connection: Connection, channel: str, fan: str, until: datetime) -> None:
    """Take down that a tap, a follow or a scan lets us write until then."""
    values = {"channel": channel, "fan": fan, "until": to_ms(until)}
    connection.execute(text(_ACT), values)


def _select() -> Select[Any]:
    spent = send_window.c
    columns = (spent.sent, spent.act_until, spent.act_sent, spent.closed)
    return select(
        conversation.c.id,
        conversation.c.window_until,
        spent.window_until.label("counted_until"),
        *columns,
    ).select_from(
        conversation.outerjoin(send_window, spent.conversation_id == conversation.c.id),
    )


def _window(row: Row[Any]) -> Window:
    counted = row.counted_until == row.window_until
    message = act = None
    if row.window_until and not (counted and row.closed):
        left = MESSAGE_COUNT - (row.sent if counted else 0)
        message = Grant(from_ms(row.window_until), max(left, 0))
    if row.act_until:
        act = Grant(from_ms(row.act_until), max(ACT_COUNT - row.act_sent, 0))
    return Window(message, act)


# A newer message of the fan changes `conversation.window_until`, and with it all counts begin anew.
_INTO = """
INSERT INTO send_window (conversation_id, window_until, sent, act_until, act_sent, closed)
"""
_OF_FAN = "FROM conversation WHERE channel = :channel AND fan = :fan ON CONFLICT (conversation_id)"
_SAME = "send_window.window_until = excluded.window_until"
_SPEND = f"""{_INTO}
SELECT id, window_until, :count, 0, 0, FALSE {_OF_FAN} DO UPDATE SET
  sent = CASE WHEN {_SAME} THEN send_window.sent ELSE 0 END + excluded.sent,
  closed = {_SAME} AND send_window.closed,
  act_sent = send_window.act_sent + excluded.sent,
  window_until = excluded.window_until
"""
_CLOSE = f"""{_INTO}
SELECT id, window_until, 0, 0, 0, TRUE {_OF_FAN} DO UPDATE SET
  sent = 0, closed = TRUE, act_until = 0, act_sent = 0, window_until = excluded.window_until
"""
# A redelivery, or a straggler, gives nothing new.
_ACT = f"""{_INTO}
SELECT id, window_until, 0, :until, 0, FALSE {_OF_FAN} DO UPDATE SET
  act_sent = CASE WHEN excluded.act_until > send_window.act_until THEN 0
             ELSE send_window.act_sent END,
  act_until = CASE WHEN excluded.act_until > send_window.act_until THEN excluded.act_until
              ELSE send_window.act_until END
"""
