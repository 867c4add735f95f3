"""The store says how far it is, by a commit; one that is less far than before is not written."""

import pytest

from triagebot.store import heartbeat


async def test_it_only_grows(any_database):
    first = await any_database.write(heartbeat.beat, 0)
    second = await any_database.write(heartbeat.beat, first)
    assert second > first


async def test_one_that_went_back_is_noticed_and_stays_so(any_database):
    place = await any_database.write(heartbeat.beat, 0)
    for _ in range(3):
        with pytest.raises(heartbeat.WentBack):
            await any_database.write(heartbeat.beat, place + 10**12)
    assert await any_database.write(heartbeat.beat, place) > 0
