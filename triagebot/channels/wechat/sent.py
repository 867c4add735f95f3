"""How sending to a fan ended, in the words that an outbox and an agent need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from triagebot.channels.wechat.api_errors import (
    Ambiguous,
    InvalidFan,
    MessagesUsed,
    Misconfigured,
    NotEntitled,
    Overloaded,
    QuotaUsed,
    TokenRefused,
    Unreachable,
    WeChatApiError,
    WindowClosed,
)
from triagebot.channels.wechat.api_words import meaning
from triagebot.channels.wechat.kefu_messages import Message
from triagebot.domain.window import MESSAGE_COUNT, Window

_CHINA = timezone(timedelta(hours=8))
_MINUTE_LIMIT = 45011
_TOO_LONG, _NO_TIME, _NO_MESSAGES = 45002, 45015, 45047


class SendState(StrEnum):
    """What became of a send, and so what is to be done."""

    DELIVERED = "delivered"
    EMPTY = "empty"
    """There was nothing to show; nothing was sent."""
    UNCERTAIN = "uncertain"
    """Perhaps sent: a person decides whether to send again."""
    WINDOW_CLOSED = "window_closed"
    """The fan cannot be written to: keep the text as a draft."""
    MESSAGES_USED = "messages_used"
    """Hold until the fan writes again."""
    QUOTA_USED = "quota_used"
    """Wait: for a minute, or until midnight in China."""
    NOT_SENT = "not_sent"
    """Certainly not sent, trying again later is safe."""
    NOT_ENTITLED = "not_entitled"
    """The account may only answer inside the fan's own request."""
    MISCONFIGURED = "misconfigured"
    """The owner must put AppID, secret or address list right."""
    INVALID_FAN = "invalid_fan"
    REFUSED = "refused"


_STATES: Mapping[type[WeChatApiError], SendState] = {
    Ambiguous: SendState.UNCERTAIN,
    Overloaded: SendState.UNCERTAIN,
    WindowClosed: SendState.WINDOW_CLOSED,
    MessagesUsed: SendState.MESSAGES_USED,
    QuotaUsed: SendState.QUOTA_USED,
    Unreachable: SendState.NOT_SENT,
    TokenRefused: SendState.NOT_SENT,
    NotEntitled: SendState.NOT_ENTITLED,
    Misconfigured: SendState.MISCONFIGURED,
    InvalidFan: SendState.INVALID_FAN,
}


@dataclass(frozen=True, slots=True)
class Sent:
    """The end of a send: `sent` messages were taken, `left` were not.

    `errcode` and `rid` are Tencent's, 0 and "" where there are none.
    """

    state: SendState
    sent: int = 0
    left: tuple[Message, ...] = ()
    errcode: int = 0
    rid: str = ""

    @property
    def delivered(self) -> bool:
        """Whether the fan got everything."""
        return self.state is SendState.DELIVERED

    @property
    def may_repeat(self) -> bool:
        """Whether a program may send what is left again, later."""
        return self.state in (SendState.NOT_SENT, SendState.QUOTA_USED)

    def repeat_at(self, now: datetime) -> datetime | None:
        """Return when that has a chance; None when it may not."""
        if not self.may_repeat:
            return None
        if self.state is SendState.NOT_SENT:
            return now + timedelta(seconds=5)
        if self.errcode == _MINUTE_LIMIT:
            return now + timedelta(minutes=1)
        tomorrow = now.astimezone(_CHINA) + timedelta(days=1)
        return tomorrow.replace(hour=0, minute=1, second=0, microsecond=0).astimezone(now.tzinfo)

    def words(self, language: str) -> str:
        """Return the trouble in words, `zh` or `en`; "" when there was none."""
        return meaning(self.errcode)[language] if self.errcode else ""


def refused_by(window: Window | None, now: datetime, messages: Sequence[Message]) -> Sent | None:
    """Return how sending would end that the window does not allow, None where it may.

    Nothing is begun that could not be ended: half an answer is worse than one that waits.
    """
    if window is None or len(messages) <= window.left(now):
        return None
    left = tuple(messages)
    if len(messages) > MESSAGE_COUNT:
        return Sent(SendState.REFUSED, left=left, errcode=_TOO_LONG)
    if window.is_open(now):
        return Sent(SendState.MESSAGES_USED, left=left, errcode=_NO_MESSAGES)
    return Sent(SendState.WINDOW_CLOSED, left=left, errcode=_NO_TIME)


def state_of(error: WeChatApiError) -> SendState:
    """Return what an error means for a send."""
    return _STATES.get(type(error), SendState.REFUSED)
