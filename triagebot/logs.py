"""How the server's log lines look: JSON for machines, plain for people."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

LEVELS = ("debug", "info", "warning", "error")


class JsonLines(logging.Formatter):
    """One JSON object a line; control characters cannot forge another line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record with time, level, logger, message and trace."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
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
