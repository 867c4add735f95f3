"""The menu as a file that staff can read and edit: WeChat's own fields, as YAML."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import yaml

from triagebot.channels.wechat.menu import Button, check
from triagebot.errors import BadInput

_FIELDS = ("type", "key", "url", "appid", "pagepath", "media_id", "article_id")


def write(buttons: Sequence[Button]) -> str:
    """Return the menu as text."""
    values = {"button": [_values(button) for button in buttons]}
    return str(yaml.safe_dump(values, allow_unicode=True, sort_keys=False))


def read(text: str) -> list[Button]:
    """Return the buttons of a file. Raises BadInput naming what is wrong where."""
    try:
        values = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise BadInput(f"the menu is not proper YAML: {error}") from None
    listed = values.get("button") if isinstance(values, dict) else None
    if not isinstance(listed, list):
        raise BadInput("a menu file has a list `button`", fields={"button": "missing"})
    buttons = [_button(each, f"button[{place}]") for place, each in enumerate(listed, 1)]
    check(buttons)
    return buttons


def diff(there: Sequence[Button], here: Sequence[Button]) -> list[str]:
    """Return the lines that differ between WeChat's menu and ours; none when they are alike."""
    old, new = write(there).splitlines(), write(here).splitlines()
    return list(difflib.unified_diff(old, new, "wechat", "file", lineterm=""))


def _values(button: Button) -> dict[str, Any]:
    filled = {name: getattr(button, name) for name in _FIELDS if getattr(button, name)}
    if button.buttons:
        return {"name": button.name, "sub_button": [_values(each) for each in button.buttons]}
    return {"name": button.name, **filled}


def _button(values: Any, place: str) -> Button:
    if not isinstance(values, dict):
        raise BadInput(f"{place} is no button", fields={place: "format"})
    unknown = set(values) - {"name", "sub_button", *_FIELDS}
    if unknown:
        name = sorted(map(str, unknown))[0]
        raise BadInput(f"{place} has an unknown field {name}", fields={place: name})
    below = values.get("sub_button") or []
    if not isinstance(below, list):
        raise BadInput(f"sub_button of {place} is no list", fields={place: "sub_button"})
    fields = {name: str(values.get(name) or "") for name in ("name", *_FIELDS)}
    subs = tuple(_button(each, f"{place}[{sub}]") for sub, each in enumerate(below, 1))
    return Button(**fields, buttons=subs)
