"""Builds everything once: the only place that knows every concrete part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from triagebot.app.server import Server

__all__ = ["Server"]


def __getattr__(name: str) -> Any:
    """Import the server when it is asked for: a worker needs a small part of it."""
    if name != "Server":
        raise AttributeError(name)
    from triagebot.app.server import Server

    return Server
