"""The sentences of `check`, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from triagebot.errors import BadInput


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
    "no_account": (
        "还没有设置公众号：请在 triagebot.toml 里写 [wechat.main]，或用 triagebot wechat fake 试用",
        "No account is set: write [wechat.main] into triagebot.toml, or try it with "
        "`triagebot wechat fake`",
    ),
    "set_appid": (
        "AppID 格式不对：在公众号后台「设置与开发 → 基本配置」里，以 wx 开头，共 18 位",
        "The AppID has the wrong form: it is in WeChat's console under basic configuration, wx and "
        "16 hex digits",
    ),
    "set_tokens": (
        "Token 不对：token_file 里写一个（轮换时两个），3–32 位字母和数字，与后台填写的一致",
        "The token is wrong: token_file holds one (two while rotating) of 3 to 32 letters and "
        "digits, the same as in the console",
    ),
    "set_aes_keys": (
        "EncodingAESKey 不对：安全模式在 aes_key_file 里写 43 位密钥；明文模式不要写",
        "The EncodingAESKey is wrong: in safe mode aes_key_file holds its 43 characters; plain "
        "mode takes none",
    ),
    "set_mode": (
        "mode 只能是 plain（明文）、compatible（兼容）或 safe（安全）",
        "mode is plain, compatible or safe",
    ),
    "set_secret_file": (
        "读不到密钥文件：{detail}",
        "A secret file cannot be read: {detail}",
    ),
    "set_other": ("设置有误：{detail}", "A setting is wrong: {detail}"),
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


def of_settings(error: BadInput) -> Finding:
    """Return what is wrong with an account's settings, from the error they raise."""
    step = next((f"set_{name}" for name in error.fields if f"set_{name}" in _WORDS), "set_other")
    if step == "set_other" and error.message.startswith("secret file"):
        step = "set_secret_file"
    return finding(step, Level.ERROR, detail=error.message)
