"""Tells a fan by a template message that an agent has answered, when no message may be sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from triagebot.channels.wechat import template
from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.api_errors import Ambiguous, Overloaded, WeChatApiError
from triagebot.errors import BadInput
from triagebot.repeating import Repeating
from triagebot.store import notices
from triagebot.store.database import Database
from triagebot.store.notices import Notice

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Template:
    """A template of the account's with our words by its fields; `{time}` is when it is sent."""

    id: str
    words: Mapping[str, str]


def template_of(number: str, words: Sequence[str]) -> Template | None:
    """Return the template that the settings name, None for none. Raises BadInput."""
    if not number:
        return None
    pairs = [pair.partition("=") for pair in words]
    if not pairs or not all(name.strip() and equals for name, equals, _ in pairs):
        raise BadInput(
            "answered_words is a list of FIELD=WORDS, one for each field of the template",
            fields={"answered_words": "format"},
        )
    return Template(number, {name.strip(): text.strip() for name, _, text in pairs})


class AnsweredNotices(Repeating):
    """Sends the notices of the accounts that have a template, by channel."""

    def __init__(
        self,
        db: Database,
        apis: Callable[[], Mapping[str, WeChatApi]],
        templates: Mapping[str, Template],
        clock: Callable[[], datetime],
    ) -> None:
        self._db = db
        self._apis = apis
        self._templates = dict(templates)
        self._clock = clock
        super().__init__((self.send, LOOK_SECONDS))

    async def send(self) -> int:
        """Send what has become due; return how many were tried."""
        wanted = self._templates.keys() & self._apis().keys()
        found = await self._db.write(notices.claim, wanted, self._clock())
        for notice in found:
            state, error = await self._try(notice)
            await self._db.write(notices.settle, notice, state, error)
        return len(found)

    async def _try(self, notice: Notice) -> tuple[str, str]:
        chosen = self._templates[notice.channel]
        moment = self._clock().astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")
        words = {name: text.replace("{time}", moment) for name, text in chosen.words.items()}
        # With an id of ours WeChat does not send the same one twice.
        mine = f"answered-{notice.outbound_id}"
        try:
            await template.send(
                self._apis()[notice.channel],
                notice.fan,
                template.Notice(chosen.id, words, id=mine),
            )
        except (Ambiguous, Overloaded) as error:
            return "uncertain", error.message
        except WeChatApiError as error:
            log.warning("a notice in %s was refused: %s", notice.channel, error.code)
            return "failed", error.message
        return "sent", ""
