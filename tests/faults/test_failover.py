"""The primary of three dies under load: Patroni puts another in place, and nothing is lost."""

import pytest

from triagebot.errors import NothingToDo
from triagebot.faults import failover, patroni

pytest.importorskip("psycopg", reason="needs the extra `postgres`")


@pytest.mark.timeout(300)
def test_a_failover_loses_nothing(tmp_path, promoted_models):
    try:
        patroni.PatroniCluster().remove()
    except NothingToDo as error:
        pytest.skip(error.message)
    tally = failover.run(1, 11, tmp_path, promoted_models, rate=50)
    assert tally.acked > 500
    assert tally.figures["acknowledged from a spool"] > 100
    assert (tally.lost, tally.different, tally.doubled, tally.faults) == (0, 0, 0, [])
