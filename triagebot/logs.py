"""How the server's log lines look: JSON for machines, plain for people.

At the level `debug` the steps of each message are told: `received` and `stored` have the same
`delivery`, all later ones the message's or the conversation's number.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from datetime import UTC, datetime
from typing import Protocol

LEVELS = ("debug", "info", "warning", "error")

_steps = logging.getLogger("triagebot.steps")


class Delivered(Protocol):
    """What a platform delivered: from whom, where, and by which key."""

    @property
    def channel(self) -> str:
        """The account or place."""

    @property
    def fan(self) -> str:
        """The platform's name of the fan."""

    @property
    def key(self) -> str:
        """The platform's name of the message."""


def tells_steps() -> bool:
    """Whether steps are told at all; asked before more is gathered than a name or two."""
    return _steps.isEnabledFor(logging.DEBUG)


def step(what: str, delivered: Delivered | None = None, **ids: object) -> None:
    """Tell a step of a message by numbers and states alone, never by words or names."""
    if not tells_steps():
        return
    if delivered is not None:
        ids = {"delivery": _mark(delivered), **ids}
    words = " ".join(f"{name}={value}" for name, value in ids.items())
    _steps.debug("%s %s", what, words, extra={"ids": {"step": what, **ids}})


def _mark(delivered: Delivered) -> str:
    """Name a message that has no number yet, the same for each of its deliveries."""
    identity = "\0".join((delivered.channel, delivered.fan, delivered.key))
    return hashlib.blake2b(identity.encode("utf-8", "replace"), digest_size=8).hexdigest()


class JsonLines(logging.Formatter):
    """One JSON object a line; control characters cannot forge another line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record with time, level, logger, message and trace."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "ids", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up_logs(level: str, form: str) -> None:
    """Send the log to stderr; `auto` is text on a terminal and JSON elsewhere."""
    handler = logging.StreamHandler()
    if form == "json" or (form == "auto" and not sys.stderr.isatty()):
        handler.setFormatter(JsonLines())
    else:
        text = logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
        handler.setFormatter(text)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # An access log would hold query strings, and with them WeChat's signatures.
    logging.getLogger("aiohttp.access").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
