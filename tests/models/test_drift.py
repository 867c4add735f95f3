"""Whether fans write as usual: recorded counts, planted drift, and how careful the bot becomes."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triagebot.models.drift import (
    Guard,
    Signal,
    Verdict,
    Window,
    comparable,
    judge,
    read_window,
    step,
)

RECORDED = Path(__file__).parents[1] / "recorded" / "drift_windows.json"
STRANGE = Verdict((Signal("unknown", "", 0.4, 0.2),))
CALM, LEARNING = Verdict(), Verdict(learning=True)
NOW = datetime(2024, 11, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def recorded():
    """Counts of 800 messages each: past hours, calm ones, and some with half of other traffic."""
    windows = json.loads(RECORDED.read_text("utf-8"))
    return {
        name: [read_window(json.dumps(window)) for window in each] for name, each in windows.items()
    }


def test_hours_like_those_before_are_no_drift(recorded):
    assert not any(judge(window, recorded["usual"]).signals for window in recorded["calm"])


def test_half_of_other_traffic_is_noticed(recorded):
    found = [judge(window, recorded["usual"]).signals for window in recorded["drifting"]]
    assert sum(map(bool, found)) >= 8
    assert {signal.kind for signals in found for signal in signals} <= {"intents", "unknown"}


def test_what_has_become_usual_is_no_drift_any_more(recorded):
    drifting = recorded["drifting"]
    assert not judge(drifting[0], [*drifting[1:], *recorded["usual"][:9]]).signals


def window(n=400, **terms):
    return Window(n, Counter(delivery=n), 0.1 * n, 0.02 * n, Counter(terms))


def test_a_word_that_bursts_is_a_topic_with_its_words():
    past = [window(快递=40 + i % 3, 米盒=1) for i in range(12)]
    (signal,) = judge(window(快递=44, 米盒=24, 黑屏=22), past).signals
    assert (signal.kind, signal.what, signal.now) == ("topic", "米盒 黑屏", 0.06)
    assert signal.usual < 0.01


@pytest.mark.parametrize("now", [window(快递=44, 米盒=9), window(快递=60), window(抢购=70)])
def test_rare_words_small_rises_and_what_comes_at_its_hour_are_no_topic(now):
    past = [window(快递=40, 米盒=1, 抢购=60 if i == 3 else 0) for i in range(12)]
    assert judge(now, past).signals == ()


@pytest.mark.parametrize(("n", "hours"), [(100, 12), (400, 5)])
def test_too_little_says_nothing(n, hours):
    assert judge(window(n), [window()] * hours).learning


def walked(*verdicts, guard=None):
    guard = guard or Guard()
    for number, verdict in enumerate(verdicts):
        guard = step(guard, verdict, 1000.0 + 600 * number)
    return guard


@pytest.mark.parametrize(
    ("verdicts", "tight"),
    [
        ((STRANGE,), False),
        ((STRANGE, STRANGE), True),
        ((STRANGE, CALM, STRANGE), False),
        ((STRANGE, STRANGE, *[CALM] * 6), True),
        ((STRANGE, STRANGE, *[CALM] * 7), False),
        ((STRANGE, STRANGE, *[CALM] * 5, STRANGE, *[CALM] * 5), True),
        ((STRANGE, STRANGE, *[LEARNING] * 20), True),
    ],
)
def test_two_strange_windows_tighten_and_an_hour_of_calm_relaxes(verdicts, tight):
    assert walked(*verdicts).tight is tight


def test_since_when_and_why_is_kept_while_it_lasts():
    guard = walked(STRANGE, STRANGE, CALM, STRANGE)
    assert (guard.since, guard.signals) == (1600.0, STRANGE.signals)


def hours_ago(*ages, n=400):
    return {NOW - timedelta(hours=age): window(n, age=age) for age in ages}


def ages(found):
    return [each.terms["age"] for each in found]


def test_hours_of_the_same_time_of_the_week_come_first():
    weeks = [168 * week + around for week in range(1, 4) for around in (-1, 0, 1)]
    assert sorted(ages(comparable(NOW, Guard(), hours_ago(5, 24, *weeks)))) == sorted(weeks)
    days = [24 * day for day in range(1, 10)]
    assert set(ages(comparable(NOW, Guard(), hours_ago(5, *days)))) == set(days)


def test_quiet_hours_are_joined_and_the_newest_left_out():
    found = comparable(NOW, Guard(), hours_ago(1, 2, 5, 6, 7, 8, n=120))
    assert [each.n for each in found] == [240, 240]


def test_hours_since_it_became_strange_are_not_the_measure():
    guard = Guard(tight=True, since=(NOW - timedelta(hours=6)).timestamp())
    assert set(ages(comparable(NOW, guard, hours_ago(3, 5, 8, 9)))) == {8, 9}
