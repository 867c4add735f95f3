"""Writes passive replies: the XML that goes back inside WeChat's own request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from triagebot.channels.wechat.text_split import LIMIT, shorten
from triagebot.domain.message import Article, Inbound, Kind, Reply

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MAX_ARTICLES = 8


@dataclass(frozen=True, slots=True)
class Address:
    """Who writes to whom when: `at` in whole seconds since 1970."""

    to: str
    sender: str
    at: int


def address_of(inbound: Inbound) -> Address:
    """Return the way back: both names swapped, and the fan's own second.

    The time is not our clock's, so that a redelivery gets the same bytes.
    """
    at = int(inbound.sent_at.timestamp())
    return Address(inbound.fan, inbound.detail.get("ToUserName", ""), at)


def render(reply: Reply, inbound: Inbound) -> str:
    """Return the XML that shows `reply`, or "" when there is nothing to show.

    Cards go alone as cards; beside words they become links. Options become numbered lines.
    What does not fit into one message is cut off; `fits` tells beforehand.
    """
    if reply.articles and not (reply.text or reply.options):
        limit = _MAX_ARTICLES if inbound.kind is Kind.EVENT else 1
        return news(address_of(inbound), reply.articles[:limit])
    content = _content(reply)
    return _message(address_of(inbound), "text", content) if content else ""


@lru_cache(maxsize=1024)
def _content(reply: Reply) -> str:
    """Return the words as an element, "" for none; most fans get one of a few hundred."""
    words = shortened_words(reply)
    return _element("Content", words) if words else ""


def fits(reply: Reply) -> bool:
    """Say whether one text message holds all the words."""
    return _size("\n".join(_blocks(reply))) <= LIMIT


def words_of(reply: Reply) -> str:
    """Return all the words of a reply, cleaned, with its cards and options as lines."""
    return "\n".join(_blocks(reply))


def shortened_words(reply: Reply) -> str:
    """Return the words in one message; the options stay whole, the text gives way."""
    whole = words_of(reply)
    if _size(whole) <= LIMIT:
        return whole
    options = "\n".join(option_lines(reply))
    room = LIMIT - _size(options) - 1
    if room <= 0 or not options:
        return shorten(whole)
    head = shorten(clean(reply.text).strip(), room)
    return f"{head}\n{options}" if head else options


def option_lines(reply: Reply) -> list[str]:
    """Return the options as lines that a fan can answer by number."""
    titles = (_one_line(option.title) for option in reply.options)
    return [f"{number}. {title}" for number, title in enumerate(titles, 1)]


def clean(words: str) -> str:
    """Return `words` without what XML 1.0 forbids, lines ending in a line feed."""
    return _ILLEGAL.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))


def cdata(words: str) -> str:
    """Return `words` as CDATA that nothing in them can end."""
    return "<![CDATA[" + clean(words).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def text(address: Address, content: str) -> str:
    """Return a text message."""
    return _message(address, "text", _element("Content", content))


def image(address: Address, media_id: str) -> str:
    """Return a picture that was uploaded before; animated ones are not shown."""
    return _message(address, "image", f"<Image>{_element('MediaId', media_id)}</Image>")


def voice(address: Address, media_id: str) -> str:
    """Return a voice message that was uploaded before."""
    return _message(address, "voice", f"<Voice>{_element('MediaId', media_id)}</Voice>")


def video(address: Address, media_id: str, title: str = "", description: str = "") -> str:
    """Return a video that was uploaded before."""
    inner = _elements(MediaId=media_id, Title=title, Description=description)
    return _message(address, "video", f"<Video>{inner}</Video>")


def music(
    address: Address,
    thumb_media_id: str,
    *,
    url: str,
    hq_url: str = "",
    title: str = "",
    description: str = "",
) -> str:
    """Return a piece of music by its address; the thumbnail must have been uploaded."""
    inner = _elements(
        Title=title,
        Description=description,
        MusicUrl=url,
        HQMusicUrl=hq_url or url,
        ThumbMediaId=thumb_media_id,
    )
    return _message(address, "music", f"<Music>{inner}</Music>")


def news(address: Address, articles: Sequence[Article]) -> str:
    """Return cards: one to answer a message, up to eight to answer an event."""
    items = "".join(
        "<item>"
        + _elements(Title=a.title, Description=a.description, PicUrl=a.picture_url, Url=a.url)
        + "</item>"
        for a in articles
    )
    count = f"<ArticleCount>{len(articles)}</ArticleCount>"
    return _message(address, "news", f"{count}<Articles>{items}</Articles>")


def transfer(address: Address, kf_account: str = "") -> str:
    """Hand the fan to WeChat's own customer-service client, to `kf_account` if given.

    Only ever in answer to a message, never to an event.
    """
    inner = f"<TransInfo>{_element('KfAccount', kf_account)}</TransInfo>" if kf_account else ""
    return _message(address, "transfer_customer_service", inner)


def _message(address: Address, kind: str, inner: str) -> str:
    return (
        f"<xml><ToUserName>{cdata(address.to)}</ToUserName>"
        f"<FromUserName>{cdata(address.sender)}</FromUserName>"
        f"<CreateTime>{address.at}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}</xml>"
    )


def _elements(**texts: str) -> str:
    return "".join(_element(name, words) for name, words in texts.items())


def _element(name: str, words: str) -> str:
    return f"<{name}>{cdata(words)}</{name}>"


def _blocks(reply: Reply) -> list[str]:
    cards = [f'<a href="{_href(a.url)}">{_one_line(a.title)}</a>' for a in reply.articles]
    return [line for line in (clean(reply.text).strip(), *cards, *option_lines(reply)) if line]


def _href(url: str) -> str:
    # Not HTML escaping: WeChat takes an ampersand as it is.
    return _one_line(url).replace('"', "%22").replace("<", "%3C").replace(">", "%3E")


def _one_line(words: str) -> str:
    return " ".join(clean(words).split())


def _size(words: str) -> int:
    return len(words.encode())
