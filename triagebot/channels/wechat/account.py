"""What the owner has set for one official account."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from triagebot.channels.wechat.crypto import decode_key
from triagebot.errors import BadInput

_APPID = re.compile(r"[A-Za-z0-9_-]{3,64}")
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
_MAX_AT_ONCE = 2


class Mode(StrEnum):
    """How WeChat sends messages: 明文, 兼容 or 安全 in its console."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class Account:
    """One official account, under `name` in our own URLs, as `wechat:<name>` among channels.

    `original_id` is the `gh_…` id; with one set, messages to another account are refused. Of
    `tokens` and `aes_keys` there may be two while they are being rotated, the new one first.
    `freshness_seconds` refuses requests stamped further than that from our clock, 0 takes
    all. `allow_ips` are addresses and networks that may call, none for all. `passive_only`
    is for accounts that may not use the customer-service API. `secret` is the AppSecret.
    `tap_menus` sends late menus as ones that can be tapped; a tap keeps the window open for a
    minute only. `mark_ai` puts WeChat's grey line under the bot's late replies. `show_typing`
    shows the fan when their agent is writing.
    Raises BadInput for values WeChat's console would not accept, by the name of the field.
    """

    name: str
    appid: str
    original_id: str = ""
    tokens: tuple[str, ...] = field(default=(), repr=False)
    aes_keys: tuple[str, ...] = field(default=(), repr=False)
    mode: Mode = Mode.SAFE
    freshness_seconds: float = 0
    allow_ips: tuple[str, ...] = ()
    passive_only: bool = False
    secret: str = field(default="", repr=False)
    tap_menus: bool = False
    mark_ai: bool = False
    show_typing: bool = False

    def __post_init__(self) -> None:
        if self.mode not in tuple(Mode):
            raise BadInput("mode is plain, compatible or safe", fields={"mode": "unknown"})
        if not _APPID.fullmatch(self.appid):
            raise BadInput("appid is not one", fields={"appid": "format"})
        self._check_tokens()
        self._check_keys()

    @property
    def channel(self) -> str:
        """The channel's name in inbounds and in the store."""
        return f"wechat:{self.name}"

    @property
    def encrypted(self) -> bool:
        """Whether a body in clear text must be refused."""
        return self.mode != Mode.PLAIN

    def _check_tokens(self) -> None:
        if not 1 <= len(self.tokens) <= _MAX_AT_ONCE:
            raise BadInput("one token, or two while rotating", fields={"tokens": "count"})
        if not all(_TOKEN.fullmatch(token) for token in self.tokens):
            raise BadInput("a token is 3 to 32 letters and digits", fields={"tokens": "format"})

    def _check_keys(self) -> None:
        if not self.encrypted and self.aes_keys:
            # A key beside plain mode looks safe and is not: anybody may then send clear text.
            raise BadInput("plain mode takes no AES key", fields={"aes_keys": "unused"})
        if self.encrypted and not 1 <= len(self.aes_keys) <= _MAX_AT_ONCE:
            raise BadInput("one AES key, or two while rotating", fields={"aes_keys": "count"})
        for key in self.aes_keys:
            decode_key(key)
