"""A real PostgreSQL server with files of its own, to be killed, frozen and brought back."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg

from triagebot.errors import Busy, NothingToDo
from triagebot.loadtest.address import free_port

USER = "postgres"
START_SECONDS = 60.0


class PostgresServer:
    """`initdb` and `postgres` on loopback, durable as in production; root runs it as `postgres`.

    Raises `NothingToDo` where PostgreSQL is not installed.
    """

    def __init__(self) -> None:
        self._bin = binaries()
        # Not in a folder of the caller's, which the server's user may not be able to enter.
        self._folder = Path(tempfile.mkdtemp(prefix="triagebot-postgres-"))
        self._folder.chmod(0o755)
        self._data = self._folder / "data"
        self._log = self._folder / "postgres.log"
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._data.mkdir()
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            os.chown(self._data, user.pw_uid, user.pw_gid)
        self._run("initdb", "-D", str(self._data), "-U", USER, "--auth=trust", "--encoding=utf8")

    @property
    def url(self) -> str:
        """The database's address."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self._port}/postgres"

    @property
    def plain_url(self) -> str:
        """The same for the driver alone."""
        return self.url.replace("+psycopg", "")

    def start(self) -> float:
        """Start it and return the seconds until it answers; also after a crash."""
        began = time.monotonic()
        arguments = ["-D", str(self._data), "-h", "127.0.0.1", "-p", str(self._port), "-k", ""]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own server
                [self._bin / "postgres", *arguments], stdout=log, stderr=log, user=_user()
            )
        while time.monotonic() - began < START_SECONDS:
            with suppress(psycopg.Error), psycopg.connect(self.plain_url, connect_timeout=2):
                return time.monotonic() - began
            time.sleep(0.05)
        raise Busy(f"PostgreSQL did not start:\n{self._log.read_text()[-2000:]}")

    def kill(self) -> None:
        """End all its processes between two instructions."""
        self._signal(signal.SIGKILL)
        self._wait()

    def freeze(self) -> None:
        """Let it neither answer nor break its lines, as a machine that hangs."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it in order."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._wait()

    def remove(self) -> None:
        """End it in any state and delete its files."""
        self.kill()
        shutil.rmtree(self._folder)

    def _wait(self) -> None:
        if self._process:
            self._process.wait(30)
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        # The first has all others as children; stopped first, it makes no new ones.
        for pid in (self._process.pid, *process_children(self._process.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - our own server
            [self._bin / program, *arguments], check=True, capture_output=True, user=_user()
        )


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs. Raises `NothingToDo` when there is none."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    raise NothingToDo("PostgreSQL's programs are not on this machine (initdb, postgres).")


def _user() -> str | None:
    return USER if os.geteuid() == 0 else None


def process_children(pid: int) -> Iterator[int]:
    """Yield the processes that a process started itself."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name stands in brackets and may hold anything.
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                yield int(status.parent.name)
