"""A node that waits for its store takes no connections: fans must reach the others."""

import socket
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from triagebot.faults.planted import program
from triagebot.faults.process import ServerProcess
from triagebot.faults.upgrade import wait_for_node
from triagebot.store.schema import MIGRATION_LOCK


@pytest.fixture
def migrating(new_postgres_url):
    """A connection that holds what a migration holds."""
    with psycopg.connect(new_postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
        yield connection


def is_open(port):
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(("planted", "takes"), [("", False), ("listens early", True)])
def test_nobody_waits_at_a_node_that_starts(
    tmp_path, promoted_models, new_postgres_url, migrating, planted, takes
):
    node = ServerProcess(tmp_path, promoted_models, program(planted), database=new_postgres_url)
    node.launch()
    try:
        wait_for_node(migrating)
        assert is_open(node.port) is takes
        migrating.commit()
        node.wait_until_ready()
    finally:
        node.kill()


@pytest.fixture
def door(new_postgres_url):
    """A folder that is not there, to which the database's socket can be linked, and its URL."""
    url = make_url(new_postgres_url)
    with tempfile.TemporaryDirectory(prefix="door-") as folder:
        path = Path(folder) / "door"
        moved = url.update_query_dict({"host": str(path)}).render_as_string(hide_password=False)
        yield path, Path(url.query["host"]), moved


def wait_for_word(node, word, times):
    ends = time.monotonic() + 60
    while node.log().count(word) < times and time.monotonic() < ends:
        time.sleep(0.05)
    assert node.log().count(word) >= times


def test_a_node_waits_for_a_store_that_is_away_and_can_be_told_to_end(
    tmp_path, promoted_models, door
):
    path, socket_folder, url = door
    node = ServerProcess(tmp_path, promoted_models, database=url)
    node.launch()
    try:
        wait_for_word(node, "takes no messages and tries again", 2)
        assert not is_open(node.port)
        path.symlink_to(socket_folder)
        node.wait_until_ready()
        path.unlink()
        assert node.stop() == 0
        said = node.log().count("tries again")
        node.launch()
        wait_for_word(node, "takes no messages and tries again", said + 1)
        assert node.stop() == 0
    finally:
        node.kill()
