"""How what failed is told in the log."""

from __future__ import annotations

import logging
import traceback

logger = logging.getLogger(__name__)


def log_fault(step: str, error: Exception) -> None:
    """Log where something failed, without the error's text: it may quote the fan."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    logger.error("%s failed: %s at %s", step, type(error).__name__, where)
