"""The page of WeChat's menu; it works with forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from triagebot.desk.frames import Frames, Page, Sentence
from triagebot.desk.menus import MenuApi, Menus, MenuState
from triagebot.errors import BadInput, ChannelRefused
from triagebot.store.agents import SessionRow
from triagebot.web.body import read_query
from triagebot.web.endpoint import Call, Endpoint

EXAMPLE = """button:
- name: 人工客服
  type: click
  key: TRIAGE_HUMAN
- name: 常见问题
  sub_button:
  - name: 什么时候发货
    type: click
    key: 什么时候发货
  - name: 官方商城
    type: view
    url: https://shop.example.com
"""
"""What the box begins with where there is no menu yet."""


class MenusQuery(msgspec.Struct, forbid_unknown_fields=True):
    """The account to show; the first one where none is given."""

    account: Annotated[str, msgspec.Meta(max_length=100)] = ""


class MenusPage:
    """Owns `/desk/menus`."""

    def __init__(self, frames: Frames, api: MenuApi, menus: Menus) -> None:
        self._frames = frames
        self._api = api
        self._menus = menus

    def endpoints(self) -> list[Endpoint]:
        """Return the one page."""
        return [Endpoint("GET", "/desk/menus", "Menu", self.show, role=None, described=False)]

    async def show(self, call: Call) -> Page:
        """Return the menu as fans see it, the draft beside it, and what was published before."""

        async def fill(_session: SessionRow, _t: Sentence) -> Mapping[str, object]:
            try:
                query = read_query(call.request, MenusQuery)
            except BadInput:
                query = MenusQuery()
            names = self._menus.names()
            account = query.account if query.account in names else (names or [""])[0]
            values = {"accounts": names, "account": account, "example": EXAMPLE}
            return {**values, **(await self._one(account) if account else {})}

        return await self._frames.show(call, "desk/menus.html", "menus", fill)

    async def _one(self, account: str) -> Mapping[str, object]:
        problem, there = "", ""
        try:
            there = await self._menus.fetch(account)
        except ChannelRefused as error:
            problem = error.message
        state = await self._api.show(account, there)
        return {
            "menu": state,
            "problem": problem,
            "there": self._buttons(there),
            "drafted": self._buttons(state.draft or ""),
            "versions": self._newest(state),
        }

    def _newest(self, state: MenuState) -> Sequence[object]:
        """Return the versions with their buttons."""
        return [(each, self._buttons(each.text or "")) for each in state.versions]

    def _buttons(self, text: str) -> Sequence[object]:
        # What WeChat's own console made may be more than may be written here.
        try:
            return self._menus.read(text) if text else []
        except BadInput:
            return []
