"""What a person signs in with beside the password: an app's secret, and codes for when it is lost.

The secret lies in the private store beside the password hashes, as it must be known to check a
code. Of recovery codes, random and of 80 bits, only the SHA-256 is kept.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from triagebot.domain.agent import Role
from triagebot.errors import Conflict, NotFound
from triagebot.store import agents, audit_log
from triagebot.store.tables import agent, recovery_code, second_factor, session
from triagebot.store.times import from_ms, to_ms

RECOVERY_CODES = 10
_CODE_BYTES = 10
UNCONFIRMED = timedelta(minutes=15)
"""A set-up that was not confirmed for so long is begun anew."""


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The secret of a person, in base 32, and the last step of which a code was used.

    It counts from `confirmed` on. `codes` is how many recovery codes are left.
    """

    secret: str
    last_step: int
    begun_at: datetime
    confirmed: bool
    codes: int

    def is_pending(self, now: datetime) -> bool:
        """Whether it was begun and may still be confirmed."""
        return not self.confirmed and now - self.begun_at < UNCONFIRMED


def of(connection: Connection, agent_id: int) -> SecondFactor | None:
    """Return what a person has or has begun to set up."""
    query = select(second_factor).where(second_factor.c.agent_id == agent_id)
    row = connection.execute(query).first()
    if row is None:
        return None
    mine = recovery_code.c.agent_id == agent_id
    codes = connection.execute(select(func.count()).where(mine)).scalar_one()
    confirmed = row.confirmed_at is not None
    return SecondFactor(row.secret, row.last_step, from_ms(row.begun_at), confirmed, codes)


def owners(connection: Connection) -> set[int]:
    """Return the numbers of those who have confirmed theirs."""
    query = select(second_factor.c.agent_id).where(second_factor.c.confirmed_at.is_not(None))
    return set(connection.execute(query).scalars())


def admins_without(connection: Connection) -> tuple[list[str], int]:
    """Return the names of the admins who sign in with a password alone, and how many there are."""
    everybody = agents.everybody(connection)
    admins = [one for one in everybody if one.role is Role.ADMIN and not one.disabled]
    have = owners(connection)
    return [one.name for one in admins if one.id not in have], len(admins)


def begin(connection: Connection, agent_id: int, secret: str, now: datetime) -> None:
    """Remember a secret until a code confirms it. Raises `Conflict` when one is confirmed."""
    known = of(connection, agent_id)
    if known and known.confirmed:
        raise Conflict("There is a second factor already.", fields={"second_factor": "there"})
    _forget(connection, agent_id)
    values = {"agent_id": agent_id, "secret": secret, "begun_at": to_ms(now), "last_step": 0}
    connection.execute(insert(second_factor).values(**values))


def confirm(connection: Connection, agent_id: int, step: int, now: datetime) -> list[str]:
    """Let a secret count and end all sessions of the person; return their recovery codes."""
    values = {"confirmed_at": to_ms(now), "last_step": step}
    mine = second_factor.c.agent_id == agent_id
    connection.execute(update(second_factor).where(mine).values(**values))
    connection.execute(delete(session).where(session.c.agent_id == agent_id))
    _note(connection, audit_log.by_agent(agent_id), "set_second_factor", agent_id, now)
    return _new_codes(connection, agent_id)


def renew_codes(connection: Connection, agent_id: int, now: datetime) -> list[str]:
    """Return new recovery codes; the ones before are worth nothing."""
    _note(connection, audit_log.by_agent(agent_id), "renew_recovery_codes", agent_id, now)
    return _new_codes(connection, agent_id)


def use_step(connection: Connection, agent_id: int, step: int) -> bool:
    """Note that the code of a step was used; False when it or a later one was before."""
    mine = (second_factor.c.agent_id == agent_id) & (second_factor.c.last_step < step)
    return connection.execute(update(second_factor).where(mine).values(last_step=step)).rowcount > 0


def use_recovery_code(connection: Connection, agent_id: int, code: str, now: datetime) -> bool:
    """Use up a recovery code; False when it is none of the person's."""
    mine = recovery_code.c.agent_id == agent_id, recovery_code.c.code_hash == _digest(code)
    if connection.execute(delete(recovery_code).where(*mine)).rowcount == 0:
        return False
    _note(connection, audit_log.by_agent(agent_id), "use_recovery_code", agent_id, now)
    return True


def remove(connection: Connection, agent_id: int, who: str, now: datetime) -> None:
    """Take it away: the password is enough again. Raises `NotFound` where there is none."""
    if not _forget(connection, agent_id):
        raise NotFound("There is no second factor.")
    _note(connection, who, "remove_second_factor", agent_id, now)


def _new_codes(connection: Connection, agent_id: int) -> list[str]:
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    connection.execute(delete(recovery_code).where(recovery_code.c.agent_id == agent_id))
    rows = [{"agent_id": agent_id, "code_hash": _digest(code)} for code in codes]
    connection.execute(insert(recovery_code), rows)
    return codes


def _new_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _digest(code: str) -> str:
    """Return the hash of a code however it was typed: letters, digits, nothing between."""
    plain = "".join(each for each in code.lower() if each.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def _forget(connection: Connection, agent_id: int) -> bool:
    connection.execute(delete(recovery_code).where(recovery_code.c.agent_id == agent_id))
    query = delete(second_factor).where(second_factor.c.agent_id == agent_id)
    return connection.execute(query).rowcount > 0


def _note(connection: Connection, who: str, what: str, agent_id: int, now: datetime) -> None:
    name = connection.execute(select(agent.c.name).where(agent.c.id == agent_id)).scalar_one()
    audit_log.note(connection, who, what, now, detail={"name": name})
