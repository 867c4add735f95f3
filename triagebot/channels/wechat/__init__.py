"""The WeChat Official Account channel (微信公众号): callback, replies, and Tencent's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from triagebot.channels.wechat.account import Account, Mode

if TYPE_CHECKING:
    from triagebot.channels.wechat.routes import WeChatCallback

__all__ = ["Account", "Mode", "WeChatCallback"]


def __getattr__(name: str) -> Any:
    """Import the routes when they are asked for: a worker does without the web application."""
    if name != "WeChatCallback":
        raise AttributeError(name)
    from triagebot.channels.wechat.routes import WeChatCallback

    return WeChatCallback
