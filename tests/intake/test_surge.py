"""The surge stages: one step at a time, by time and not by count, and never for a few messages."""

from __future__ import annotations

from collections import deque
from math import inf

import pytest

from triagebot.domain.surge import Stage
from triagebot.intake.fairness import Shares
from triagebot.intake.flow import Flow
from triagebot.intake.surge import CROWD, Limits, Load, Surge

LIMITS = Limits(pressed=1.0, calm=0.3, patience=1.0, rest=10.0, refused=3.5)
STEP = 0.1
CAPACITY = {Stage.FULL: 2500, Stage.RULES: 4000, Stage.TEXT: 8000, Stage.COUNT: 9000}


@pytest.mark.parametrize(
    ("load", "seconds"),
    [
        (Load(0, 0.0), 0.0),
        (Load(0, 0.0, lag=0.2), 0.2),
        (Load(1000, 500.0), 2.0),
        (Load(1000, 0.0, oldest=3.0), 3.0),
        (Load(10, 500.0, oldest=4.0), 4.0),
        (Load(10, 500.0, lag=4.0), 4.0),
    ],
)
def test_how_long_somebody_may_expect_to_wait(load, seconds):
    assert load.wait == pytest.approx(seconds)


def observe(surge: Surge, begin: float, end: float, load: Load) -> list[Stage]:
    times = range(round(begin / STEP), round(end / STEP))
    return [surge.observe(time * STEP, load) for time in times]


def test_it_goes_up_one_stage_after_the_other_and_comes_back_after_calm():
    surge = Surge(LIMITS)
    up = observe(surge, 0, 6, Load(CROWD, 100.0))
    assert list(dict.fromkeys(up)) == [Stage.FULL, Stage.RULES, Stage.TEXT, Stage.COUNT]
    assert up.index(Stage.RULES) * STEP == pytest.approx(1.0, abs=STEP)
    assert set(observe(surge, 6, 15, Load(0, 0.0))) == {Stage.COUNT}
    down = observe(surge, 15, 40, Load(0, 0.0))
    assert list(dict.fromkeys(down)) == [Stage.COUNT, Stage.TEXT, Stage.RULES, Stage.FULL]


@pytest.mark.parametrize(
    "load",
    [Load(CROWD - 1, 1.0, oldest=30.0, lag=5.0), Load(CROWD, 1000.0), Load(0, 0.0, lag=9.0)],
    ids=["few", "quick", "nobody"],
)
def test_nothing_is_given_up_without_need(load):
    surge = Surge(LIMITS)
    assert set(observe(surge, 0, 30, load)) == {Stage.FULL}
    assert not surge.refuses


def test_one_bad_moment_is_no_surge():
    surge = Surge(LIMITS)
    for second in range(20):
        observe(surge, second, second + 0.8, Load(CROWD, 100.0))
        observe(surge, second + 0.8, second + 1.0, Load(CROWD, 1000.0))
    assert surge.stage is Stage.FULL


def test_a_pinned_stage_stays_whatever_the_load_is():
    surge = Surge(LIMITS)
    surge.pin(Stage.TEXT)
    assert set(observe(surge, 0, 30, Load(0, 0.0))) == {Stage.TEXT}
    surge.pin(None)
    assert surge.stage is Stage.FULL


def test_who_would_wait_in_vain_is_refused_in_every_stage():
    surge = Surge(LIMITS)
    surge.pin(Stage.FULL)
    observe(surge, 0, 1, Load(4000, 1000.0))
    assert surge.refuses
    observe(surge, 1, 2, Load(3000, 1000.0))
    assert not surge.refuses


def evening(surge: Surge, offered) -> tuple[float, float, list[Stage], int]:
    """Play an evening second by second: longest wait, most waiting, the stages, how many refused.

    A message is thought about in the order it came, as fast as the stage allows.
    """
    waiting = longest = most = 0.0
    refused, stages = 0, []
    for step in range(round(240 / STEP)):
        now = step * STEP
        come = offered(now) * STEP
        if surge.refuses:
            refused += come
        else:
            waiting += come
        rate = CAPACITY[surge.stage]
        longest = max(longest, waiting / rate)
        most = max(most, waiting)
        waiting = max(0.0, waiting - rate * STEP)
        stages.append(surge.observe(now, Load(int(waiting), rate, oldest=waiting / rate)))
    return longest, most, stages, refused


def event(now: float) -> float:
    return 10_000 if 30 <= now < 90 else 389


