"""What Tencent's API can answer besides yes, by what one can do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from triagebot.channels.wechat.api_words import meaning
from triagebot.errors import ChannelRefused

_ADDRESS = re.compile(r"invalid ip ([0-9a-fA-F.:]{3,45})")


class WeChatApiError(ChannelRefused):
    """A call that did not succeed.

    `errcode` is Tencent's number, 0 when there was none; `rid` is what their support asks for;
    `address` is our own as Tencent saw it, where that was the trouble.
    """

    def __init__(self, words: str, *, errcode: int = 0, rid: str = "", address: str = "") -> None:
        super().__init__(words)
        self.errcode = errcode
        self.rid = rid
        self.address = address
        self.code = f"wechat_{errcode}" if errcode else self.code


class TokenRefused(WeChatApiError):
    """The access token is not, or no longer, good."""


class WindowClosed(WeChatApiError):
    """The fan cannot be written to now: too long ago, left, or does not want to."""


class MessagesUsed(WeChatApiError):
    """As many messages as the fan's own allow have been sent; the next of theirs opens again."""


class QuotaUsed(WeChatApiError):
    """The account's calls are used up, for this minute or until midnight in China."""


class NotEntitled(WeChatApiError):
    """The account may not use this part of the API at all."""


class Misconfigured(WeChatApiError):
    """AppID, secret or address list are wrong: the owner must act, trying again is no use."""


class InvalidFan(WeChatApiError):
    """No fan of this account has that id."""


class TooLong(WeChatApiError):
    """The content is over the limit."""


class Rejected(WeChatApiError):
    """The call itself is wrong."""


class Overloaded(WeChatApiError):
    """Tencent says it is busy; whether it did what was asked is not certain."""

    code = "wechat_busy"


class Ambiguous(WeChatApiError):
    """The request went out and no proper answer came: nobody knows whether it was done."""

    code = "wechat_no_answer"


class Unreachable(WeChatApiError):
    """No connection came about: nothing was done."""

    code = "wechat_unreachable"


_CLASSES: Mapping[type[WeChatApiError], tuple[int, ...]] = {
    TokenRefused: (40001, 40014, 41001, 42001),
    WindowClosed: (43004, 43019, 45015, 48002, 50002),
    MessagesUsed: (45047,),
    QuotaUsed: (45009, 45011),
    NotEntitled: (48001, 48004, 65400),
    Misconfigured: (
        40002, 40013, 40125, 40164, 40243, 41002, 41004, 43002, 50004, 50007, 61024, 89503,
        89506, 89507,
    ),
    InvalidFan: (40003, 49003),
    TooLong: (45002,),
    Overloaded: (-1,),
}  # fmt: skip
_CLASS_OF = {errcode: error for error, errcodes in _CLASSES.items() for errcode in errcodes}


def error_of(errcode: int, errmsg: str = "", rid: str = "") -> WeChatApiError:
    """Return the error for Tencent's number; only an address is ever taken from `errmsg`."""
    found = _ADDRESS.search(errmsg)
    address = found.group(1) if found else ""
    words = meaning(errcode, address)["en"]
    kind = _CLASS_OF.get(errcode, Rejected)
    return kind(words, errcode=errcode, rid=rid, address=address)
