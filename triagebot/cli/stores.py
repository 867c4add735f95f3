"""Open the store for one command, and close it whatever happens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from triagebot.store.database import Database

P = ParamSpec("P")
T = TypeVar("T")


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


async def with_database(
    settings: Any,
    work: Callable[Concatenate[Database, P], Awaitable[T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Return `await work(database, …)` on the configured database."""
    from triagebot.store.database import Database

    db = Database(settings.database.url, clock=now)
    await db.start()
    try:
        return await work(db, *args, **kwargs)
    finally:
        await db.close()