def test_ten_thousand_a_second_make_nobody_wait_in_vain():
    longest, most, stages, _ = evening(Surge(LIMITS), event)
    assert longest <= 4.5
    assert most < 40_000
    assert Stage.COUNT in stages
    steps = {abs(b - a) for a, b in zip(stages, stages[1:], strict=False)}
    assert steps <= {0, 1}
    assert stages[0] is stages[-1] is Stage.FULL


class Stubborn(Surge):
    """Gives nothing up and refuses nobody."""

    refuses = False

    def observe(self, now: float, load: Load) -> Stage:
        return Stage.FULL


def test_the_evening_notices_who_gives_nothing_up():
    longest, _, _, refused = evening(Stubborn(LIMITS), event)
    assert longest > 4.5
    assert refused == 0


def test_each_fan_has_a_share_and_gets_it_back_with_time():
    shares = Shares(most=3, seconds=3.0, remembered=2)
    fan = ("wechat:main", "a")
    assert [shares.take(fan, 0.0) for _ in range(5)] == [True, True, True, False, False]
    assert shares.take(("wechat:main", "b"), 0.0)
    assert shares.take(fan, 1.5)
    assert not shares.take(fan, 1.6)


def test_the_memory_of_shares_is_bounded():
    shares = Shares(most=1, seconds=1000.0, remembered=2)
    for fan in "abc":
        assert shares.take(("x", fan), 0.0)
    assert shares.take(("x", "a"), 0.0)
    assert not shares.take(("x", "c"), 0.0)


@pytest.mark.parametrize(
    ("load", "room"),
    [
        (Load(CROWD - 1, 1.0, oldest=9.0), inf),
        (Load(CROWD, 1000.0), 3500.0),
        (Load(CROWD, 1000.0, lag=1.5), 2000.0),
        (Load(CROWD, 1.0), CROWD),
        (Load(CROWD, 0.0, oldest=1.0), inf),
        (Load(CROWD, 0.0, oldest=4.0), 0.0),
    ],
    ids=["few", "by the rate", "behind a lag", "never fewer", "just begun", "nothing moves"],
)
def test_there_is_room_for_as_many_as_end_in_time(load, room):
    assert load.room(3.5) == room


def looks(flow: Flow, ends: list[int], every: float = 0.1) -> Load:
    """Look once for each number, after so many of the waiting have ended."""
    waiting = deque(flow._waiting)
    for number, count in enumerate(ends):
        for _ in range(count):
            flow.went(waiting.popleft())
        load = flow.look(number * every)
    return load


def crowd(size: int) -> Flow:
    flow = Flow()
    for number in range(size):
        flow.came(number, 0.0)
    return flow


@pytest.mark.parametrize(
    ("ends", "every", "rate"),
    [([0, *[10] * 30], 0.1, 100.0), ([0, *[10] * 30], 0.5, 20.0), ([0, *[30] * 30, 0], 0.1, 285.0)],
    ids=["steady", "looks that come late", "one stall"],
)
def test_the_rate_is_that_of_the_time_passed(ends, every, rate):
    load = looks(crowd(2000), ends, every)
    assert load.rate == pytest.approx(rate)
    assert load.oldest == pytest.approx((len(ends) - 1) * every)


def test_a_crowd_after_a_calm_is_not_judged_by_the_calm():
    flow = Flow()
    looks(flow, [0] * 20)
    for number in range(600):
        flow.came(number, 1.95)
    for number in range(300):
        flow.went(number)
    load = flow.look(2.0)
    assert load.rate == pytest.approx(300 / 0.1)
    assert load.room(3.5) > 4000


def longest_wait(room: bool) -> float:
    """Return how long anybody waits where 10,000 a second come and 700 end, 4,000 at most."""
    flow, waiting, most, longest = Flow(), deque[tuple[int, float]](), 4000.0, 0.0
    for step in range(1500):
        now = step / 100
        if step % 10 == 0 and room:
            most = min(4000.0, flow.look(now).room(3.5))
        for number in range(step * 100, step * 100 + 100):
            if len(flow) < most:
                flow.came(number, now)
                waiting.append((number, now))
        for number, since in [waiting.popleft() for _ in range(7)]:
            longest = max(longest, now - since)
            flow.went(number)
    return longest


def test_beyond_capacity_nobody_waits_in_vain_and_by_count_they_would():
    assert longest_wait(room=True) < 4.5 < longest_wait(room=False)
