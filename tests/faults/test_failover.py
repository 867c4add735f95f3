"""The primary of three dies or is cut off: Patroni puts another in place, and nothing is lost."""

import pytest

from triagebot.errors import NothingToDo
from triagebot.faults import failover, parted, patroni

pytest.importorskip("psycopg", reason="needs the extra `postgres`")


@pytest.mark.parametrize("what", [failover, parted], ids=["dies", "is cut off"])
def test_a_failover_loses_nothing(load, what):
    try:
        patroni.PatroniCluster().remove()
        tally = what.run(load(1, 11, rate=50))
    except NothingToDo as error:
        pytest.skip(error.message)
    assert tally.acked > 500
    assert tally.figures["acknowledged from a spool"] > 100
    assert (tally.lost, tally.different, tally.doubled, tally.faults) == (0, 0, 0, [])
