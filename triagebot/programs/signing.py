"""Signs what we send, so that the other side can tell it from anybody else's.

The scheme is Stripe's: HMAC-SHA-256 over `<seconds>.<body>`, both in one header.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime

SIGNATURE = "X-Triagebot-Signature"
TOLERANCE = 300
"""Seconds that a signature is good for at the receiver's."""

_HEADER = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def new_secret() -> str:
    """Return a secret for one webhook; it is shown once."""
    return "whsec_" + secrets.token_urlsafe(32)


def sign(secret: str, body: bytes, now: datetime) -> str:
    """Return the header for a body sent at `now`."""
    stamp = int(now.timestamp())
    return f"t={stamp},v1={_mac(secret, stamp, body)}"


def is_ours(secret: str, body: bytes, header: str, now: datetime) -> bool:
    """Say whether a header signs a body, not longer ago than the tolerance; for receivers."""
    match = _HEADER.fullmatch(header)
    if match is None or abs(int(match[1]) - now.timestamp()) > TOLERANCE:
        return False
    return hmac.compare_digest(match[2], _mac(secret, int(match[1]), body))


def _mac(secret: str, stamp: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
