"""Serve scripts and styles without what only their readers need: comments and indentation."""

from __future__ import annotations

from collections.abc import Iterator

KINDS = frozenset({".js", ".css"})


def slim(source: bytes) -> bytes:
    """Return a script or sheet without whole-line comments, indentation and blank lines.

    Lines stay lines, so that nothing about where a statement ends changes. What has text over
    several lines, whose blanks count, comes back as it is.
    """
    lines = source.decode().splitlines()
    if any(line.count("`") % 2 or line.endswith("\\") for line in lines):
        return source
    return "".join(f"{line}\n" for line in _spoken(lines)).encode()


def _spoken(lines: list[str]) -> Iterator[str]:
    is_comment = False
    for line in map(str.strip, lines):
        is_comment = is_comment or line.startswith("/*")
        if is_comment:
            before, end, after = line.partition("*/")
            is_comment = not end
            line = after.strip() if end else ""
        if line and not line.startswith("//"):
            yield line
