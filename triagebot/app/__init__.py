"""Builds everything once: the only place that knows every concrete part."""

from __future__ import annotations

from triagebot.app.server import Server

__all__ = ["Server"]
