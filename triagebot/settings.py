"""All settings in one table, read once: defaults < triagebot.toml < environment < --set.

Secrets come only from files (`*_file`) or the environment and are never shown.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
from rapidfuzz import process

from triagebot.errors import BadInput

PREFIX = "TRIAGEBOT_"
HIDDEN = "••••"

Help = msgspec.Meta


class Server(msgspec.Struct, forbid_unknown_fields=True):
    """[server]."""

    host: Annotated[str, Help(description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Help(ge=0, le=65535, description="port to listen on")] = 8080
    base_url: Annotated[str, Help(description="public address, for links and Origin checks")] = ""
    dev: Annotated[bool, Help(description="serve console files unhashed and uncached")] = False


class Database(msgspec.Struct, forbid_unknown_fields=True):
    """[database]."""

    url: Annotated[
        str, Help(description="sqlite:///file or postgresql+psycopg://user@host/name")
    ] = "sqlite:///var/triagebot.db"


class Models(msgspec.Struct, forbid_unknown_fields=True):
    """[models]."""

    dir: Annotated[str, Help(description="folder of bundles and current.json")] = "models"
    signing_key_file: Annotated[
        str, Help(description="file with the key that bundles are signed with")
    ] = ""


class Intents(msgspec.Struct, forbid_unknown_fields=True):
    """[intents]."""

    dir: Annotated[str, Help(description="folder that staff edit")] = "intents"


class Brand(msgspec.Struct, forbid_unknown_fields=True):
    """[brand]: what the variables in replies stand for."""

    name: Annotated[str, Help(description="{brand} in replies")] = "星火手机"
    hotline: Annotated[str, Help(description="{hotline} in replies")] = "400-000-0000"
    shop_url: Annotated[str, Help(description="{shop_url} in replies")] = "https://shop.example.com"


class Desk(msgspec.Struct, forbid_unknown_fields=True):
    """[desk]: when people are at work."""

    hours: Annotated[
        str, Help(description="periods of a working day, e.g. 09:00-12:00,13:30-18:00")
    ] = "00:00-24:00"
    timezone: Annotated[str, Help(description="time zone of these hours")] = "Asia/Shanghai"


class WeChat(msgspec.Struct, forbid_unknown_fields=True):
    """[wechat.NAME]: one official account, served at /wechat/NAME."""

    appid: Annotated[str, Help(description="AppID, wx and 16 hex digits")] = ""
    original_id: Annotated[str, Help(description="original id, gh_…")] = ""
    mode: Annotated[str, Help(description="plain, compatible or safe")] = "safe"
    token_file: Annotated[str, Help(description="file with one or two tokens, newest first")] = ""
    aes_key_file: Annotated[str, Help(description="file with one or two EncodingAESKeys")] = ""
    secret_file: Annotated[str, Help(description="file with the AppSecret")] = ""
    passive_only: Annotated[bool, Help(description="the account may not use the send API")] = False
    freshness_seconds: Annotated[
        int, Help(ge=0, description="refuse older callbacks; 0 accepts all")
    ] = 0
    allow_ips: Annotated[list[str], Help(description="addresses and networks let in")] = []
    api_url: Annotated[str, Help(description="WeChat's API")] = "https://api.weixin.qq.com"


class Log(msgspec.Struct, forbid_unknown_fields=True):
    """[log]."""

    level: Annotated[str, Help(description="debug, info, warning or error")] = "info"
    format: Annotated[str, Help(description="auto, text or json")] = "auto"


class Settings(msgspec.Struct, forbid_unknown_fields=True):
    """The whole table."""

    server: Server = msgspec.field(default_factory=Server)
    database: Database = msgspec.field(default_factory=Database)
    models: Models = msgspec.field(default_factory=Models)
    intents: Intents = msgspec.field(default_factory=Intents)
    brand: Brand = msgspec.field(default_factory=Brand)
    desk: Desk = msgspec.field(default_factory=Desk)
    wechat: dict[str, WeChat] = {}
    log: Log = msgspec.field(default_factory=Log)


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
