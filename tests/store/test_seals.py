"""Whatever is done to the log of deeds afterwards is noticed; old ones may be forgotten."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from triagebot.cli import group
from triagebot.doctor import watching
from triagebot.doctor.findings import State
from triagebot.store import audit_log, retention, seals


async def seal_nine(database, clock):
    """Write nine deeds and seal them by threes."""
    made = []
    for number in range(9):
        detail = {"conversation": str(number)}
        await database.write(audit_log.note, "agent:1", "resolve", clock(), detail=detail)
        if number % 3 == 2:
            made.append(await database.write(seals.add, clock.forward(minutes=2)))
    return made


async def problems(database, clock):
    return (await database.read(seals.check, clock())).problems


def run(sql):
    return lambda connection: connection.execute(text(sql)) and None


async def test_each_deed_is_sealed_once_and_the_newest_wait(any_database, clock):
    made = await seal_nine(any_database, clock)
    assert [(each.last_id, each.deeds) for each in made] == [(3, 3), (6, 3), (9, 3)]
    await any_database.write(audit_log.note, "agent:1", "resolve", clock())
    assert await any_database.write(seals.add, clock()) is None
    chain = await any_database.read(seals.check, clock())
    assert chain.problems == ()
    assert chain.wholes == tuple(each.whole for each in made)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE audit_log SET who = 'agent:2' WHERE id = 5", "deeds 4 to 6"),
        ("UPDATE audit_log SET detail = '{}' WHERE id = 1", "deeds 1 to 3"),
        ("UPDATE audit_log SET at = at + 1 WHERE id = 9", "deeds 7 to 9"),
        ("DELETE FROM audit_log WHERE id = 5", "deeds 4 to 6"),
        ("DELETE FROM audit_log WHERE id <= 3", "deeds 1 to 3"),
        ("UPDATE audit_log SET id = 0 WHERE id = 4", "deeds 4 to 6"),
        ("UPDATE seal SET deeds = 'made anew' WHERE last_id = 6", "the seal of deeds 4 to 6"),
        ("UPDATE seal SET at = 0 WHERE last_id = 3", "the seal of deeds 1 to 3"),
        ("DELETE FROM seal WHERE last_id = 3", "the seal of deeds 1 to 6"),
    ],
)
async def test_what_was_changed_is_named(database, sqlite_url, clock, sql, named):
    await seal_nine(database, clock)
    assert await problems(database, clock) == ()
    assert watching.deeds(sqlite_url, clock()).state is State.OK
    await database.write(run(sql))
    found = await problems(database, clock)
    assert any(problem.startswith(named) for problem in found), found
    assert watching.deeds(sqlite_url, clock()).state is State.FAIL


async def test_old_deeds_are_forgotten_by_whole_seals(any_database, clock):
    await seal_nine(any_database, clock)
    clock.now += timedelta(days=200)
    await any_database.write(audit_log.note, "agent:1", "resolve", clock())
    await any_database.write(seals.add, clock.forward(minutes=2))
    before = clock() - timedelta(days=seals.LEAST_LOG_DAYS)
    assert await any_database.write(retention.forget_deeds, before) == 9
    assert await problems(any_database, clock) == ()
    await any_database.write(run("DELETE FROM audit_log"))
    gone = ("deeds 10 to 10 are not as they were sealed",)
    assert await problems(any_database, clock) == gone


async def test_a_chain_that_was_made_anew_lacks_the_seals_of_the_log(database, sqlite_url, clock):
    await database.write(audit_log.note, "agent:1", "erase_fan", clock())
    first = await database.write(seals.add, clock.forward(minutes=2))
    check = [f"--set=database.url={sqlite_url}", "db", "check", f"--seal={first.whole}"]
    kept = CliRunner().invoke(group, check, obj={})
    assert (kept.exit_code, first.whole in kept.output) == (0, True)
    await database.write(run("DELETE FROM seal"))
    await database.write(run("UPDATE audit_log SET who = 'x'"))
    await database.write(seals.add, clock.forward(minutes=2))
    assert await problems(database, clock) == ()
    gone = CliRunner().invoke(group, check, obj={}).exception
    assert "not there any more" in str(gone)
