"""SQLite's file layer as C sees it, opened from Python so that a test can stand between."""

from __future__ import annotations

import _sqlite3
import ctypes
import ctypes.util
from typing import Any

from triagebot.errors import NothingToDo

OK = 0
IOERR_WRITE = 10 | (3 << 8)
IOERR_FSYNC = 10 | (4 << 8)
IOERR_TRUNCATE = 10 | (6 << 8)
FULL = 13

_pointer = ctypes.c_void_p
_int = ctypes.c_int

# Paths stay pointers: SQLite keeps the one it gave, so ours must not be a copy.
Open = ctypes.CFUNCTYPE(_int, _pointer, _pointer, _pointer, _int, _pointer)
Delete = ctypes.CFUNCTYPE(_int, _pointer, _pointer, _int)
Close = ctypes.CFUNCTYPE(_int, _pointer)
Write = ctypes.CFUNCTYPE(_int, _pointer, _pointer, _int, ctypes.c_int64)
Truncate = ctypes.CFUNCTYPE(_int, _pointer, ctypes.c_int64)
Sync = ctypes.CFUNCTYPE(_int, _pointer, _int)


class Vfs(ctypes.Structure):
    """`sqlite3_vfs`, version 3."""

    _fields_ = (
        ("version", _int),
        ("file_size", _int),
        ("path_size", _int),
        ("next", _pointer),
        ("name", ctypes.c_char_p),
        ("data", _pointer),
        ("open", Open),
        ("delete", Delete),
        ("others", _pointer * 16),
    )


class Methods(ctypes.Structure):
    """`sqlite3_io_methods`, version 3."""

    _fields_ = (
        ("version", _int),
        ("close", Close),
        ("read", _pointer),
        ("write", Write),
        ("truncate", Truncate),
        ("sync", Sync),
        ("others", _pointer * 13),
    )


class File(ctypes.Structure):
    """`sqlite3_file`: what every file begins with."""

    _fields_ = (("methods", ctypes.POINTER(Methods)),)


def library() -> Any:
    """Return the SQLite that Python's own module uses. Raises `NothingToDo` if it is built in."""
    for name in (_sqlite3.__file__, ctypes.util.find_library("sqlite3")):
        try:
            found = ctypes.CDLL(name)
            found.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
            found.sqlite3_libversion.restype = ctypes.c_char_p
        except (OSError, AttributeError, TypeError):
            continue
        if found.sqlite3_libversion().decode() == _sqlite3.sqlite_version:
            return found
    raise NothingToDo("Python's SQLite cannot be reached from outside on this machine.")
