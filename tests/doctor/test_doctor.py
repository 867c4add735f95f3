"""The doctor finds what is wrong, says what to do, and is quiet where all is well."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from triagebot.cli import group
from triagebot.doctor import machine, people, spool, store, watching, wechat
from triagebot.doctor.findings import State
from triagebot.domain.agent import Role
from triagebot.domain.change import Change
from triagebot.models.drift import Guard, Signal
from triagebot.models.history import current_name
from triagebot.models.shadow import Shadowed
from triagebot.store import agents, drifts, second_factors, shadows
from triagebot.store.following import Heard, Stretch
from triagebot.store.spool import Spool

APPID = "--set=wechat.main.appid=wx0123456789abcdef"


def run(folder, models, *options):
    arguments = [
        "--json",
        f"--set=database.url=sqlite:///{folder / 'store' / 'triagebot.db'}",
        f"--set=models.dir={models}",
    ]
    return CliRunner().invoke(group, [*arguments, *options], obj={})


def states(result):
    return {found["what"]: found["state"] for found in json.loads(result.output)["findings"]}


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "token"
    path.write_text("words-that-nobody-knows", encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_sound_installation_has_no_failure(tmp_path, promoted_models, secret):
    account = [
        "--set=wechat.main.appid=wx0123456789abcdef",
        f"--set=wechat.main.token_file={secret}",
    ]
    result = run(tmp_path, promoted_models, *account, "doctor", "--strict")
    assert result.exit_code == 0, result.output
    found = states(result)
    assert "fail" not in found.values()
    assert found["secret wechat.main.token_file"] == "ok"
    assert "words-that-nobody-knows" not in result.output


@pytest.mark.parametrize(
    ("damage", "what", "state"),
    [
        (lambda secret: secret.chmod(0o644), "secret wechat.main.token_file", "warn"),
        (lambda secret: secret.write_text(""), "secret wechat.main.token_file", "fail"),
        (lambda secret: secret.unlink(), "secret wechat.main.token_file", "fail"),
    ],
    ids=["for others to read", "empty", "away"],
)
def test_a_secret_file_at_fault_is_named(tmp_path, promoted_models, secret, damage, what, state):
    damage(secret)
    account = [
        "--set=wechat.main.appid=wx0123456789abcdef",
        f"--set=wechat.main.token_file={secret}",
    ]
    assert states(run(tmp_path, promoted_models, *account, "doctor"))[what] == state


def test_no_model_and_a_plain_account_fail_when_strict(tmp_path):
    account = [APPID, "--set=wechat.main.mode=plain"]
    result = run(tmp_path, tmp_path / "none", *account, "doctor", "--strict")
    assert result.exception.exit_code == 4
    found = json.loads(result.output.splitlines()[0])["findings"]
    failed = {finding["what"]: finding["do"] for finding in found if finding["state"] == "fail"}
    assert failed.keys() == {"model", "wechat main"}
    assert all(failed.values())


@pytest.fixture
async def store_file(sqlite_url, database):
    await database.close()
    return Path(sqlite_url.removeprefix("sqlite:///"))


def test_a_store_that_others_may_read_is_found(sqlite_url, store_file):
    store_file.chmod(0o644)
    _, file = store.sqlite_store(sqlite_url)
    assert (file.state, file.do) == (State.WARN, f"chmod 600 {store_file}*")


def test_a_damaged_store_is_found(sqlite_url, store_file):
    assert [finding.state for finding in store.sqlite_store(sqlite_url)] == [State.OK]
    content = bytearray(store_file.read_bytes())
    content[4096:8192] = bytes(4096)
    store_file.write_bytes(content)
    assert [finding.state for finding in store.sqlite_store(sqlite_url)] == [State.FAIL]


def test_postgres_is_asked_how_durable_it_is(new_postgres_url, clock):
    found = {finding.what: finding for finding in store.postgres_store(new_postgres_url, clock)}
    assert found["store full_page_writes"].state is State.OK
    assert found["store fsync"].state is State.FAIL  # as the tests have it
    assert found["store standby"].state is State.WARN
    assert found["clock"].state is State.FAIL  # the test's clock stands still, years ago


def test_a_postgres_that_is_away_fails(clock):
    pytest.importorskip("psycopg")
    (finding,) = store.postgres_store("postgresql://x@127.0.0.1:1/none", clock)
    assert (finding.what, finding.state) == ("store", State.FAIL)


async def test_a_spool_says_what_waits_and_what_was_given_up(tmp_path, inbound, clock):
    opened = Spool(tmp_path, clock, max_bytes=10**7)
    await opened.start()
    assert [finding.state for finding in spool.spool(tmp_path)] == [State.OK]
    for _ in range(3):
        await opened.keep(inbound())
    await opened.close()
    with closing(sqlite3.connect(tmp_path / "0" / "spool.db")) as file, file:
        file.execute("UPDATE spooled SET attempts = 3 WHERE id = 1")
    found = spool.spool(tmp_path)
    assert [(finding.state, finding.words[:1]) for finding in found] == [
        (State.FAIL, "1"),
        (State.WARN, "2"),
    ]


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, State.OK), (-4, State.OK), (20, State.WARN), (-90, State.FAIL)]
)
def test_clocks_are_compared(clock, seconds, state):
    theirs = clock() + timedelta(seconds=seconds)
    assert machine.clock("another", clock(), theirs).state is state


def test_an_api_that_cannot_be_reached_fails(clock):
    settings = wechat.AccountSettings("main", "safe", "http://127.0.0.1:1", has_secret=True)
    assert [finding.state for finding in wechat.reach(settings, clock)] == [State.FAIL]


@pytest.mark.parametrize("tight", [False, True])
async def test_drift_is_told_while_the_bot_is_more_careful(sqlite_url, database, clock, tight):
    signals = (Signal("unknown", "", 0.4, 0.1),) if tight else ()
    guard = Guard(tight=tight, since=clock().timestamp(), signals=signals)
    await database.write(drifts.put_guard, msgspec.json.encode(guard).decode(), clock())
    (found,) = watching.drift(sqlite_url)
    assert found.state is (State.WARN if tight else State.OK)
    assert ("unknown words" in found.words) is tight


async def test_a_candidate_in_the_shadow_is_told_with_what_it_would_change(
    tmp_path, sqlite_url, database, clock, promoted_models
):
    models = tmp_path / "models"
    shutil.copytree(promoted_models, models)
    assert watching.shadow(models, sqlite_url) == []
    base = current_name(models)
    shadowed = Shadowed("m-next", "2026-01-01T00:00:00Z", "test")
    (models / "shadow.json").write_bytes(msgspec.json.encode(shadowed))
    assert [found.state for found in watching.shadow(models, sqlite_url)] == [State.WARN]
    (models / "m-next").mkdir()
    (nothing,) = watching.shadow(models, sqlite_url)
    assert "no message" in nothing.words
    heard = [Heard(number, "wechat:main", "什么时候发货") for number in (1, 2, 3)]
    changes = [Change("a", "b", 2, 1.0, (1, 2))]
    names = ("m-next", base)
    await database.write(shadows.add, names, Stretch(heard, 0, 3), changes, clock())
    (found,) = watching.shadow(models, sqlite_url)
    assert (found.state, "2 of 3" in found.words) == (State.OK, True)


def test_a_store_without_our_tables_is_not_taken_for_calm(sqlite_url):
    Path(sqlite_url.removeprefix("sqlite:///")).touch()
    assert [found.state for found in watching.drift(sqlite_url)] == [State.WARN]


async def test_an_admin_with_a_password_alone_is_told_of(database, tmp_path):
    def look(rule):
        found = people.second_factors_of_admins(f"sqlite:///{tmp_path / 'triagebot.db'}", rule)
        return found.state, found.words

    assert look("optional")[0] is State.OK
    now = database.clock()
    boss = await database.write(agents.add, "boss", Role.ADMIN, "hash", now)
    await database.write(agents.add, "li", Role.AGENT, "hash", now)
    told = (State.WARN, "1 of 1 sign in with a password alone")
    assert look("optional") == look("admins") == told
    url = f"sqlite:///{tmp_path / 'triagebot.db'}"
    await database.write(second_factors.begin, boss.id, "A" * 32, now)
    assert look("admins") == told, "what is not confirmed does not count"
    assert people.beside_passwords(url) == []
    await database.write(agents.add_token, boss.id, "crm", "tb_1", now)
    await database.write(second_factors.confirm, boss.id, 1, now)
    secrets, tokens = people.beside_passwords(url)
    assert secrets.words.startswith("1; their secrets lie in the store, in clear")
    assert tokens.words.startswith("1 let programs in without a code, 1 of them as an admin")
    assert look("admins")[0] is State.OK
    assert look("off")[0] is State.WARN
