"""Notices outside the 48 hours: template messages and subscription notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.transport import Json

SEND = "/cgi-bin/message/template/send"
SUBSCRIBE_SEND = "/cgi-bin/message/subscribe/bizsend"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: a template of the account's, its words by field, and where a tap leads.

    `id` is ours: WeChat does not send the same one twice within ten minutes.
    """

    template_id: str
    words: Mapping[str, str]
    id: str = ""
    url: str = ""
    mini_appid: str = ""
    mini_page: str = ""


async def send(api: WeChatApi, fan: str, notice: Notice) -> str:
    """Send a template message and return its number; its result comes as an event.

    Only certified service accounts may. Raises WeChatApiError.
    """
    body = _body(fan, notice)
    if notice.url:
        body["url"] = notice.url
    if notice.id:
        body["client_msg_id"] = notice.id
    # With an id of ours a repetition is harmless.
    answer = await api.post(SEND, body, repeatable=bool(notice.id))
    return str(answer.get("msgid", ""))


async def send_subscribed(api: WeChatApi, fan: str, notice: Notice) -> None:
    """Send a notice that the fan has subscribed to. Raises WeChatApiError."""
    body = _body(fan, notice)
    if notice.url:
        body["page"] = notice.url
    await api.post(SUBSCRIBE_SEND, body)


def status_of(status: str) -> str:
    """Return `delivered`, `blocked` or `failed` for a TEMPLATESENDJOBFINISH's Status."""
    words = status.lower().replace(" ", "")
    if words == "success":
        return "delivered"
    return "blocked" if words == "failed:userblock" else "failed"


def _body(fan: str, notice: Notice) -> Json:
    data = {field: {"value": words} for field, words in notice.words.items()}
    body: Json = {"touser": fan, "template_id": notice.template_id, "data": data}
    if notice.mini_appid:
        body["miniprogram"] = {"appid": notice.mini_appid, "pagepath": notice.mini_page}
    return body
