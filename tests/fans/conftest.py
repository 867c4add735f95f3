"""The server of the desk's tests."""

from __future__ import annotations

from tests.desk.conftest import passwords, world

__all__ = ["passwords", "world"]
