"""Three PostgreSQL servers under Patroni, any of which can die with its machine or be cut off.

One etcd stands for the three of a real cluster: what is tried here is the database.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import psycopg

from triagebot.errors import Busy, NothingToDo
from triagebot.faults.networks import Networks
from triagebot.faults.patroni_member import Member
from triagebot.faults.postgres import USER, binaries, process_children
from triagebot.loadtest.address import free_port

LOOPBACK = "127.0.0.1"
MEMBERS = 3
START_SECONDS = 180.0


class PatroniCluster:
    """A primary and two standbys, of which one has every commit before it is acknowledged.

    They are on loopback, or each in one of `networks`.

    Raises `NothingToDo` where Patroni (4.1 or later), etcd or PostgreSQL is not installed.
    """

    def __init__(self, networks: Networks | None = None) -> None:
        self.networks = networks
        self._middle = networks.middle if networks else LOOPBACK
        self._hosts = [networks.address(n) if networks else LOOPBACK for n in range(MEMBERS)]
        self._bin = binaries()
        self._patroni, self._etcd_program = _program("patroni"), _program("etcd")
        self._folder = Path(tempfile.mkdtemp(prefix="triagebot-patroni-"))
        self._folder.chmod(0o755)
        self._etcd_port, self._peer_port = free_port(), free_port()
        self._ports = [free_port() for _ in range(MEMBERS)]
        self._rest = [free_port() for _ in range(MEMBERS)]
        self._apis = [f"{h}:{p}" for h, p in zip(self._hosts, self._rest, strict=True)]
        self._etcd: subprocess.Popen[bytes] | None = None
        self._members: list[subprocess.Popen[bytes] | None] = [None] * MEMBERS

    @property
    def url(self) -> str:
        """The address of whichever member takes writes."""
        return self.plain_url.replace("postgresql:", "postgresql+psycopg:")

    @property
    def plain_url(self) -> str:
        """The same for the driver alone."""
        hosts, ports = ",".join(self._hosts), ",".join(map(str, self._ports))
        where = f"host={hosts}&port={ports}&target_session_attrs=read-write"
        return f"postgresql://{USER}@/postgres?{where}"

    def start(self) -> float:
        """Start everything and return the seconds until there are a primary and two standbys."""
        began = time.monotonic()
        client = f"http://{self._middle}:{self._etcd_port}"
        peer = f"http://{self._middle}:{self._peer_port}"
        self._etcd = self._run(
            "etcd",
            [self._etcd_program, "--name=e", f"--data-dir={self._own('etcd')}",
             f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
             f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
             f"--initial-cluster=e={peer}"],
        )  # fmt: skip
        for number in range(MEMBERS):
            self.bring_back(number)
        self.wait_until_whole()
        return time.monotonic() - began

    def bring_back(self, number: int) -> None:
        """Start a member, also one that had died; it follows whoever is the primary."""
        path = self._own(f"db{number}") / "patroni.yml"
        member = Member(
            f"db{number}",
            self._own(f"db{number}"),
            api=self._apis[number],
            postgres=f"{self._hosts[number]}:{self._ports[number]}",
            etcd=f"{self._middle}:{self._etcd_port}",
            everybody=self.networks.all if self.networks else f"{LOOPBACK}/32",
        )
        path.write_text(json.dumps(member.settings(self._bin)), encoding="utf-8")
        self._members[number] = self._run(f"db{number}", [self._patroni, str(path)], number)

    def primary(self) -> int | None:
        """Return the number of the member that takes writes, None while there is none."""
        for number, place in enumerate(self._apis):
            with suppress(OSError), urllib.request.urlopen(f"http://{place}/primary", timeout=2):
                return number
        return None

    def takes_writes(self, number: int) -> bool:
        """Whether a member would take writes of somebody beside it, cut off or not."""
        where = f"host={self._folder / f'db{number}'} port={self._ports[number]} user={USER}"
        with suppress(psycopg.Error), psycopg.connect(f"{where} dbname=postgres") as connection:
            found = connection.execute("SELECT pg_is_in_recovery()").fetchone()
            return found == (False,)
        return False

    def wait_until_whole(self) -> float:
        """Return the seconds until all are there, one synchronous. Raises `Busy` if never."""
        began = time.monotonic()
        while time.monotonic() - began < START_SECONDS:
            states = self._states()
            if len(states) == MEMBERS and {*states} <= _RUN and _SYNCED in states:
                return time.monotonic() - began
            time.sleep(0.2)
        raise Busy(f"Patroni's members are {self._states()}; see {self._folder}.")

    def kill(self, number: int) -> None:
        """Let a member's machine die: Patroni and PostgreSQL between two instructions."""
        member = self._members[number]
        pids = [member.pid] if member else []
        if postmaster := self._postmaster(number):
            pids += [postmaster, *process_children(postmaster)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if member:
            member.wait(30)
        self._members[number] = None

    def kill_postmaster(self, number: int) -> None:
        """Let a member's PostgreSQL die, while its Patroni lives on."""
        if postmaster := self._postmaster(number):
            os.kill(postmaster, signal.SIGKILL)

    def switch_over(self, number: int) -> None:
        """Ask the primary to give its place to a standby. Raises `OSError` when it refuses."""
        body = json.dumps({"leader": f"db{number}"}).encode()
        urllib.request.urlopen(f"http://{self._apis[number]}/switchover", body, 60).close()

    def hold(self, number: int) -> None:
        """Let a member's Patroni hang, while its PostgreSQL goes on."""
        if member := self._members[number]:
            member.send_signal(signal.SIGSTOP)

    def let_go(self, number: int) -> None:
        """Let it go on."""
        if member := self._members[number]:
            member.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        """End everything and delete its files."""
        for number in range(MEMBERS):
            self.kill(number)
        if self._etcd:
            self._etcd.kill()
            self._etcd.wait(30)
        if self.networks:
            self.networks.remove()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _postmaster(self, number: int) -> int | None:
        with suppress(OSError, ValueError, IndexError):
            file = self._folder / f"db{number}" / "data" / "postmaster.pid"
            return int(file.read_text().splitlines()[0])
        return None

    def _states(self) -> list[str]:
        for place in self._apis:
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://{place}/cluster", timeout=2) as response,
            ):
                return [f"{one['role']} {one['state']}" for one in json.load(response)["members"]]
        return []

    def _own(self, name: str) -> Path:
        """Return a folder that the servers' user may write to."""
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            os.chown(folder, user.pw_uid, user.pw_gid)
        return folder

    def _run(
        self, name: str, arguments: list[str], number: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program, in the network of a member if it has one."""
        user = USER if os.geteuid() == 0 else None
        if self.networks and number is not None:
            arguments, user = [*self.networks.inside(number, USER), *arguments], None
        with (self._folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own servers
                arguments,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                user=user,
            )


_SYNCED = "quorum_standby streaming"
_RUN = {"leader running", "replica streaming", _SYNCED}


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NothingToDo(f"{name} is not on this machine.")
    return found
