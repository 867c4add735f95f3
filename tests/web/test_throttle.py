"""Tries are counted per key, forgotten in time, and never fill the memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.conftest import Clock
from triagebot.errors import TooMany
from triagebot.web.throttle import Throttle


def five_in_fifteen_minutes(clock: Clock, keys: int = 100) -> Throttle:
    return Throttle(clock, limit=5, window=timedelta(minutes=15), keys=keys)


def test_the_sixth_try_is_refused_and_says_how_long_to_wait(clock: Clock) -> None:
    throttle = five_in_fifteen_minutes(clock)
    for _ in range(5):
        throttle.admit("li")
        clock.forward(minutes=1)
    with pytest.raises(TooMany) as refusal:
        throttle.admit("li")
    assert refusal.value.fields == {"retry_after": "600"}
    throttle.admit("wang")


def test_a_refused_try_does_not_make_the_wait_longer(clock: Clock) -> None:
    throttle = five_in_fifteen_minutes(clock)
    for _ in range(5):
        throttle.admit("li")
    clock.forward(minutes=14)
    with pytest.raises(TooMany):
        throttle.admit("li")
    clock.forward(minutes=1)
    throttle.admit("li")


def test_one_full_key_of_two_refuses(clock: Clock) -> None:
    throttle = five_in_fifteen_minutes(clock)
    for number in range(5):
        throttle.admit(f"name:{number}", "address:1")
    with pytest.raises(TooMany):
        throttle.admit("name:new", "address:1")


def test_a_forgotten_key_and_an_undone_try_count_no_more(clock: Clock) -> None:
    throttle = five_in_fifteen_minutes(clock)
    for _ in range(5):
        throttle.count("li", "wang")
    throttle.forget("li")
    throttle.undo("wang")
    throttle.admit("li", "wang")
    with pytest.raises(TooMany):
        throttle.check("wang")


def test_memory_is_bounded(clock: Clock) -> None:
    throttle = five_in_fifteen_minutes(clock, keys=10)
    for number in range(1000):
        throttle.count(str(number))
    assert len(throttle) == 10
