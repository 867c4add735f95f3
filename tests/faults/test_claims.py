"""Fifty agents at one list: nobody gets what another has, nothing is dropped."""

import pytest

from triagebot.faults import claims
from triagebot.faults.plan import Plan

ITEMS = 300


@pytest.mark.parametrize(("url", "nodes"), [("sqlite_url", 1), ("new_postgres_url", 2)])
async def test_each_conversation_is_resolved_once_by_who_held_it(request, url, nodes):
    urls = [request.getfixturevalue(url)] * nodes
    tally = await claims.run(Plan(ITEMS, 11), urls, url)
    assert tally.stored == ITEMS
    assert tally.figures["refused because another was first"] > 0
    assert (tally.lost, tally.doubled, tally.faults) == (0, 0, [])


async def test_taking_without_looking_shows(sqlite_url):
    tally = await claims.run(Plan(100, 11, planted="no check"), [sqlite_url], "SQLite")
    assert tally.doubled > 0
