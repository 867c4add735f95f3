"""The sentences of `check`, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a step ended."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One step and what to do about it, in both languages."""

    step: str
    level: Level
    zh: str
    en: str

    def words(self, language: str) -> str:
        """Return the sentence in `zh`, or in `en`."""
        return self.zh if language == "zh" else self.en


_WORDS: Mapping[str, tuple[str, str]] = {
    "settings": (
        "AppID、Token、EncodingAESKey 格式正确",
        "AppID, token and EncodingAESKey have the right form",
    ),
    "plain_mode": (
        "明文模式不签名消息内容：请在公众号后台改为安全模式，并设置 EncodingAESKey",
        "Plain mode signs no message: choose safe mode in WeChat's console and set an "
        "EncodingAESKey",
    ),
    "no_original_id": (
        "没有设置原始 ID（gh_ 开头），发给别的公众号的消息也会被接收",
        "No original id (gh_…) is set: messages to another account would be taken, too",
    ),
    "original_id": (
        "原始 ID 应以 gh_ 开头，在公众号后台「账号详情」里",
        "The original id begins with gh_; it is in the console under account details",
    ),
    "rotating": (
        "正在轮换 Token 或密钥：后台保存新值后，请删除旧值",
        "Two tokens or keys are in use: remove the old one once WeChat's console has the new",
    ),
    "no_url": ("没有给出回调地址，跳过检查", "No callback address was given, not checked"),
    "url_port": (
        "回调地址只能是 http 的 80 端口或 https 的 443 端口",
        "The callback address must be http on port 80 or https on port 443",
    ),
    "url_path": (
        "回调地址的路径应为 /wechat/{detail}",
        "The callback address should end in /wechat/{detail}",
    ),
    "callback": (
        "回调地址可以访问，验证通过",
        "The callback address answers and verification passes",
    ),
    "callback_altered": (
        "回调地址的返回被改动了：前面的代理添加了内容（引号、空格或 HTML）",
        "The answer was altered on its way: a proxy adds quotes, blanks or HTML",
    ),
    "callback_token": (
        "回调地址拒绝了验证：运行中的服务用的是另一个 Token，或时间相差太大，或不在 IP 名单里",
        "The callback refused: the running server has another token, or a clock is wrong, or "
        "this address is not on its list",
    ),
    "callback_redirect": (
        "回调地址发生跳转，微信不会跟随：请填写最终地址",
        "The callback address redirects, which WeChat does not follow: give the final one",
    ),
    "callback_other": (
        "回调地址返回了 HTTP {detail}，不是验证结果",
        "The callback address answered with HTTP {detail} and not with the echo",
    ),
    "callback_unreachable": (
        "无法访问回调地址（DNS、防火墙、证书或服务未启动）",
        "The callback address cannot be reached: DNS, firewall, certificate, or not running",
    ),
    "clock": (
        "服务器时间与这台机器相差 {detail} 秒，请校准时间",
        "The server's clock and this one differ by {detail} seconds; set them right",
    ),
    "no_secret": (
        "没有设置 AppSecret：只能被动回复，不能主动发消息",
        "No AppSecret is set: only passive replies are possible",
    ),
    "token": ("AppID 和 AppSecret 正确，可以调用接口", "AppID and AppSecret work"),
    "api_unreachable": (
        "无法连接微信接口（api.weixin.qq.com）：请检查网络和代理",
        "WeChat's API cannot be reached: check the network and its proxy",
    ),
    "allow_ips": (
        "IP 名单缺少微信的服务器地址：{detail}",
        "The allow list lacks addresses of WeChat's: {detail}",
    ),
    "sending": (
        "可以发送客服消息，今天还可以发 {detail}",
        "Messages may be sent; left today: {detail}",
    ),
    "no_sending": (
        "没有客服消息权限（需要已认证）：请设置 passive_only，只用被动回复",
        "The account may not send messages (it must be verified): set passive_only",
    ),
    "passive_only": (
        "只用被动回复，与账号权限一致",
        "Passive replies only, as the account's rights have it",
    ),
}


def finding(step: str, level: Level, detail: str = "") -> Finding:
    """Return a finding with its sentences."""
    zh, en = _WORDS[step]
    return Finding(step, level, zh.format(detail=detail), en.format(detail=detail))
