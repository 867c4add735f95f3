"""Gets the reply to a message from the intake, in the form that WeChat shows."""

from __future__ import annotations

from triagebot.channels.wechat.answering import Answering, Intake, Ways
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

    async def reply(self, account: str, inbound: Inbound, seconds: float) -> str:
        """Return the XML that answers a message within `seconds`, "" when nothing is shown.

        Raises `Busy` when nothing was stored, and TimeoutError.
        """
        answerable = may_answer(inbound)
        outcome = await self._answering.answer(
            inbound,
            seconds=seconds,
            may_be_late=answerable and self._acknowledge_unstored,
            fits=fits,
        )
        return render(outcome.reply, inbound) if outcome and answerable else ""

    async def drain(self) -> None:
        """Wait until everything begun has ended; for a server that is going down."""
        await self._answering.drain()
