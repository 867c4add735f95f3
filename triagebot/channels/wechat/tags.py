"""Tags that an account puts on its fans."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from triagebot.channels.wechat.api import WeChatApi
from triagebot.errors import BadInput

MAX_NAME_BYTES = 30
MAX_BATCH = 50


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag and how many fans have it. 0 to 2 are the system's own."""

    id: int
    name: str
    count: int = 0


async def create(api: WeChatApi, name: str) -> Tag:
    """Make a tag; an account has at most a hundred. Raises BadInput, WeChatApiError."""
    answer = await api.post("/cgi-bin/tags/create", {"tag": {"name": _checked(name)}})
    return Tag(int(answer["tag"]["id"]), str(answer["tag"].get("name", name)))


async def all_tags(api: WeChatApi) -> list[Tag]:
    """Return all tags."""
    tags = (await api.get("/cgi-bin/tags/get")).get("tags", [])
    return [Tag(int(tag["id"]), str(tag["name"]), int(tag.get("count", 0))) for tag in tags]


async def rename(api: WeChatApi, tag_id: int, name: str) -> None:
    """Give a tag another name."""
    body = {"tag": {"id": tag_id, "name": _checked(name)}}
    await api.post("/cgi-bin/tags/update", body, repeatable=True)


async def delete(api: WeChatApi, tag_id: int) -> None:
    """Delete a tag that at most 100,000 fans have."""
    await api.post("/cgi-bin/tags/delete", {"tag": {"id": tag_id}})


async def put_on(api: WeChatApi, tag_id: int, openids: Sequence[str]) -> None:
    """Put a tag on fans, fifty in a call."""
    await _change(api, "batchtagging", tag_id, openids)


async def take_off(api: WeChatApi, tag_id: int, openids: Sequence[str]) -> None:
    """Take a tag off fans, fifty in a call."""
    await _change(api, "batchuntagging", tag_id, openids)


async def tags_of(api: WeChatApi, openid: str) -> tuple[int, ...]:
    """Return the ids of a fan's tags."""
    answer = await api.post("/cgi-bin/tags/getidlist", {"openid": openid}, repeatable=True)
    return tuple(int(tag) for tag in answer.get("tagid_list", ()))


async def fans_with(api: WeChatApi, tag_id: int) -> AsyncIterator[tuple[str, ...]]:
    """Yield the ids of all fans with a tag, page by page."""
    place = ""
    while True:
        body = {"tagid": tag_id, "next_openid": place}
        answer = await api.post("/cgi-bin/user/tag/get", body, repeatable=True)
        openids = tuple((answer.get("data") or {}).get("openid") or ())
        following = str(answer.get("next_openid") or "")
        if openids:
            yield openids
        if not openids or following in ("", place):
            return
        place = following


async def _change(api: WeChatApi, verb: str, tag_id: int, openids: Sequence[str]) -> None:
    for start in range(0, len(openids), MAX_BATCH):
        body = {"openid_list": list(openids[start : start + MAX_BATCH]), "tagid": tag_id}
        await api.post(f"/cgi-bin/tags/members/{verb}", body, repeatable=True)


def _checked(name: str) -> str:
    if not name.strip() or len(name.encode()) > MAX_NAME_BYTES:
        raise BadInput("a tag's name has 1 to 30 bytes", fields={"name": "length"})
    return name
