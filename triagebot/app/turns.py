"""The door that joins bursts of messages, for the channels whose fans write in bursts."""

from __future__ import annotations

from collections.abc import Sequence

from triagebot.domain.message import Inbound
from triagebot.domain.surge import Stage
from triagebot.intake import accept
from triagebot.intake.turns import Intake, Turns
from triagebot.settings import Settings
from triagebot.store import messages
from triagebot.store.database import Database


def joining(settings: Settings, db: Database, door: Intake, intake: accept.Intake) -> Turns:
    """Return what stands before the `door` to the intake; in a surge nobody is waited for.

    `turns.wechat` counts for all official accounts.
    """

    def seconds_of(channel: str) -> float:
        if intake.pressure.stage is not Stage.FULL:
            return 0.0
        return getattr(settings.turns, channel.partition(":")[0], 0.0)

    async def known(inbounds: Sequence[Inbound]) -> Sequence[bool]:
        return await db.read(messages.known, inbounds)

    return Turns(door, intake.thinker, seconds_of, known)
