from datetime import timedelta

import pytest

from triagebot.store import first_replies, hour_counts

WEEK = timedelta(days=7)


async def counted(database, now):
    while await database.write(hour_counts.count_new, now, 3):
        pass


async def test_counts_add_up_however_often_they_are_made(any_database, record, inbound, clock):
    await record(*(inbound(f"第 {i} 条") for i in range(7)))
    clock.forward(minutes=10)
    await counted(any_database, clock())
    await record(inbound("再来一条"))
    clock.forward(minutes=10)
    await counted(any_database, clock())
    await counted(any_database, clock())
    now = clock()
    rows = await any_database.read(hour_counts.between, now - WEEK, now + WEEK)
    assert sum(row.count for row in rows) == 8


async def test_an_hour_belongs_to_the_period_that_holds_its_start(
    any_database, record, inbound, clock
):
    await record(inbound("你好"))
    began = clock().replace(minute=0)
    clock.forward(hours=2)
    await counted(any_database, clock())
    read = any_database.read
    assert len(await read(hour_counts.between, began, began + timedelta(hours=1))) == 1
    assert not await read(hour_counts.between, began - WEEK, began)
    assert not await read(hour_counts.between, began + timedelta(hours=1), began + WEEK)


@pytest.mark.parametrize("minutes", [-10_000, 0, 3, 10_000])
async def test_halving_finds_the_first_message_of_a_period(
    any_database, record, inbound, clock, minutes
):
    for _ in range(9):
        clock.forward(minutes=1)
        await record(inbound("你好"))
    moment = clock() - timedelta(minutes=8) + timedelta(minutes=minutes)

    def least(connection):
        sql = "SELECT coalesce(min(id), 10) FROM message WHERE received_at >= "
        ms = int(moment.timestamp() * 1000)
        return connection.exec_driver_sql(f"{sql}{ms}").scalar()

    assert await any_database.read(first_replies.first_id, moment) == await any_database.read(least)
