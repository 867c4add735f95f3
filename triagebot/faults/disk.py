"""A disk that remembers every write and sync, and that fails or forgets when told.

It stands inside SQLite, as its default file layer, so the store under test is the real one: same
library, same threads. Files really exist; beside them lies a journal of all that was done, from
which any moment's durable state can be made.
"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from triagebot.faults import vfs

Fails = Callable[[str, str], int]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to a file; kind `mark` is a note, `failed sync` a sync that did not work."""

    kind: str
    name: str
    offset: int = 0
    data: bytes = b""


class Disk:
    """The files below one folder. `fails(kind, name)` gives the error of a step, 0 for none."""

    def __init__(self, folder: Path, fails: Fails | None = None) -> None:
        self.folder = folder
        self.fails = fails
        self.steps: list[Step] = []
        self._names: dict[int, str] = {}
        self._tables: dict[int, vfs.Methods] = {}
        self._library = vfs.library()
        self._under: vfs.Vfs = self._library.sqlite3_vfs_find(None).contents
        self._name = f"triagebot-{next(_numbers)}".encode()
        self._top = vfs.Vfs()
        ctypes.memmove(ctypes.byref(self._top), ctypes.byref(self._under), ctypes.sizeof(vfs.Vfs))
        self._top.name = self._name
        self._top.next = None
        self._top.open = vfs.Open(self._open)
        self._top.delete = vfs.Delete(self._delete)

    def mark(self, name: str) -> None:
        """Note between the steps that something happened now."""
        self.steps.append(Step("mark", name))

    @property
    def told(self) -> list[str]:
        """All marks, in order."""
        return [step.name for step in self.steps if step.kind == "mark"]

    @contextmanager
    def mounted(self) -> Iterator[Disk]:
        """Be the file layer of every SQLite connection that is opened meanwhile."""
        self._library.sqlite3_vfs_register(ctypes.byref(self._top), 1)
        try:
            yield self
        finally:
            self._library.sqlite3_vfs_unregister(ctypes.byref(self._top))
            self._library.sqlite3_vfs_register(ctypes.byref(self._under), 1)
            _kept.append(self)  # a connection that was not closed may still call us

    def _open(self, layer: int, path: int | None, file: int, flags: int, out: int | None) -> int:
        code = self._under.open(layer, path, file, flags, out)
        name = self._ours(path)
        if code != vfs.OK or name is None:
            return int(code)
        opened = vfs.File.from_address(file)
        address = ctypes.addressof(opened.methods.contents)
        table = self._tables.get(address) or self._tables.setdefault(
            address, self._between(opened.methods.contents)
        )
        self._names[file] = name
        opened.methods = ctypes.pointer(table)
        return vfs.OK

    def _between(self, under: vfs.Methods) -> vfs.Methods:
        """Return the methods of a file with ours before those that change it."""
        table = vfs.Methods()
        ctypes.memmove(ctypes.byref(table), ctypes.byref(under), ctypes.sizeof(vfs.Methods))

        def close(file: int) -> int:
            self._names.pop(file, None)
            return int(under.close(file))

        def write(file: int, buffer: int, size: int, offset: int) -> int:
            step = Step("write", self._names[file], offset, ctypes.string_at(buffer, size))
            return self._do(step, vfs.IOERR_WRITE, lambda: under.write(file, buffer, size, offset))

        def truncate(file: int, size: int) -> int:
            step = Step("truncate", self._names[file], size)
            return self._do(step, vfs.IOERR_TRUNCATE, lambda: under.truncate(file, size))

        def sync(file: int, _flags: int) -> int:
            # Nothing is synced for real: the journal alone says what would have lasted.
            return self._do(Step("sync", self._names[file]), vfs.IOERR_FSYNC, lambda: vfs.OK)

        table.close, table.write = vfs.Close(close), vfs.Write(write)
        table.truncate, table.sync = vfs.Truncate(truncate), vfs.Sync(sync)
        return table

    def _ours(self, path: int | None) -> str | None:
        """Return the name of a file, if it lies in our folder."""
        found = Path(ctypes.string_at(path).decode()) if path else None
        return found.name if found and found.parent == self.folder else None

    def _delete(self, layer: int, path: int, sync: int) -> int:
        name = self._ours(path)
        if name:
            self.steps.append(Step("delete", name))
        return int(self._under.delete(layer, path, sync))

    def _do(self, step: Step, failure: int, work: Callable[[], int]) -> int:
        code = self.fails(step.kind, step.name) if self.fails else vfs.OK
        if code:
            if step.kind == "sync":
                self.steps.append(Step("failed sync", step.name))
            return code if code == vfs.FULL else failure
        self.steps.append(step)
        return int(work())


_numbers = itertools.count()
_kept: list[Disk] = []
