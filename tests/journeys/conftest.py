"""A real server process with the shipped intents, on a free port and a store of its own."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.chromium import close_browser
from triagebot.loadtest.address import free_port
from triagebot.models.history import Step, current_name, switch

START_SECONDS = 120


@dataclass
class ServerProcess:
    """`triagebot serve` in a folder of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str, code: int = 0) -> str:
        """Run one triagebot command in the server's folder and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "triagebot", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        """Start and wait until messages can be made durable."""
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "triagebot", "serve", "--port", str(self.port)],
            cwd=self.folder,
            env=self.environment,
            stdout=log,
            stderr=log,
        )
        log.close()
        for _ in range(START_SECONDS * 10):
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2):
                    return
            except (OSError, http.client.HTTPException):
                assert self.process.poll() is None, self.log()
                time.sleep(0.1)
        raise AssertionError(self.log())

    def stop(self) -> None:
        """Ask it to stop and wait until it has."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(60) == 0, self.log()

    def person(self, name: str, role: str = "agent") -> Person:
        """Somebody with a login, added if the server does not know them; not signed in."""
        if name not in self.passwords:
            printed = self.command("user", "add", name, "--role", role)
            self.passwords[name] = printed.split("password:")[1].strip()
        return Person(self.url, name, self.passwords[name])

    def signed_in(self, name: str) -> Person:
        """An agent of that name, signed in."""
        person = self.person(name)
        person.sign_in(person.name, person.password)
        return person

    def log(self) -> str:
        return (self.folder / "server.log").read_text(encoding="utf-8")


class Person:
    """Somebody with a browser's cookies, speaking JSON."""

    def __init__(self, url: str, name: str = "", password: str = "") -> None:
        self.url, self.name, self.password = url, name, password
        self.jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self._csrf = ""

    def sign_in(self, name: str, password: str) -> None:
        session = self.call("POST", "/api/v1/session", {"name": name, "password": password})
        self._csrf = session["csrf"]

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the JSON answer; an error answer fails the test with its text."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self._csrf}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with self._opener.open(request, timeout=60) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()!r}") from error
        return json.loads(content) if content else None

    def says(self, text: str) -> Any:
        """Send one chat message as a fan."""
        return self.call("POST", "/api/v1/chat", {"text": text})


def wait_for(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Return what `condition` gives once it is true; fail when it never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


@contextmanager
def running(
    folder: Path, models: Path, intents: Path, settings: str = ""
) -> Iterator[ServerProcess]:
    """A server whose folder holds intents, the promoted bundle and an empty store."""
    (folder / "triagebot.toml").write_text(settings, encoding="utf-8")
    shutil.copytree(intents, folder / "intents")
    shutil.copytree(models, folder / "models")
    # Promoted without the command, which takes seconds, but with its line in the history.
    name = current_name(models)
    assert name
    switch(folder / "models", Step("promote", name, "2024-11-11T20:00:00+00:00", "tests"))
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root, "PYTHONWARNINGS": "ignore"}
    server = ServerProcess(folder, free_port(), environment=environment)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module", autouse=True)
def one_browser() -> Iterator[None]:
    """A module's tests share the browser that the first of them opens."""
    yield
    close_browser()


@pytest.fixture(scope="module")
def server(tmp_path_factory, promoted_models, intents_folder):
    """The running server of a module: a test finds what those before it left there."""
    with running(tmp_path_factory.mktemp("server"), promoted_models, intents_folder) as server:
        yield server


@pytest.fixture
def fresh_server(tmp_path, promoted_models, intents_folder):
    """A running server of one test alone, for those that need an untouched one."""
    with running(tmp_path, promoted_models, intents_folder) as server:
        yield server


@pytest.fixture
def agent(server):
    """A signed-in agent."""
    return server.signed_in("xiaoli")


@pytest.fixture
def fan(server):
    """A fan on the chat page."""
    return Person(server.url)
