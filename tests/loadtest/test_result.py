import io

import pytest

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
