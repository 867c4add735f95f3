"""A fan at a keyboard: what is typed reaches our callback, and what comes back is told."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from triagebot.fakewechat.platform import Platform
from triagebot.fakewechat.pusher import Pusher, event_xml, text_xml

HELP = (
    "text is a message; /follow [SCENE], /unfollow, /scan SCENE, /click KEY are acts; "
    "/as NAME is another fan; /quit"
)
LOOK_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Line:
    """Something to tell: who it is from (`bot`, `agent`, `note`), and the words."""

    who: str
    words: str


class FanConsole:
    """One keyboard; `tell` gets what comes back, at once or later by the send API."""

    def __init__(
        self, platform: Platform, pusher: Pusher, original: str, tell: Callable[[Line], None]
    ) -> None:
        self._platform = platform
        self._pusher = pusher
        self._original = original
        self._tell = tell
        self._told = 0
        self.fan = "oFan1"

    async def say(self, line: str) -> bool:
        """Do what a line asks for; return whether to go on."""
        word, _, rest = line.strip().partition(" ")
        if word == "/quit":
            return False
        if word == "/as" and rest:
            self.fan = rest if rest.startswith("o") else f"o{rest}"
        elif word in ("/follow", "/unfollow", "/scan", "/click"):
            await self._push(self._act(word[1:], rest.strip()))
        elif word.startswith("/") or not word:
            self._tell(Line("note", HELP))
        else:
            self._platform.open_window(self.fan)
            await self._push(self._text(line.strip()))
        return True

    def hear(self) -> None:
        """Tell what came by the send API since the last time."""
        for sent in self._platform.sent[self._told :]:
            body = sent.body
            words = body["text"]["content"] if body["msgtype"] == "text" else str(body)
            self._tell(Line("agent", f"{sent.openid}: {words}"))
        self._told = len(self._platform.sent)

    async def listen(self) -> None:
        """Tell what comes by the send API, for ever."""
        while True:
            self.hear()
            await asyncio.sleep(LOOK_SECONDS)

    def _text(self, words: str) -> str:
        return text_xml(words, fan=self.fan, to=self._original, at=int(time.time()),
                        msg_id=secrets.randbits(62))  # fmt: skip

    def _act(self, what: str, key: str) -> str:
        more: dict[str, Any] = {"at": int(time.time())}
        if what == "follow":
            self._platform.open_window(self.fan, left=3, seconds=60)
            if key:
                more |= {"EventKey": f"qrscene_{key}", "Ticket": "ticket"}
            return self._event("subscribe", more)
        if what == "unfollow":
            self._platform.unfollow(self.fan)
            return self._event("unsubscribe", more)
        if what == "scan":
            return self._event("SCAN", {**more, "EventKey": key, "Ticket": "ticket"})
        return self._event("CLICK", {**more, "EventKey": key})

    def _event(self, name: str, more: dict[str, Any]) -> str:
        return event_xml(name, fan=self.fan, to=self._original, **more)

    async def _push(self, xml: str) -> None:
        push = await self._pusher.push(xml)
        last = push.verdicts[-1] if push.verdicts else None
        if last is None or not last.good:
            why = last.why or last.kind if last else "dropped"
            self._tell(Line("note", f"{push.seen or 'nothing'} ({why})"))
        elif last.content:
            self._tell(Line("bot", last.content))
        else:
            self._tell(Line("note", f"no reply at once ({last.kind})"))


async def reachable(url: str) -> bool:
    """Return whether somebody listens at the callback's address."""
    try:
        async with aiohttp.ClientSession() as session, session.get(url):
            return True
    except aiohttp.ClientError:
        return False
