"""The menu under the conversation: checked here, so that WeChat's numbers need no guessing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.transport import Json
from triagebot.errors import BadInput

MAX_TOP, MAX_SUB = 3, 5
_TOP_NAME, _SUB_NAME, _KEY, _URL = 16, 60, 128, 1024
_BY_KEY = frozenset(
    {
        "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album",
        "pic_weixin", "location_select",
    }
)  # fmt: skip
_NEEDS = {
    "view": ("url",),
    "miniprogram": ("appid", "pagepath", "url"),
    "media_id": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
    **dict.fromkeys(_BY_KEY, ("key",)),
}


@dataclass(frozen=True, slots=True)
class Button:
    """One button: with `buttons` it only opens them, else `type` says what it does."""

    name: str
    type: str = ""
    key: str = ""
    url: str = ""
    appid: str = ""
    pagepath: str = ""
    media_id: str = ""
    article_id: str = ""
    buttons: tuple[Button, ...] = ()


async def push(api: WeChatApi, buttons: Sequence[Button]) -> None:
    """Replace the menu; fans see it within minutes. Raises BadInput, WeChatApiError."""
    check(buttons)
    body = {"button": [_to_json(button) for button in buttons]}
    await api.post("/cgi-bin/menu/create", body, repeatable=True)


async def pull(api: WeChatApi) -> list[Button]:
    """Return the menu as it is, made here or in WeChat's own console."""
    answer = await api.get("/cgi-bin/get_current_selfmenu_info")
    buttons = (answer.get("selfmenu_info") or {}).get("button", [])
    return [_from_json(button) for button in buttons]


async def remove(api: WeChatApi) -> None:
    """Take the menu away."""
    await api.get("/cgi-bin/menu/delete")


def check(buttons: Sequence[Button]) -> None:
    """Raise BadInput naming the button that WeChat would not take."""
    if not 1 <= len(buttons) <= MAX_TOP:
        raise BadInput(f"a menu has 1 to {MAX_TOP} buttons", fields={"button": "count"})
    for number, button in enumerate(buttons, 1):
        place = f"button[{number}]"
        _check_name(button, place, _TOP_NAME)
        if not button.buttons:
            _check_type(button, place)
            continue
        if len(button.buttons) > MAX_SUB:
            raise BadInput(f"{place} has over {MAX_SUB} below it", fields={place: "count"})
        for below, sub in enumerate(button.buttons, 1):
            _check_name(sub, f"{place}[{below}]", _SUB_NAME)
            _check_type(sub, f"{place}[{below}]")


def _check_name(button: Button, place: str, most: int) -> None:
    if not 1 <= len(button.name.encode()) <= most:
        raise BadInput(f"the name of {place} has 1 to {most} bytes", fields={place: "name"})


def _check_type(button: Button, place: str) -> None:
    if button.type not in _NEEDS or button.buttons:
        raise BadInput(f"{place} has no type that WeChat knows", fields={place: "type"})
    for field in _NEEDS[button.type]:
        if not getattr(button, field):
            raise BadInput(f"{place} needs {field}", fields={place: field})
    for field, text, most in (("key", button.key, _KEY), ("url", button.url, _URL)):
        if len(text.encode()) > most:
            raise BadInput(f"{field} of {place} is over {most} bytes", fields={place: field})


def _to_json(button: Button) -> Json:
    if button.buttons:
        return {"name": button.name, "sub_button": [_to_json(sub) for sub in button.buttons]}
    values = {name: getattr(button, name) for name in _NEEDS[button.type]}
    return {"name": button.name, "type": button.type, **values}


def _from_json(values: Json) -> Button:
    names = ("type", "key", "url", "appid", "pagepath", "media_id", "article_id")
    below = values.get("sub_button") or []
    items = below.get("list", []) if isinstance(below, dict) else below
    return Button(
        str(values.get("name", "")),
        **{name: str(values.get(name, "")) for name in names},
        buttons=tuple(_from_json(sub) for sub in items),
    )
