"""Turn what the store keeps into what goes over the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from triagebot.desk.shapes import (
    Choice,
    ConversationRow,
    DecisionShape,
    Holder,
    LabelShape,
    Offered,
    ThreadItem,
)
from triagebot.domain.decision import Decision
from triagebot.domain.label import Label
from triagebot.store.conversation_rows import ConversationRow as StoredRow
from triagebot.store.messages import MessageRow
from triagebot.store.notes import NoteRow
from triagebot.store.outbound_rows import OutboundRow

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
FAN_SHOWN = 4


def conversation_row(row: StoredRow) -> ConversationRow:
    """Return a conversation as lists show it, with the end of the fan's id only."""
    holder = None
    if row.agent_id is not None:
        holder = Holder(str(row.agent_id), row.agent_name or "")
    offered = None
    if row.offered_to is not None:
        offered = Offered(str(row.offered_to), row.offered_name or "", row.offered_why or "")
    return ConversationRow(
        id=str(row.id),
        channel=row.channel,
        fan=row.fan[-FAN_SHOWN:],
        status=row.status.value,
        agent=holder,
        intent=row.intent,
        confidence=row.confidence,
        reason=row.reason,
        last_text=row.last_text,
        last_at=row.last_at,
        waiting_since=row.waiting_since,
        unread=row.unread,
        window_until=row.window_until if row.window_until > NEVER else None,
        fence=row.fence,
        messages_left=row.messages_left,
        snoozed_until=row.snoozed_until,
        offered=offered,
    )


def message_items(row: MessageRow, label: Label | None) -> list[ThreadItem]:
    """Return the fan's item and, if there was a reply, the bot's."""
    decision = decision_shape(row.decision)
    items = [
        ThreadItem(
            id=str(row.id),
            from_="fan",
            kind=row.event.value if row.event else row.kind.value,
            text=row.text,
            at=row.received_at,
            detail=dict(row.detail),
            decision=decision,
            label=label_shape(label) if label else None,
        )
    ]
    if row.reply:
        items.append(
            ThreadItem(
                id=f"r{row.id}",
                from_="bot",
                kind="text",
                text=row.reply.text,
                at=row.received_at,
                options=[Choice(option.id, option.title) for option in row.reply.options],
                decision=decision,
            )
        )
    return items


def outbound_item(row: OutboundRow) -> ThreadItem:
    """Return the item of a text with its state; the bot's late reply keeps its message's id."""
    if row.message_id is not None:
        return _late_item(row, row.message_id)
    return ThreadItem(
        id=f"o{row.id}",
        from_="agent",
        kind="text",
        text=row.text,
        at=row.created_at,
        detail={"error": row.error} if row.error else {},
        agent=Holder(str(row.agent_id), row.agent_name),
        state=row.state.value,
    )


def _late_item(row: OutboundRow, message_id: int) -> ThreadItem:
    options = row.reply.options if row.reply else ()
    return ThreadItem(
        id=f"r{message_id}",
        from_="bot",
        kind="text",
        text=row.text,
        at=row.created_at,
        detail={"error": row.error} if row.error else {},
        options=[Choice(option.id, option.title) for option in options],
        state=row.state.value,
    )


def note_item(row: NoteRow) -> ThreadItem:
    """Return the item of a note, which the fan never sees."""
    return ThreadItem(
        id=f"n{row.id}",
        from_="agent",
        kind="note",
        text=row.text,
        at=row.at,
        agent=Holder(str(row.agent_id), row.agent_name),
    )


def thread(
    messages: list[MessageRow],
    texts: list[OutboundRow],
    labels: Mapping[int, Label],
    notes: Sequence[NoteRow] = (),
) -> list[ThreadItem]:
    """Return all items of a conversation, oldest first."""
    late = {f"r{row.message_id}" for row in texts}
    said = (item for row in messages for item in message_items(row, labels.get(row.id)))
    items = [item for item in said if item.id not in late]
    items += [outbound_item(row) for row in texts] + [note_item(row) for row in notes]
    # Stable: a reply stays behind the message that it shares its moment with.
    return sorted(items, key=lambda item: item.at)


def decision_shape(decision: Decision) -> DecisionShape:
    """Return a decision on the wire."""
    return DecisionShape(
        action=decision.action.value,
        reason=decision.reason.value,
        intent=decision.intent,
        confidence=decision.confidence,
        threshold=decision.threshold,
        answer=decision.answer,
        rule=decision.rule,
        model=decision.model,
    )


def label_shape(label: Label) -> LabelShape:
    """Return a label on the wire."""
    return LabelShape(label.intent, label.by, label.answer)
