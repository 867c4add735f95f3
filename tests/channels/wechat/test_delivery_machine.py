"""Deliveries, crashes, restarts, tokens and quotas in any order: one reply a message."""

import pytest

from tests.channels.wechat.delivery_machine import run


def test_whatever_happens_a_fan_is_shown_one_reply(tmp_path):
    assert run(5, tmp_path) > 20


class CarelessWays:
    """Decides nothing: every redelivery carries the reply, and every late one is sent."""

    def __init__(self, ways):
        self.can_send = ways.can_send
        self.send_late = ways.send_late
        self.hold = ways.hold

    async def take(self, outcome):
        return True


def test_without_the_decision_in_the_store_a_fan_sees_two(tmp_path):
    with pytest.raises(AssertionError, match="was answered 2 times"):
        run(60, tmp_path, CarelessWays)
