"""The WeChat Official Account channel (微信公众号): callback, replies, and Tencent's API."""

from __future__ import annotations

from triagebot.channels.wechat.account import Account, Mode
from triagebot.channels.wechat.routes import WeChatCallback

__all__ = ["Account", "Mode", "WeChatCallback"]
