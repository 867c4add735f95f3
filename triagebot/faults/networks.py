"""Networks of their own for some servers of this machine, each of which can be cut off."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence

from triagebot.errors import NothingToDo


class Networks:
    """A bridge at `middle`, and `count` network namespaces behind it with an address each.

    Raises `NothingToDo` where these cannot be made: it needs root and the program `ip`.
    """

    def __init__(self, count: int) -> None:
        found = shutil.which("ip")
        if found is None or os.geteuid() != 0:
            raise NothingToDo("Networks of their own need root and the program `ip`.")
        self._program = found
        self._name = f"tb{secrets.token_hex(3)}"
        self._subnet = f"10.213.{secrets.randbelow(254) + 1}"
        self._count = count
        try:
            self._make()
        except subprocess.CalledProcessError as error:
            self.remove()
            words = error.stderr.decode(errors="replace").strip()
            raise NothingToDo(f"Networks cannot be made on this machine: {words}") from error

    @property
    def middle(self) -> str:
        """The address of this machine as all of them see it."""
        return f"{self._subnet}.1"

    @property
    def all(self) -> str:
        """All addresses, as a range."""
        return f"{self._subnet}.0/24"

    def address(self, number: int) -> str:
        """Return the address of a network, from 0."""
        return f"{self._subnet}.{number + 11}"

    def inside(self, number: int, user: str) -> list[str]:
        """Return what a command must begin with to run in a network, as a user."""
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        return [self._program, "netns", "exec", self._space(number), *as_user]

    def cut(self, number: int) -> None:
        """Let nothing into a network nor out of it; nobody is told."""
        self._ip("link", "set", self._line(number), "down")

    def heal(self, number: int) -> None:
        """Let everything through again."""
        self._ip("link", "set", self._line(number), "up")

    def remove(self) -> None:
        """Take everything away; what is not there is gone already."""
        for number in range(self._count):
            self._ip("netns", "del", self._space(number), check=False)
        self._ip("link", "del", self._name, check=False)

    def _make(self) -> None:
        self._ip("link", "add", self._name, "type", "bridge")
        self._ip("addr", "add", f"{self.middle}/24", "dev", self._name)
        self._ip("link", "set", self._name, "up")
        for number in range(self._count):
            space, line = self._space(number), self._line(number)
            self._ip("netns", "add", space)
            self._ip("link", "add", line, "type", "veth", "peer", "name", "eth0", "netns", space)
            self._ip("link", "set", line, "master", self._name, "up")
            self._ip("-n", space, "addr", "add", f"{self.address(number)}/24", "dev", "eth0")
            self._ip("-n", space, "link", "set", "eth0", "up")
            self._ip("-n", space, "link", "set", "lo", "up")

    def _space(self, number: int) -> str:
        return f"{self._name}-{number}"

    def _line(self, number: int) -> str:
        return f"{self._name}v{number}"

    def _ip(self, *arguments: str, check: bool = True) -> None:
        command: Sequence[str] = [self._program, *arguments]
        subprocess.run(command, check=check, capture_output=True)  # noqa: S603 - our own words
