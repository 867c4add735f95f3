"""A store that another program can lock, which is how it is slow or away here, and a spool."""

import sqlite3
from contextlib import closing, contextmanager

import pytest

from triagebot.faults.mind import CountingMind
from triagebot.intake.accept import Intake
from triagebot.nodes.spooling import SpooledIntake
from triagebot.store.database import Database
from triagebot.store.spool import Spool

HELD = "消息已收到"


@pytest.fixture
async def store(sqlite_url, clock):
    opened = Database(sqlite_url, clock=clock, lock_seconds=0.3)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
def away(sqlite_url):
    """The store takes nothing while this is entered."""

    @contextmanager
    def lock():
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
            other.isolation_level = None
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    return lock


@pytest.fixture
def spool_folder(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def new_spool(spool_folder, clock):
    def make(max_bytes=10**8):
        return Spool(spool_folder, clock, max_bytes=max_bytes)

    return make


@pytest.fixture
def intake(store, clock):
    return Intake(store, CountingMind(), clock)


@pytest.fixture
async def spooled(store, intake, new_spool):
    door = SpooledIntake(intake, store, new_spool(), text=HELD, budget=0.2)
    await door.start()
    yield door
    await door.close()
    await intake.close()
