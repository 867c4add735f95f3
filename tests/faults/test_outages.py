"""PostgreSQL killed and frozen under load over two nodes: what was acknowledged is all there."""

import pytest

from triagebot.errors import NothingToDo
from triagebot.faults import link, outages, postgres, upgrade
from triagebot.faults.tally import SLOWEST

pytest.importorskip("psycopg", reason="needs the extra `postgres`")


@pytest.fixture(autouse=True)
def _installed():
    try:
        postgres.binaries()
    except NothingToDo as error:
        pytest.skip(error.message)


def test_outages_lose_nothing_and_leave_no_gap(load):
    tally = outages.run(load(2, 11, rate=100, lengths=(4, 5), slowest=SLOWEST["upgrade"]))
    assert tally.rounds == 2
    assert tally.acked > 500
    assert tally.figures["acknowledged from a spool"] > 100
    assert tally.figures["nodes killed meanwhile"] == 1
    assert (tally.lost, tally.different, tally.doubled, tally.faults) == (0, 0, 0, [])


def test_a_line_that_is_slow_or_cut_loses_nothing(load):
    slowest = SLOWEST["upgrade"]
    tally = link.run(load(2, 11, rate=50, lengths=(2, 2), slowest=slowest))
    assert tally.acked > 100
    assert tally.figures["acknowledged from a spool"] > 10
    assert (tally.lost, tally.different, tally.doubled, tally.faults) == (0, 0, 0, [])


def test_an_upgrade_under_load_loses_nothing_and_keeps_nobody_waiting(load):
    tally = upgrade.run(load(1, 11, rate=50, lengths=(3, 3)))
    assert tally.acked > 100
    assert tally.figures["acknowledged from a spool"] > 10
    assert (tally.lost, tally.different, tally.doubled, tally.faults) == (0, 0, 0, [])


def test_a_spool_that_forgets_shows(load):
    tally = outages.run(load(1, 11, rate=100, lengths=(3, 4), planted="forgetful"))
    assert tally.lost > 0
