import io

import pytest

from triagebot.loadtest.lines import Shot
from triagebot.loadtest.plan import Plan
from triagebot.loadtest.result import figures
from triagebot.loadtest.tally import Tally
from triagebot.loadtest.usage import Usage


@pytest.mark.parametrize(
    ("seconds", "rss", "grown"),
    [
        (2400, lambda at: 200e6, 0.0),
        (2400, lambda at: 200e6 + min(at, 1200) * 1e5, 0.0),
        (2400, lambda at: 200e6 + at * 1e6 / 3600, 1.0),
        (600, lambda at: 200e6 + at * 1e6, None),
    ],
    ids=["level", "only at first", "a leak", "too short to say"],
)
def test_a_leak_is_told_from_caches_that_fill(seconds, rss, grown):
    tally = Tally(1, 1, io.StringIO(), lambda body: body)
    for at in range(seconds):
        tally.second(at).rss = int(rss(at))
    plan = Plan(["你好"], 1, 1.0, 1_700_000_000, "abc")
    assert figures(plan, tally, None, Usage(1))["rss_mb_per_hour"] == pytest.approx(grown)


def test_the_waits_of_a_whole_run_are_those_of_its_seconds():
    tally = Tally(100, 1, io.StringIO(), lambda body: body)
    assert tally.latencies.quantile(0.5) == 0
    for place in range(100):  # the slowest in the seconds between
        took = 2.0 if place % 10 == 5 else 0.01 + place / 1e4
        tally.end(Shot(place, "fan", 0.0, b""), 200, float(place), place + took)
    found = [tally.latencies.quantile(share) for share in (0.5, 0.9, 0.95, 1.0)]
    assert found == pytest.approx([0.0155, 0.0199, 2.0, 2.0], rel=0.02)
