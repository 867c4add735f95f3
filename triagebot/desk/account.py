"""A page of one's own: the password, and the second factor with its picture to set it up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from triagebot.desk.frames import ACCOUNT, Frames, Page, Sentence
from triagebot.domain.agent import SecondFactorRule
from triagebot.store import second_factors
from triagebot.store.agents import SessionRow
from triagebot.store.database import Database
from triagebot.web import totp
from triagebot.web.endpoint import Call, Endpoint

QUIET = 4
"""Modules of white around the picture, which readers need."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A QR code as the path of its dark modules, one unit each, in a square of `size` units."""

    size: int
    path: str


class AccountPage:
    """Owns `/desk/account`. The secret is on it only until a code has confirmed it."""

    def __init__(
        self,
        frames: Frames,
        db: Database,
        rule: SecondFactorRule,
        clock: Callable[[], datetime],
    ) -> None:
        self._frames = frames
        self._db = db
        self._rule = rule
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the page."""
        return [Endpoint("GET", f"/desk/{ACCOUNT}", "Your account", self.show, role=None,
                         described=False)]  # fmt: skip

    async def show(self, call: Call) -> Page:
        """Return the forms for the password and for what state the second factor is in."""

        async def fill(session: SessionRow, _t: Sentence) -> Mapping[str, object]:
            found = await self._db.read(second_factors.of, session.agent.id)
            pending = found is not None and found.is_pending(self._clock())
            secret = found.secret if found and pending else ""
            return {
                "rule": self._rule,
                "factor": found if found and found.confirmed else None,
                "secret": " ".join(_fours(secret)),
                "picture": draw(totp.address(secret, session.agent.name)) if secret else None,
            }

        return await self._frames.show(call, f"desk/{ACCOUNT}.html", ACCOUNT, fill)


def draw(address: str) -> Picture:
    """Return the picture of an address, for a phone's camera."""
    import segno

    rows = segno.make_qr(address, error="m").matrix
    return Picture(len(rows) + 2 * QUIET, "".join(_strokes(rows)))


def _strokes(rows: Iterable[bytearray]) -> Iterator[str]:
    for y, row in enumerate(rows, QUIET):
        start = None
        for x, dark in enumerate([*row, 0], QUIET):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                yield f"M{start} {y}h{x - start}v1h{start - x}z"
                start = None


def _fours(text: str) -> Iterator[str]:
    return (text[start : start + 4] for start in range(0, len(text), 4))
