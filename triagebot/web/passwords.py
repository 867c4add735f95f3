"""Hash and check passwords with argon2id, two at a time, so that logins never starve intake."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from triagebot.errors import BadInput, Busy

SHORTEST = 8
LONGEST = 256
WAITING_LIMIT = 64
"""Checks that may wait for a thread; more are refused at once."""


class Passwords:
    """Argon2id with 19 MiB, two rounds and one lane, in a pool of two threads."""

    def __init__(self, *, memory_kib: int = 19_456, rounds: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1)
        self._pool = ThreadPoolExecutor(2, "passwords")
        self._waiting = 0

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown(cancel_futures=True)

    def hash(self, password: str) -> str:
        """Return the hash to store. Blocks ~50 ms. Raises `BadInput` when too short or long."""
        if not SHORTEST <= len(password) <= LONGEST:
            what = f"must have {SHORTEST} to {LONGEST} characters"
            raise BadInput(f"The password {what}.", fields={"password": what})
        return self._hasher.hash(password)

    async def check(self, stored: str | None, password: str) -> bool:
        """Return whether `password` made the `stored` hash.

        None, for a person who does not exist, takes as long and is never right. Raises `Busy` when
        too many checks wait already.
        """
        if self._waiting >= WAITING_LIMIT:
            raise Busy("Too many people sign in at this moment; try again.")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, self._verify, stored, password)
        finally:
            self._waiting -= 1

    @cached_property
    def _nobody(self) -> str:
        """The hash for those who do not exist; it takes long, and a start is in a hurry."""
        return self._hasher.hash("nobody has this password")

    def _verify(self, stored: str | None, password: str) -> bool:
        nobody = self._nobody  # looked at by all, so that the first to need it shows no one
        try:
            right = self._hasher.verify(stored or nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return right and stored is not None
