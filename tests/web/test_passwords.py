"""Right passwords are right, wrong ones are wrong, and people who do not exist cost the same."""

from __future__ import annotations

import asyncio

import pytest

from triagebot.errors import BadInput, Busy
from triagebot.web.passwords import WAITING_LIMIT, Passwords


@pytest.fixture
def passwords():
    passwords = Passwords(memory_kib=64, rounds=1)
    yield passwords
    passwords.close()


async def test_only_the_right_password_is_right(passwords: Passwords) -> None:
    stored = passwords.hash("correct horse")
    assert await passwords.check(stored, "correct horse")
    assert not await passwords.check(stored, "Correct horse")


async def test_nobody_has_a_password(passwords: Passwords) -> None:
    assert not await passwords.check(None, "nobody has this password")


async def test_a_check_of_nobody_does_the_same_work(passwords: Passwords, monkeypatch) -> None:
    calls = []
    verify = type(passwords._hasher).verify
    monkeypatch.setattr(
        type(passwords._hasher), "verify", lambda *args: calls.append(1) or verify(*args)
    )
    await passwords.check(None, "guess")
    await passwords.check(passwords.hash("correct horse"), "guess")
    assert len(calls) == 2


async def test_a_damaged_hash_is_no_key(passwords: Passwords) -> None:
    assert not await passwords.check("!", "correct horse")


def test_the_default_cost_is_the_floor_or_more() -> None:
    passwords = Passwords()
    try:
        assert "$argon2id$v=19$m=19456,t=2,p=1$" in passwords.hash("correct horse")
    finally:
        passwords.close()


@pytest.mark.parametrize("password", ["short", "x" * 257])
def test_a_password_must_have_a_fair_length(passwords: Passwords, password: str) -> None:
    with pytest.raises(BadInput):
        passwords.hash(password)


async def test_a_storm_of_logins_is_refused_and_not_queued_without_end(
    passwords: Passwords,
) -> None:
    tries = (passwords.check(None, "guess") for _ in range(WAITING_LIMIT + 10))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Busy) for result in results) == 10
