"""What a check of the data finds: where, how grave, and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error spoils the model, a warning weakens it, an info is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at in a file; `line` counts from 1, `code` is stable and for programs."""

    file: str
    line: int
    severity: Severity
    code: str
    message: str


def count(findings: Iterable[Finding]) -> Mapping[Severity, int]:
    """Return how many findings there are of each severity."""
    return Counter(finding.severity for finding in findings)
