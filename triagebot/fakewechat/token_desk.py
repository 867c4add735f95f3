"""Where Tencent gives out access tokens: the old way, and the stable way."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

TOKEN_BAD, TOKEN_OLD, TOKEN_NONE = 40001, 42001, 41001


class Refusal(Exception):
    """Answers with an errcode, as always with HTTP 200."""

    def __init__(self, errcode: int, errmsg: str = "refused") -> None:
        self.errcode, self.errmsg = errcode, errmsg


@dataclass
class Token:
    """One access token; `expires_at` in seconds since 1970."""

    text: str
    expires_at: float


class TokenDesk:
    """The current and the older token of each way, which do not touch each other."""

    def __init__(self, appid: str, secret: str, now: Callable[[], float]) -> None:
        self.appid, self.secret, self.now = appid, secret, now
        self.whitelist: set[str] | None = None
        self.forced: list[float] = []
        self._numbers = itertools.count(1)
        self._current: dict[str, Token] = {}
        self._older: dict[str, Token] = {}

    def expire_tokens(self) -> None:
        """Let no token be good from now on."""
        self._current.clear()
        self._older.clear()

    def _check_owner(self, appid: str, secret: str) -> None:
        if appid != self.appid:
            raise Refusal(40013, "invalid appid")
        if secret != self.secret:
            raise Refusal(40125, "invalid appsecret")
        if self.whitelist is not None and "127.0.0.1" not in self.whitelist:
            raise Refusal(40164, "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist")

    def _plain(self, appid: str, secret: str) -> Json:
        self._check_owner(appid, secret)
        return self._renew("plain")

    def _stable(self, values: Json, *, same: bool = False) -> Json:
        self._check_owner(values.get("appid", ""), values.get("secret", ""))
        token = self._current.get("stable")
        if values.get("force_refresh"):
            return self._force()
        if token and (same or token.expires_at - self.now() > 300):
            return self._token_json(token)
        return self._renew("stable")

    def _force(self) -> Json:
        recent = [at for at in self.forced if at > self.now() - 86400]
        token = self._current.get("stable")
        if token and (len(recent) >= 20 or (recent and self.now() - recent[-1] < 30)):
            return self._token_json(token)
        self.forced.append(self.now())
        self._current.pop("stable", None)
        self._older.pop("stable", None)
        return self._renew("stable")

    def _renew(self, kind: str) -> Json:
        if older := self._current.get(kind):
            limit = min(older.expires_at, self.now() + 300)
            self._older[kind] = Token(older.text, limit)
        text = f"{kind}_{next(self._numbers)}_" + "t" * 120
        self._current[kind] = Token(text, self.now() + 7200)
        return self._token_json(self._current[kind])

    def _token_json(self, token: Token) -> Json:
        return {"access_token": token.text, "expires_in": int(token.expires_at - self.now())}

    def _check_token(self, text: str) -> None:
        if not text:
            raise Refusal(TOKEN_NONE, "access_token missing")
        for token in (*self._current.values(), *self._older.values()):
            if token.text == text:
                if token.expires_at <= self.now():
                    raise Refusal(TOKEN_OLD, "access_token expired")
                return
        raise Refusal(TOKEN_BAD, "invalid credential, access_token is invalid or not latest")
