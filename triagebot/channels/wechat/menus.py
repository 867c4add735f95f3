"""The accounts' menus for people at the desk, as text: read, checked, fetched, replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from triagebot.channels.wechat import menu, menu_file
from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.menu import Button
from triagebot.errors import NotFound

CHANNEL = "wechat:"


class AccountMenus:
    """Menus by the account's name; `apis` gives the API of each account that has one."""

    def __init__(self, apis: Callable[[], Mapping[str, WeChatApi]]) -> None:
        self._apis = apis

    def names(self) -> list[str]:
        """Return the accounts whose menu can be changed: those with an AppSecret."""
        return [channel.removeprefix(CHANNEL) for channel in self._apis()]

    def read(self, text: str) -> Sequence[Button]:
        """Return the buttons of a menu file. Raises `BadInput` naming what is wrong where."""
        return menu_file.read(text)

    def tidy(self, text: str) -> str:
        """Return a menu file as we write it. Raises `BadInput`."""
        return menu_file.write(menu_file.read(text))

    async def fetch(self, account: str) -> str:
        """Return the menu that fans see, empty for none. Raises `NotFound`, `WeChatApiError`."""
        buttons = await menu.pull(self._api(account))
        return menu_file.write(buttons) if buttons else ""

    async def replace(self, account: str, text: str) -> None:
        """Make a menu file the menu that fans see. Raises `NotFound`, `WeChatApiError`."""
        await menu.push(self._api(account), menu_file.read(text))

    async def remove(self, account: str) -> None:
        """Take the menu away. Raises `NotFound`, `WeChatApiError`."""
        await menu.remove(self._api(account))

    def _api(self, account: str) -> WeChatApi:
        api = self._apis().get(CHANNEL + account)
        if api is None:
            raise NotFound("There is no such account, or it has no AppSecret.")
        return api
