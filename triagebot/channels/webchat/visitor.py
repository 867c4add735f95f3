"""Know a fan again by a random cookie, of which the store keeps only a digest."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

from aiohttp import web

COOKIE = "triagebot_fan"
MAX_AGE = 180 * 24 * 3600
"""Seconds for which a browser keeps the cookie."""

_FORM = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A fan in a browser; `is_new` when the cookie has yet to be given."""

    token: str
    is_new: bool

    @property
    def fan(self) -> str:
        """The fan's id in the store, from which nobody can make the cookie."""
        return hashlib.sha256(self.token.encode()).hexdigest()[:32]

    def greet(self, response: web.StreamResponse, secure: bool, *, across: bool = False) -> None:
        """Give the cookie to a new visitor; `across` lets it come from frames of other sites."""
        if self.is_new:
            response.set_cookie(
                COOKIE,
                self.token,
                max_age=MAX_AGE,
                path="/",
                secure=secure,
                httponly=True,
                samesite="None" if across else "Lax",
            )


def visitor_of(request: web.Request) -> Visitor:
    """Return the visitor whose cookie came, or a new one with 128 random bits."""
    token = request.cookies.get(COOKIE, "")
    if _FORM.fullmatch(token):
        return Visitor(token, is_new=False)
    return Visitor(secrets.token_hex(16), is_new=True)
