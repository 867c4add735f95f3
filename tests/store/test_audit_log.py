from triagebot.store import audit_log


async def test_deeds_are_read_newest_first_page_by_page(any_database, clock):
    for number in range(5):
        await any_database.write(
            audit_log.note,
            audit_log.by_agent(7),
            f"deed {number}",
            clock.forward(seconds=1),
            detail={"n": str(number)},
        )
    first = await any_database.read(audit_log.newest, 3)
    rest = await any_database.read(audit_log.newest, 3, first[-1].id)
    assert [row.what for row in first + rest] == [f"deed {n}" for n in (4, 3, 2, 1, 0)]
    assert (first[0].at, first[0].who, first[0].detail) == (clock(), "agent:7", {"n": "4"})
