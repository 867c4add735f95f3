"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """`fail`: messages or secrets are at risk; `warn`: it works, but not as it should."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` was looked at, what was found in words, and what to `do` about it."""

    what: str
    state: State
    words: str
    do: str = ""


def ok(what: str, words: str) -> Finding:
    """Say that all is well."""
    return Finding(what, State.OK, words)


def warn(what: str, words: str, do: str) -> Finding:
    """Say that it works, but not as it should."""
    return Finding(what, State.WARN, words, do)


def fail(what: str, words: str, do: str) -> Finding:
    """Say that messages or secrets are at risk."""
    return Finding(what, State.FAIL, words, do)
