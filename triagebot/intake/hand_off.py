"""When a conversation passes from the bot to people, and from rest to the bot."""

from __future__ import annotations

from triagebot.domain.conversation import Status
from triagebot.domain.decision import Action, Decision
from triagebot.domain.message import Inbound, Kind


def is_spoken(inbound: Inbound) -> bool:
    """Whether the fan said or showed something; follows and scans by themselves are not that."""
    return inbound.kind is not Kind.EVENT or bool(inbound.text)


def status_before(status: Status, inbound: Inbound) -> Status:
    """Return who has the conversation when a message comes in.

    One that was resolved begins anew with the bot; one that a person put aside is theirs again.
    """
    if not is_spoken(inbound):
        return status
    if status is Status.RESOLVED:
        return Status.PENDING
    return Status.OPEN if status is Status.SNOOZED else status


def status_after(status: Status, decision: Decision) -> Status:
    """Return who has the conversation after a decision: `human` opens it for people."""
    return Status.OPEN if decision.action is Action.HUMAN else status


def is_a_persons(status: Status) -> bool:
    """Whether the bot has to keep out of it."""
    return status in (Status.OPEN, Status.SNOOZED)
