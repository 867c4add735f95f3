"""Followers: who they are as far as WeChat still says, and the list of all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.transport import Json
from triagebot.errors import BadInput

MAX_BATCH = 100
MAX_REMARK = 29
_LANGUAGE = "zh_CN"


@dataclass(frozen=True, slots=True)
class Follower:
    """What WeChat tells of a fan; names and pictures it has not told since December 2021.

    Someone who left has nothing but the id. `scene` is how they came, `qr_scene` the code that
    they scanned.
    """

    openid: str
    follows: bool
    since: datetime | None = None
    remark: str = ""
    unionid: str = ""
    tags: tuple[int, ...] = ()
    scene: str = ""
    qr_scene: str = ""


@dataclass(frozen=True, slots=True)
class FollowerPage:
    """Up to 10,000 ids; `next` continues after them, "" after the last page."""

    openids: tuple[str, ...]
    total: int
    next: str


async def info(api: WeChatApi, openid: str) -> Follower:
    """Return one fan. Raises WeChatApiError."""
    return _follower(await api.get("/cgi-bin/user/info", openid=openid, lang=_LANGUAGE))


async def info_of_many(api: WeChatApi, openids: Sequence[str]) -> list[Follower]:
    """Return fans in the order asked for, a hundred in a call."""
    found: dict[str, Follower] = {}
    for start in range(0, len(openids), MAX_BATCH):
        batch = openids[start : start + MAX_BATCH]
        body = {"user_list": [{"openid": openid, "lang": _LANGUAGE} for openid in batch]}
        answer = await api.post("/cgi-bin/user/info/batchget", body, repeatable=True)
        for values in answer.get("user_info_list", []):
            follower = _follower(values)
            found[follower.openid] = follower
    return [found.get(openid, Follower(openid, follows=False)) for openid in openids]


async def set_remark(api: WeChatApi, openid: str, remark: str) -> None:
    """Set the note that the console shows for a fan, under 30 characters."""
    if len(remark) > MAX_REMARK:
        raise BadInput("a remark has under 30 characters", fields={"remark": "length"})
    body = {"openid": openid, "remark": remark}
    await api.post("/cgi-bin/user/info/updateremark", body, repeatable=True)


async def follower_pages(api: WeChatApi, start: str = "") -> AsyncIterator[FollowerPage]:
    """Yield all followers page by page; `start` is the `next` of a page, to resume after it.

    A page costs one of the 500 calls that an account has in a day.
    """
    place = start
    while True:
        query = {"next_openid": place} if place else {}
        answer = await api.get("/cgi-bin/user/get", **query)
        openids = tuple((answer.get("data") or {}).get("openid") or ())
        following = str(answer.get("next_openid") or "")
        # The last full page names a next one, which is then empty; and a page that does not
        # move on would be asked for for ever.
        more = bool(openids) and following not in ("", place)
        if openids:
            yield FollowerPage(openids, int(answer.get("total", 0)), following if more else "")
        if not more:
            return
        place = following


def _follower(values: Json) -> Follower:
    since = values.get("subscribe_time")
    scene = values.get("qr_scene_str") or values.get("qr_scene") or ""
    return Follower(
        openid=str(values.get("openid", "")),
        follows=bool(values.get("subscribe")),
        since=datetime.fromtimestamp(int(since), UTC) if since else None,
        remark=str(values.get("remark", "")),
        unionid=str(values.get("unionid", "")),
        tags=tuple(int(tag) for tag in values.get("tagid_list") or ()),
        scene=str(values.get("subscribe_scene", "")),
        qr_scene=str(scene),
    )
