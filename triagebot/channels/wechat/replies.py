"""Gets the reply to a message from the intake, in the form that WeChat shows."""

from __future__ import annotations

from collections.abc import Mapping

from triagebot.channels.wechat.account import Account
from triagebot.channels.wechat.answering import Answering, Intake, Late, Outcome
from triagebot.channels.wechat.parse import may_answer
from triagebot.channels.wechat.render import fits, render
from triagebot.domain.message import Inbound


class IntakeReplies:
    """Records messages by `intake`; `late` gets the outcomes whose replies cannot go out at once.

    With `acknowledge_unstored` a message may be acknowledged before it is recorded.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account],
        intake: Intake,
        late: Late | None,
        *,
        acknowledge_unstored: bool,
    ) -> None:
        self._accounts = dict(accounts)
        self._answering = Answering(intake, late)
        self._has_late = late is not None
        self._acknowledge_unstored = acknowledge_unstored

    async def reply(self, account: str, inbound: Inbound, seconds: float) -> str:
        """Return the XML that answers a message within `seconds`, "" when nothing is shown.

        Raises `Busy` when nothing was stored, and TimeoutError.
        """
        known = self._accounts[account]
        answerable = may_answer(inbound)
        outcome = await self._answering.answer(
            inbound,
            seconds=seconds,
            may_be_late=answerable and self._acknowledge_unstored and not known.passive_only,
        )
        return self._word(known, inbound, outcome) if outcome and answerable else ""

    async def drain(self) -> None:
        """Wait until everything begun has ended; for a server that is going down."""
        await self._answering.drain()

    def _word(self, account: Account, inbound: Inbound, outcome: Outcome) -> str:
        if self._has_late and not account.passive_only and not fits(outcome.reply):
            self._answering.deliver_late(outcome)
            return ""
        return render(outcome.reply, inbound)
