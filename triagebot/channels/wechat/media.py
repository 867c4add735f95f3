"""Pictures, voices and videos: up to WeChat, and down from it while they last, three days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.api_errors import WeChatApiError
from triagebot.errors import BadInput, NotFound, TooLarge

MIB = 1024 * 1024
MAX_DOWNLOAD = 10 * MIB
_EXPIRED = 40007

_LIMITS: Mapping[str, tuple[int, Mapping[str, str]]] = {
    "image": (10 * MIB, {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif"}),
    "voice": (2 * MIB, {"amr": "audio/amr", "mp3": "audio/mpeg"}),
    "video": (10 * MIB, {"mp4": "video/mp4"}),
    "thumb": (64 * 1024, {"jpg": "image/jpeg"}),
}
_FILENAME = re.compile(r'filename="?([A-Za-z0-9._-]{1,128})"?')


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A temporary file at WeChat's, good for three days from `at`, any number of times."""

    media_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file's bytes, or where WeChat says a video can be fetched. `type` is sniffed."""

    content: bytes = b""
    type: str = ""
    name: str = ""
    video_url: str = ""


async def upload(api: WeChatApi, kind: str, content: bytes) -> Uploaded:
    """Upload an `image`, `voice`, `video` or `thumb`.

    Raises TooLarge, BadInput for a kind or format WeChat does not take, WeChatApiError.
    """
    if kind not in _LIMITS:
        raise BadInput("media are image, voice, video or thumb", fields={"kind": "unknown"})
    most, formats = _LIMITS[kind]
    if len(content) > most:
        raise TooLarge(f"{kind} is over {most} bytes", fields={"content": "size"})
    ending = sniff(content)
    if ending not in formats:
        raise BadInput(f"{kind} must be {' or '.join(formats)}", fields={"content": "format"})

    def form() -> aiohttp.FormData:
        made = aiohttp.FormData()
        # An ASCII name: others are encoded in a way that WeChat's gateways refuse.
        made.add_field("media", content, filename=f"media.{ending}", content_type=formats[ending])
        return made

    answer = await api.upload("/cgi-bin/media/upload", form, type=kind)
    media_id = answer.get("media_id") or answer.get("thumb_media_id") or ""
    return Uploaded(str(media_id), datetime.fromtimestamp(int(answer["created_at"]), UTC))


async def download(api: WeChatApi, media_id: str, *, clear_voice: bool = False) -> Downloaded:
    """Return what a fan sent; with `clear_voice` a voice message at 16 kHz.

    Raises NotFound when it has expired, TooLarge, WeChatApiError.
    """
    path = "/cgi-bin/media/get/jssdk" if clear_voice else "/cgi-bin/media/get"
    try:
        answer = await api.download(path, media_id=media_id)
    except WeChatApiError as error:
        if error.errcode == _EXPIRED:
            raise NotFound("the media is not there any more") from None
        raise
    if answer.is_json:
        url = answer.json().get("video_url")
        if not isinstance(url, str) or not url:
            raise NotFound("the media is not there any more")
        return Downloaded(video_url=url)
    if len(answer.content) > MAX_DOWNLOAD:
        raise TooLarge("the media is over 10 MiB")
    found = _FILENAME.search(answer.headers.get("Content-disposition", ""))
    name = found.group(1) if found else ""
    return Downloaded(answer.content, sniff(answer.content), name)


def sniff(content: bytes) -> str:
    """Return `jpg`, `png`, `gif`, `mp4`, `amr`, `mp3` or `speex` by the first bytes, or ""."""
    for ending, starts in _STARTS.items():
        if content.startswith(starts):
            return ending
    return "mp4" if content[4:8] == b"ftyp" else ""


_STARTS: Mapping[str, tuple[bytes, ...]] = {
    "jpg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "gif": (b"GIF87a", b"GIF89a"),
    "amr": (b"#!AMR",),
    "mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
    "speex": (b"#!SPEEX",),
}
