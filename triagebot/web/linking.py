"""Link plain modules into the one script, and plain sheets into the one, that browsers are sent."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

FRAME = """(() => {
"use strict";
const $made = {};
const $need = (name) => ($made[name] ??= $modules[name]());
const $load = async (name) => $need(name);
const $modules = {
%s};
%s})();
"""
"""Modules are functions that run once, when they are first needed; no name in them begins with `$`.
"""

_IMPORT = re.compile(
    r'^import (?:(?P<names>\{[^}]*\}) from )?"(?P<path>\.[^"\n]+)";$', re.MULTILINE
)
_EXPORT = re.compile(
    r"^export (?P<what>(?:async )?(?:function\*? ?|class |const )(?P<name>\w+))", re.MULTILINE
)
_UNKNOWN = re.compile(r"^(?:import|export)\b|\bimport(?:\(|\.meta)|\$(?!\{)\w", re.MULTILINE)
_WAIT = re.compile(r"^(?![/\s]|.*\basync\b).*\bawait\b", re.MULTILINE)
_SHEET = re.compile(r'^@import "(?P<path>[^"\n]+)";$', re.MULTILINE)


def link(files: Mapping[str, bytes], script: str, sheet: str) -> dict[str, bytes]:
    """Return what is sent of `files` (by path): all scripts as `script`, all sheets as `sheet`.

    `script` is the classic script that starts modules, `sheet` the one that imports all others.
    Modules are the scripts beside and below `script`. Raises `ValueError` as the two below do.
    """
    modules, sheets = _beside(files, script), _beside(files, sheet)
    sent = {path: data for path, data in files.items() if path not in modules | sheets}
    sent[script] = link_scripts(modules, script).encode()
    sent[sheet] = link_sheets(sheets, sheet).encode()
    return sent


def link_scripts(scripts: Mapping[str, str], first: str) -> str:
    """Return one classic script: `first`, with all other scripts as modules that it can import.

    A module may import by `import {…} from "./…"` and `import "./…"`, and export functions, classes
    and constants where they are declared. Only one that no other imports may wait (`await`) outside
    its functions. `first` imports by `import(name)`. Raises `ValueError`, with file and line, for
    all else.
    """
    modules = {name: text for name, text in scripts.items() if name != first}
    needs = {name: tuple(_paths(name, _IMPORT, text)) for name, text in modules.items()}
    shared = {each for wanted in needs.values() for each in wanted}
    if missing := shared - set(modules):
        raise ValueError(f"{min(missing)} is imported, but is not there.")
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise ValueError(f"Modules import each other: {' ← '.join(error.args[1])}.") from None
    folder = posixpath.dirname(first)
    keys = {name: f"./{posixpath.relpath(name, folder)}" for name in modules}
    wrapped = (_wrap(name, modules[name], keys, is_shared=name in shared) for name in order)
    start = scripts[first].replace("import(", "$load(")
    return FRAME % ("".join(wrapped), start)


def link_sheets(sheets: Mapping[str, str], first: str) -> str:
    """Return the sheets that `first` imports, in their order.

    Raises `ValueError` for one that is missing or that is not imported.
    """
    names = list(_paths(first, _SHEET, sheets[first]))
    if strays := set(names) ^ (set(sheets) - {first}):
        raise ValueError(f"{first} imports what is not there, or not: {', '.join(sorted(strays))}.")
    return "".join(sheets[name] for name in names)


def _wrap(name: str, text: str, keys: Mapping[str, str], *, is_shared: bool) -> str:
    _check(name, text, is_shared=is_shared)
    exported = ", ".join(match["name"] for match in _EXPORT.finditer(text))

    def need(match: re.Match[str]) -> str:
        call = f'$need("{keys[_path(name, match["path"])]}");'
        names = " ".join((match["names"] or "").split()).replace(" as ", ": ")
        return f"const {names} = {call}" if names else call

    text = _IMPORT.sub(need, _EXPORT.sub(r"\g<what>", text))
    result = f"return {{ {exported} }};\n" if exported else ""
    return f'{"" if is_shared else "async "}"{keys[name]}"() {{\n{text}{result}}},\n'


def _check(name: str, text: str, *, is_shared: bool) -> None:
    rest = text
    for known in (_IMPORT, _EXPORT):  # Their lines stay, so that what is left keeps its number.
        rest = known.sub(lambda match: "\n" * match[0].count("\n"), rest)
    wrong = _UNKNOWN.search(rest) or (is_shared and _WAIT.search(text))
    if wrong:
        line = wrong.string.count("\n", 0, wrong.start()) + 1
        raise ValueError(f"{name}:{line} cannot be linked: {text.splitlines()[line - 1].strip()}")


def _beside(files: Mapping[str, bytes], first: str) -> dict[str, str]:
    folder, kind = posixpath.dirname(first), posixpath.splitext(first)[1]
    return {
        path: data.decode()
        for path, data in files.items()
        if path.startswith(f"{folder}/") and path.endswith(kind)
    }


def _paths(importer: str, kind: re.Pattern[str], text: str) -> Iterator[str]:
    return (_path(importer, match["path"]) for match in kind.finditer(text))


def _path(importer: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), target))
