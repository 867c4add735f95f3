"""QR codes that say where a fan came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.transport import Json
from triagebot.errors import BadInput

LONGEST = timedelta(days=30)
MAX_PERMANENT = 100_000
_MAX_NUMBER = 2**32 - 1
_MAX_TEXT = 64
_IMAGE = "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket="


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code: its picture's address, and the URL inside for one's own picture."""

    ticket: str
    url: str
    seconds: int | None = None

    @property
    def image_url(self) -> str:
        """Where the picture is; no token is needed."""
        return _IMAGE + quote(self.ticket, safe="")


async def temporary(
    api: WeChatApi, scene: int | str, lasts: timedelta = timedelta(days=7)
) -> QrCode:
    """Make a code that works for a minute to thirty days.

    `scene` is a number from 1 to 2³²-1, or 1 to 64 characters; it comes back with each scan.
    Raises BadInput, WeChatApiError.
    """
    if not timedelta(minutes=1) <= lasts <= LONGEST:
        raise BadInput("a code lasts 1 minute to 30 days", fields={"lasts": "range"})
    body = _body("QR_SCENE", "QR_STR_SCENE", scene, _MAX_NUMBER)
    return await _create(api, {"expire_seconds": int(lasts.total_seconds()), **body})


async def permanent(api: WeChatApi, scene: int | str) -> QrCode:
    """Make a code that works for ever; an account has 100,000, numbers go up to that."""
    return await _create(api, _body("QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE", scene, MAX_PERMANENT))


def _body(by_number: str, by_text: str, scene: int | str, most: int) -> Json:
    if isinstance(scene, int):
        if not 1 <= scene <= most:
            raise BadInput(f"a scene's number is 1 to {most}", fields={"scene": "range"})
        return {"action_name": by_number, "action_info": {"scene": {"scene_id": scene}}}
    if not 1 <= len(scene) <= _MAX_TEXT:
        raise BadInput("a scene has 1 to 64 characters", fields={"scene": "length"})
    return {"action_name": by_text, "action_info": {"scene": {"scene_str": scene}}}


async def _create(api: WeChatApi, body: Json) -> QrCode:
    answer = await api.post("/cgi-bin/qrcode/create", body, repeatable=True)
    seconds = answer.get("expire_seconds")
    return QrCode(str(answer["ticket"]), str(answer["url"]), int(seconds) if seconds else None)
