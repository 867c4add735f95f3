"""Access tokens of platforms, which all processes share, and who of them is fetching one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, text, update

from triagebot.store.tables import platform_token
from triagebot.store.times import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class KeptToken:
    """A token, when it is to be renewed, and until when the platform takes it."""

    token: str
    renew_at: datetime
    expires_at: datetime


def get(connection: Connection, appid: str) -> KeptToken | None:
    """Return the token of an account, None when there is none."""
    query = select(platform_token).where(platform_token.c.appid == appid)
    row = connection.execute(query).first()
    if row is None or not row.token:
        return None
    return KeptToken(row.token, from_ms(row.renew_at), from_ms(row.expires_at))


def lease(connection: Connection, appid: str, fetcher: str, now: datetime, until: datetime) -> bool:
    """Return whether `fetcher` is the one to fetch, until then; the others wait for its token."""
    values = {"appid": appid, "fetcher": fetcher, "now": to_ms(now), "until": to_ms(until)}
    return connection.execute(text(_LEASE), values).rowcount == 1


def put(connection: Connection, appid: str, kept: KeptToken) -> None:
    """Keep a token that was fetched; a slow older answer never takes the place of a newer one."""
    mine = (platform_token.c.appid == appid) & (
        platform_token.c.expires_at <= to_ms(kept.expires_at)
    )
    query = update(platform_token).where(mine)
    connection.execute(
        query.values(
            token=kept.token,
            renew_at=to_ms(kept.renew_at),
            expires_at=to_ms(kept.expires_at),
            fetching_until=0,
        )
    )


def drop(connection: Connection, appid: str, refused: str) -> None:
    """Forget a token that the platform refuses; if another has taken its place, that stays."""
    mine = (platform_token.c.appid == appid) & (platform_token.c.token == refused)
    connection.execute(
        update(platform_token).where(mine).values(token="", renew_at=0, expires_at=0)
    )


def let_go(connection: Connection, appid: str, fetcher: str) -> None:
    """Let another fetch, as this one got none."""
    mine = (platform_token.c.appid == appid) & (platform_token.c.fetcher == fetcher)
    connection.execute(update(platform_token).where(mine).values(fetching_until=0))


_LEASE = """
INSERT INTO platform_token (appid, token, renew_at, expires_at, fetcher, fetching_until)
VALUES (:appid, '', 0, 0, :fetcher, :until)
ON CONFLICT (appid) DO UPDATE SET fetcher = :fetcher, fetching_until = :until
WHERE platform_token.fetching_until <= :now OR platform_token.fetcher = :fetcher
"""
