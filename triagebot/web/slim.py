"""Serve scripts and sheets without what only their readers need: comments and blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PART = re.compile(
    r"""(?P<blank>(?:\s|//[^\n]*|/\*.*?\*/)+)
    |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'
    |[\w$]+|[^"']""",
    re.DOTALL | re.VERBOSE,
)
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*(?:`|\$\{)", re.DOTALL)
_REGEX = re.compile(r"/(?![/*])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/\w*")
_BEFORE_REGEX = re.compile(r"(?:^|[(,=:\[!&|?{;+\-*%~^<>]|\b(?:return|typeof|case|of|in|await))$")
_MAY_END = re.compile(r"[\w$)\]}\"'`/]$")
_MAY_BEGIN = re.compile(r"[\w$(\[{\"'`/+\-!~#]")
_MERGES = re.compile(r"[\w$][\w$]|\+\+|--|//")

_SHEET = re.compile(
    r"""(?P<kept>"[^"\n]*")|/\*.*?\*/|;?\s*(?P<last>\})\s*|\s*(?P<both>[{;,>])\s*|(?P<colon>:)\s+
    |(?P<blank>\s+)""",
    re.DOTALL | re.VERBOSE,
)


def slim_script(text: str) -> str:
    """Return a script without comments, and without blanks where they mean nothing.

    A line ends where the end of a line may end a statement. Strings, templates and regular
    expressions stay as they are.
    """
    slimmed, last, blank = [], "", ""
    for part, is_blank in _parts(text):
        if is_blank:
            blank = part
            continue
        slimmed.append(_between(last, blank, part) if blank else "")
        slimmed.append(part)
        last, blank = part, ""
    return "".join(slimmed) + ("\n" if slimmed else "")


def slim_sheet(text: str) -> str:
    """Return a style sheet without comments, and without blanks where they mean nothing."""

    def shorten(match: re.Match[str]) -> str:
        kept = match["kept"] or match["last"] or match["both"] or match["colon"]
        return kept or (" " if match["blank"] else "")

    # Twice, as a comment may have stood between two blanks.
    return _SHEET.sub(shorten, _SHEET.sub(shorten, text)).strip()


SLIM = {".js": slim_script, ".css": slim_sheet}
"""What makes a file smaller, by the end of its name."""


def _between(last: str, blank: str, part: str) -> str:
    if "\n" in blank and _MAY_END.search(last) and _MAY_BEGIN.match(part):
        return "\n"
    return " " if _MERGES.match(last[-1:] + part[0]) else ""


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Give all parts in their order, and whether a part is blank or comment."""
    at, last = 0, ""
    braces: list[int] = []  # for each template around, how many are open in its expression
    while at < len(text):
        regex = _BEFORE_REGEX.search(last) and _REGEX.match(text, at)
        match = regex or _PART.match(text, at)
        if match is None:
            raise ValueError(f"A script cannot be read at {text[at : at + 40]!r}.")
        part = match[0]
        if part == "`" or (part == "}" and braces and not braces[-1]):
            part = _template(text, at, part, braces)
        elif part in ("{", "}") and braces:
            braces[-1] += 1 if part == "{" else -1
        at += len(part)
        is_blank = bool(not regex and match["blank"])
        last = last if is_blank else part
        yield part, is_blank
    if braces:
        raise ValueError("A template does not end.")


def _template(text: str, at: int, begin: str, braces: list[int]) -> str:
    """Return a template's text from its beginning, or from the end of an expression in it, on."""
    match = _TEMPLATE.match(text, at + 1)
    if match is None:
        raise ValueError(f"A template does not end: {text[at : at + 40]!r}.")
    if begin == "`" and match[0].endswith("{"):
        braces.append(0)
    elif begin == "}" and match[0].endswith("`"):
        braces.pop()
    return begin + match[0]
