import asyncio

import pytest

from triagebot.intake.pace import LINGER, RUSH_LINGER, Pace
from triagebot.store import messages

COMING = {
    "one alone": ([5.0], 0.0),
    "the first of many": ([5.0, 5.001, 5.002], 0.0),
    "a quiet night, one a second": ([float(second) for second in range(100)], 0.0),
    "a steady stream": ([5.0 + place * 0.0025 for place in range(400)], LINGER),
    "a rush": ([5.0 + place * 0.0003 for place in range(400)], RUSH_LINGER),
    "a stream that has ended": ([*(5.0 + place * 0.0025 for place in range(400)), 8.0], 0.0),
}


@pytest.mark.parametrize(("moments", "linger"), COMING.values(), ids=COMING)
def test_a_message_waits_only_where_the_next_is_about_to_come(moments, linger):
    pace = Pace()
    for moment in moments:
        pace.came(moment)
    assert pace.linger == linger


async def test_what_still_waits_for_the_next_is_stored_when_the_server_goes(
    intake, inbound, any_database
):
    await asyncio.gather(*(intake.accept(inbound(str(number))) for number in range(100)))
    last = inbound("最后一条")
    waiting = asyncio.ensure_future(intake.accept(last))
    await asyncio.sleep(0)
    await intake.close()
    outcome = await waiting
    row = await any_database.read(messages.get, outcome.message_id)
    assert row.text == last.text
