"""Fifty agents at one list: nobody gets what another has, nothing is dropped."""

import pytest

from triagebot.faults import claims

ITEMS = 300


@pytest.mark.parametrize(("url", "nodes"), [("sqlite_url", 1), ("new_postgres_url", 2)])
async def test_each_conversation_is_resolved_once_by_who_held_it(request, url, nodes):
    urls = [request.getfixturevalue(url)] * nodes
    tally = await claims.run(urls, ITEMS, 11, engine=url)
    assert tally.stored == ITEMS
    assert tally.figures["refused because another was first"] > 0
    assert (tally.lost, tally.doubled, tally.faults) == (0, 0, [])


async def test_taking_without_looking_shows(sqlite_url):
    tally = await claims.run([sqlite_url], 100, 11, engine="SQLite", planted="no check")
    assert tally.doubled > 0
