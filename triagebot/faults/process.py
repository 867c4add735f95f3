"""A real server process in a folder of its own, with one WeChat account in clear text."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import triagebot
from triagebot.errors import Busy
from triagebot.loadtest.address import free_port

ACCOUNT = "fault"
APPID = "wx0123456789abcdef"
ORIGINAL_ID = "gh_0123456789ab"
TOKEN = "faults0token"  # noqa: S105 - of a server that lives for a moment on loopback
PROGRAM = (sys.executable, "-m", "triagebot")
START_SECONDS = 120.0
LIKE_INSTALLED = {"PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": ""}
"""An installed program is compiled; from a folder of sources Python may have been told not to."""


@dataclass
class ServerProcess:
    """`triagebot serve` on loopback, with the models of another folder.

    `database` is the URL of a shared store; without one the server has a SQLite file of its own.
    """

    folder: Path
    models: Path
    program: Sequence[str] = PROGRAM
    database: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The callback."""
        return f"http://127.0.0.1:{self.port}/wechat/{ACCOUNT}"

    @property
    def store(self) -> Path:
        """The SQLite file."""
        return self.folder / "triagebot.db"

    def launch(self) -> None:
        """Start the process; it is not ready yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        token = self.folder / "token"
        token.write_text(TOKEN, encoding="utf-8")
        settings = {
            "database.url": self.database or f"sqlite:///{self.store}",
            "spool.dir": str(self.folder / "spool"),
            "models.dir": str(self.models.resolve()),
            f"wechat.{ACCOUNT}.appid": APPID,
            f"wechat.{ACCOUNT}.mode": "plain",
            f"wechat.{ACCOUNT}.token_file": str(token),
            **self.settings,
        }
        options = [f"--set={name}={value}" for name, value in settings.items()]
        home = str(Path(triagebot.__file__).parents[1])
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [*self.program, *options, "serve", "--port", str(self.port)],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": home, **LIKE_INSTALLED},
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> float:
        """Return the seconds until a message could be made durable. Raises `Busy` if never."""
        began = time.monotonic()
        address = f"http://127.0.0.1:{self.port}/readyz"
        while time.monotonic() - began < START_SECONDS:
            with (
                contextlib.suppress(OSError, HTTPException),
                urllib.request.urlopen(address, timeout=2),
            ):
                return time.monotonic() - began
            if self.process is None or self.process.poll() is not None:
                raise Busy(f"The server did not start:\n{self.log()[-2000:]}")
            time.sleep(0.02)
        raise Busy("The server did not become ready.")

    def metrics(self) -> list[str]:
        """Return the lines of its numbers; none while it does not answer."""
        address = f"http://127.0.0.1:{self.port}/metrics"
        with (
            contextlib.suppress(OSError, HTTPException),
            urllib.request.urlopen(address, timeout=5) as response,
        ):
            return str(response.read(), "utf-8").splitlines()
        return []

    def kill(self) -> None:
        """End it between two instructions, as a crash or the system would."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def stop(self) -> int:
        """Ask it to end and return its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def log(self) -> str:
        """Return all that it has printed."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")
