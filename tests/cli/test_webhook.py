"""`triagebot webhook`: added with a secret shown once, tested, listed, removed."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from triagebot.programs.signing import SIGNATURE, is_ours

PRIVATE = ("--set", "webhooks.allow_private=true")


@pytest.fixture
def listening():
    """Somebody who listens on loopback; answers 200, and keeps what came."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_lives(run, tmp_path, listening):
    url, got = listening
    (tmp_path / "var").mkdir()
    assert run("webhook", "add", url).code == 3
    made = run("--json", *PRIVATE, "webhook", "add", url, "--on", "handoff").json
    assert (made["subscriptions"], made["state"]) == (["handoff"], "works")
    tried = run("--json", *PRIVATE, "webhook", "test", made["id"]).json
    assert tried == {"taken": True, "status": 200, "error": ""}
    ((headers, body),) = got
    from datetime import UTC, datetime

    assert is_ours(made["secret"], body, headers[SIGNATURE], datetime.now(UTC))
    assert made["secret"] not in run("--json", "webhook", "list").output
    assert run("webhook", "test", made["id"]).code == 7
    assert run("webhook", "enable", made["id"]).code == 0
    assert run("webhook", "remove", made["id"]).code == 0
    assert run("webhook", "remove", made["id"]).code == 5
    assert run("--json", "webhook", "list").json == []
