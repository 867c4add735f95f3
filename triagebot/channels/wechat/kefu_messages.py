"""Builds the customer-service messages (客服消息) that WeChat knows."""

from __future__ import annotations

from collections.abc import Sequence

from triagebot.channels.wechat.render import clean, option_lines
from triagebot.channels.wechat.text_split import LIMIT, split_text
from triagebot.channels.wechat.transport import Json
from triagebot.domain.message import Article, Option, Reply

Message = Json


def text(content: str) -> Message:
    """Return a text of at most 2000 bytes; `texts` splits longer ones."""
    return {"msgtype": "text", "text": {"content": content}}


def texts(content: str, limit: int = LIMIT) -> list[Message]:
    """Return `content` in as many texts as it takes; none when nothing is left to show."""
    return [text(part) for part in split_text(clean(content), limit)]


def image(media_id: str) -> Message:
    """Return an uploaded picture."""
    return {"msgtype": "image", "image": {"media_id": media_id}}


def voice(media_id: str) -> Message:
    """Return an uploaded voice message."""
    return {"msgtype": "voice", "voice": {"media_id": media_id}}


def video(media_id: str, thumb_media_id: str, title: str = "", description: str = "") -> Message:
    """Return an uploaded video with its thumbnail."""
    values = {"media_id": media_id, "thumb_media_id": thumb_media_id}
    return {"msgtype": "video", "video": {**values, "title": title, "description": description}}


def music(
    thumb_media_id: str, *, url: str, hq_url: str = "", title: str = "", description: str = ""
) -> Message:
    """Return a piece of music by its address, with an uploaded thumbnail."""
    values = {
        "title": title,
        "description": description,
        "musicurl": url,
        "hqmusicurl": hq_url or url,
        "thumb_media_id": thumb_media_id,
    }
    return {"msgtype": "music", "music": values}


def news(article: Article) -> Message:
    """Return a card; WeChat takes exactly one."""
    values = {
        "title": clean(article.title),
        "description": clean(article.description),
        "url": article.url,
        "picurl": article.picture_url,
    }
    return {"msgtype": "news", "news": {"articles": [values]}}


def mpnews(media_id: str) -> Message:
    """Return an article of the account's own, by its old media id."""
    return {"msgtype": "mpnews", "mpnews": {"media_id": media_id}}


def mpnewsarticle(article_id: str) -> Message:
    """Return a published article of the account's own."""
    return {"msgtype": "mpnewsarticle", "mpnewsarticle": {"article_id": article_id}}


def menu(head: str, options: Sequence[Option], tail: str = "") -> Message:
    """Return a menu; a tap on an option comes back as its words, with its id.

    A tap counts as a click and opens the window for a minute only, not for 48 hours.
    """
    items = [{"id": option.id, "content": clean(option.title)} for option in options]
    values = {"head_content": clean(head), "list": items, "tail_content": clean(tail)}
    return {"msgtype": "msgmenu", "msgmenu": values}


def card(card_id: str) -> Message:
    """Return a coupon or membership card."""
    return {"msgtype": "wxcard", "wxcard": {"card_id": card_id}}


def mini_program(appid: str, page: str, thumb_media_id: str, title: str = "") -> Message:
    """Return a mini-program's page as a card; the mini-program must be linked to the account."""
    values = {"title": title, "appid": appid, "pagepath": page, "thumb_media_id": thumb_media_id}
    return {"msgtype": "miniprogrampage", "miniprogrampage": values}


def messages_of(reply: Reply, *, as_menu: bool = False) -> list[Message]:
    """Return a reply as messages, in order: words with options, then cards.

    Options become numbered lines, because answering with a number keeps the window open; with
    `as_menu` they can be tapped.
    """
    cards = [news(article) for article in reply.articles]
    if as_menu and reply.options:
        *before, head = split_text(clean(reply.text)) or [""]
        return [*(text(part) for part in before), menu(head, reply.options), *cards]
    words = "\n".join([reply.text.strip(), *option_lines(reply)]).strip()
    return [*texts(words), *cards]
