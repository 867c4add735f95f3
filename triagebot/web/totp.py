"""One-time codes of an authenticator app (TOTP, RFC 6238: SHA-1, 30 seconds, six digits)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP = 30
DIGITS = 6
DRIFT = 1
"""Steps that a phone's clock may be ahead or behind (section 5.2 allows one)."""

SECRET_BYTES = 20
"""As long as SHA-1's own output, which RFC 4226 recommends in section 4."""

ISSUER = "triagebot"


def new_secret() -> str:
    """Return a random secret as apps take it, 32 letters and digits of base 32."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_of(secret: str, step: int, digits: int = DIGITS) -> str:
    """Return the code of a secret, in base 32, for the `step`th half minute of the epoch.

    RFC 4226 section 5.3: four bytes of the HMAC, from where its last four bits say.
    """
    digest = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    """Return the step that a code is of, None when it is of none around `now`.

    Steps up to `after` were used, and a code counts once.
    """
    typed = code.replace(" ", "")
    middle = int(now.timestamp()) // STEP
    found = None
    for step in range(middle - DRIFT, middle + DRIFT + 1):  # all of them, so that time tells none
        right = hmac.compare_digest(code_of(secret, step).encode(), typed.encode())
        if right and step > after:
            found = step
    return found


def address(secret: str, name: str) -> str:
    """Return the `otpauth` address that apps read from a picture, for a person's name."""
    label = quote(f"{ISSUER}:{name}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER})}"
