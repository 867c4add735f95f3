"""Read settings: defaults < triagebot.toml < environment < --set; each name is checked."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from rapidfuzz import process

from triagebot.errors import BadInput
from triagebot.settings.sections import Settings, WeChat

PREFIX = "TRIAGEBOT_"


def load_settings(
    file: Path | None, environment: Mapping[str, str], overrides: Sequence[str] = ()
) -> tuple[Settings, dict[str, str]]:
    """Return the settings and where each value that is no default comes from.

    `overrides` are `section.key=value`. Raises `BadInput` naming the key, with the nearest known
    one when it is misspelt.
    """
    tree: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, path, value in _values(file, environment, overrides):
        _place(tree, path, value)
        origins[".".join(path)] = origin
    _check_names(origins)
    try:
        return msgspec.convert(tree, Settings, strict=False), origins
    except msgspec.ValidationError as error:
        raise BadInput(f"settings: {error}") from error


def read_secret(path: str) -> list[str]:
    """Return the lines of a secret file. Raises `BadInput` when it cannot be read."""
    if not path:
        return []
    try:
        return Path(path).read_text(encoding="utf-8").split()
    except OSError as error:
        raise BadInput(f"secret file {path} cannot be read: {error.strerror}") from error


def table() -> Iterator[tuple[str, str, str]]:
    """Yield name, default and help of every setting."""
    for section in msgspec.structs.fields(Settings):
        struct = WeChat if section.name == "wechat" else section.default_factory
        prefix = "wechat.NAME" if section.name == "wechat" else section.name
        for item in msgspec.structs.fields(struct):
            default = "" if item.default is msgspec.NODEFAULT else str(item.default)
            yield f"{prefix}.{item.name}", default, _help(item.type)


def is_pinned(origin: str) -> bool:
    """Return whether a value comes from the environment or the command, which nothing overrides."""
    return origin in ("--set", "DATABASE_URL", "PORT") or origin.startswith(PREFIX)


def read_value(name: str, text: str) -> Any:
    """Return the value of one setting as people write it. Raises `BadInput`."""
    section, _, key = name.partition(".")
    holder = msgspec.convert({}, Settings)
    fields = {each.name: each.type for each in msgspec.structs.fields(getattr(holder, section))}
    try:
        return msgspec.convert(text.strip(), fields[key], strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(f"{name}: {error}", fields={"value": "form"}) from error


def setting_rows(settings: Settings, origins: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return name, value, origin and help of every setting, accounts one by one."""
    rows = []
    for name, _, text in table():
        section, *rest = name.split(".")
        names = sorted(settings.wechat) if section == "wechat" else [""]
        for account in names:
            holder = settings.wechat[account] if account else getattr(settings, section)
            shown = name.replace("NAME", account)
            rows.append(
                {
                    "name": shown,
                    "value": getattr(holder, rest[-1]),
                    "origin": origins.get(shown, "default"),
                    "help": text,
                }
            )
    return rows


def _help(kind: Any) -> str:
    for note in getattr(kind, "__metadata__", ()):
        if isinstance(note, msgspec.Meta) and note.description:
            return note.description
    return ""


def _values(
    file: Path | None, environment: Mapping[str, str], overrides: Sequence[str]
) -> Iterator[tuple[str, list[str], Any]]:
    if file is not None:
        try:
            document = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInput(f"{file}: {error}") from error
        yield from ((file.name, path, value) for path, value in _leaves(document))
    yield from _from_variables(environment)
    for override in overrides:
        name, equals, value = override.partition("=")
        if not equals:
            raise BadInput(f"--set {override}: expected section.key=value")
        yield "--set", name.strip().split("."), value


def _from_variables(environment: Mapping[str, str]) -> Iterator[tuple[str, list[str], Any]]:
    for name, path in (("DATABASE_URL", ["database", "url"]), ("PORT", ["server", "port"])):
        if environment.get(name):
            yield name, path, environment[name]
    for name, value in environment.items():
        if name.startswith(PREFIX) and "__" in name:
            yield name, name.removeprefix(PREFIX).lower().split("__"), value


def _leaves(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[list[str], Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, name))
        else:
            yield [*path, name], value


def _place(tree: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = value


def _check_names(origins: Mapping[str, str]) -> None:
    known = [name for name, _, _ in table()]
    for name, origin in origins.items():
        parts = name.split(".")
        general = ".".join(["wechat", "NAME", *parts[2:]]) if parts[0] == "wechat" else name
        if general not in known:
            nearest = process.extractOne(general, known)
            hint = f"; did you mean {nearest[0]}?" if nearest else ""
            raise BadInput(f"{origin}: there is no setting {name!r}{hint}")


def from_environment(
    project: Path, file: Path | None = None, overrides: Sequence[str] = ()
) -> tuple[Settings, dict[str, str]]:
    """Return the settings of a project folder."""
    if file is None and (project / "triagebot.toml").is_file():
        file = project / "triagebot.toml"
    return load_settings(file, os.environ, overrides)
