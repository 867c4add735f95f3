"""Gets the reply to a message from the intake, in the form that WeChat shows."""

from __future__ import annotations

import asyncio

from triagebot.channels.wechat.answering import Answering, Intake, Outcome, Ways
from triagebot.channels.wechat.parse import may_answer
from triagebot.channels.wechat.render import fits, render
from triagebot.domain.message import Inbound


class IntakeReplies:
    """Records messages by `intake`; `ways` decides which replies go out inside requests.

    With `acknowledge_unstored` a message may be acknowledged before it is recorded.
    """

    def __init__(
        self, intake: Intake, ways: Ways | None = None, *, acknowledge_unstored: bool
    ) -> None:
        self._answering = Answering(intake, ways)
        self._acknowledge_unstored = acknowledge_unstored

    def reply(self, account: str, inbound: Inbound, seconds: float) -> asyncio.Future[str]:
        """Return the end of it: the XML that answers a message, "" when nothing is shown.

        It comes within `seconds`, or fails with `Busy` when nothing was stored, or TimeoutError.
        """
        answerable = may_answer(inbound)

        def show(outcome: Outcome | None) -> str:
            return render(outcome.reply, inbound) if outcome and answerable else ""

        return self._answering.answer(
            inbound,
            show,
            seconds=seconds,
            may_be_late=answerable and self._acknowledge_unstored,
            fits=fits,
        )

    async def drain(self) -> None:
        """Wait until everything begun has ended; for a server that is going down."""
        await self._answering.drain()
