"""Who gets in, and with what: passwords alone, second factors, tokens of programs."""

from __future__ import annotations

from sqlalchemy import Connection

from triagebot.doctor.findings import Finding, ok, warn
from triagebot.domain.agent import Role
from triagebot.errors import Busy
from triagebot.store import agents, second_factors
from triagebot.store.database import read_once


def second_factors_of_admins(url: str, rule: str) -> Finding:
    """Say how many admins have no second factor; `rule` is `desk.second_factor`."""
    try:
        found = read_once(url, second_factors.admins_without)
    except Busy as error:
        return warn("admins", error.message, "Look at the findings of the store.")
    without, admins = found or ([], 0)
    if not admins:
        return ok("admins", "there are none yet")
    if rule == "off":
        do = "Set desk.second_factor to optional or admins."
        return warn("admins", "nobody is asked for a code: desk.second_factor is off", do)
    if not without:
        return ok("admins", f"all {admins} sign in with a second factor")
    words = f"{len(without)} of {admins} sign in with a password alone"
    if rule == "admins":
        return warn("admins", words, "They are led to set a second factor up, at /desk/account.")
    do = "Set one up at /desk/account; desk.second_factor = admins makes it a must."
    return warn("admins", words, do)


def beside_passwords(url: str) -> list[Finding]:
    """Say how many secrets of second factors the store keeps, and how many tokens need no code."""
    try:
        found = read_once(url, _count)
    except Busy:  # told of the admins
        return []
    secrets, tokens, of_admins = found or (0, 0, 0)
    findings = []
    if secrets:
        words = "in the store, in clear: it and its copies belong on an encrypted disk"
        findings.append(ok("second factors", f"{secrets}; their secrets lie {words}"))
    if tokens:
        words = f"{tokens} let programs in without a code, {of_admins} of them as an admin"
        findings.append(ok("tokens", f"{words}; /desk/users lists and ends them"))
    return findings


def _count(connection: Connection) -> tuple[int, int, int]:
    """Return the number of second factors, of tokens that work, and of those of admins."""
    tokens = agents.everybodys_tokens(connection)
    roles = [person.role for person, _ in tokens if not person.disabled]
    return len(second_factors.owners(connection)), len(roles), roles.count(Role.ADMIN)
