"""A node that waits for a migration to end takes no connections: fans must reach the others."""

import socket

import psycopg
import pytest

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


@pytest.mark.timeout(240)
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
