from datetime import timedelta

import pytest
from sqlalchemy import select

from triagebot.domain.agent import Role
from triagebot.errors import Conflict, NotFound
from triagebot.store import agents
from triagebot.store.tables import api_token, session


@pytest.fixture
async def signed_in(any_database, people, clock):
    until = clock() + timedelta(hours=8)
    agent = people[0]
    await any_database.write(agents.open_session, agent.id, "token", "csrf", clock(), until)
    return agent


async def test_people_are_found_by_name(any_database, people):
    found = await any_database.read(agents.find, "小周")
    assert found == (people[1], "hash")
    assert await any_database.read(agents.find, "nobody") is None
    assert {agent.name for agent in await any_database.read(agents.everybody)} == {
        "小林",
        "小周",
        "小吴",
    }


async def test_a_name_is_one_persons(any_database, people, clock):
    with pytest.raises(Conflict):
        await any_database.write(agents.add, "小林", Role.LEAD, "hash", clock())


async def test_people_change(any_database, people):
    await any_database.write(agents.set_role, people[0].id, Role.ADMIN)
    agent = await any_database.write(agents.set_language, people[0].id, "en")
    assert (agent.role, agent.language, agent.disabled) == (Role.ADMIN, "en", False)
    with pytest.raises(NotFound):
        await any_database.write(agents.set_role, 404, Role.ADMIN)


async def test_a_session_lasts_until_it_ends(any_database, signed_in, clock):
    row = await any_database.read(agents.session_of, "token", clock())
    assert row is not None
    assert (row.agent, row.csrf) == (signed_in, "csrf")
    assert await any_database.read(agents.session_of, "other", clock()) is None
    assert await any_database.write(agents.prune_sessions, clock()) == 0
    clock.forward(hours=8)
    assert await any_database.read(agents.session_of, "token", clock()) is None
    assert await any_database.write(agents.prune_sessions, clock()) == 1


@pytest.mark.parametrize(
    "ending",
    [
        lambda agent: (agents.close_session, "token"),
        lambda agent: (agents.set_password, agent.id, "new"),
        lambda agent: (agents.set_disabled, agent.id, True),
    ],
    ids=["sign out", "new password", "disabled"],
)
async def test_a_session_can_be_ended(any_database, signed_in, clock, ending):
    await any_database.write(*ending(signed_in))
    assert await any_database.read(agents.session_of, "token", clock()) is None


async def test_tokens_speak_for_a_person_until_revoked(any_database, people, clock):
    agent = people[0]
    row = await any_database.write(agents.add_token, agent.id, "export", "secret", clock())
    assert await any_database.read(agents.agent_of_token, "secret") == agent
    assert await any_database.read(agents.tokens, agent.id) == [row]
    await any_database.write(agents.set_disabled, agent.id, True)
    assert await any_database.read(agents.agent_of_token, "secret") is None
    await any_database.write(agents.set_disabled, agent.id, False)
    with pytest.raises(NotFound):
        await any_database.write(agents.revoke_token, people[1].id, row.id, clock())
    await any_database.write(agents.revoke_token, agent.id, row.id, clock())
    assert await any_database.read(agents.agent_of_token, "secret") is None
    assert await any_database.read(agents.tokens, agent.id) == []


async def test_no_secret_is_stored_as_it_is(any_database, signed_in, clock):
    await any_database.write(agents.add_token, signed_in.id, "export", "secret", clock())

    def stored(connection):
        return [
            len(connection.execute(select(table.c.token_hash)).scalar_one())
            for table in (session, api_token)
        ]

    assert await any_database.read(stored) == [64, 64]
