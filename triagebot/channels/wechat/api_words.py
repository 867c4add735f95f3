"""Tencent's error numbers in words, for agents and owners."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS: Mapping[int, tuple[str, str]] = {
    -1: ("微信系统繁忙，请稍后再试", "WeChat is busy, try again later"),
    40001: ("access_token 无效，或 AppSecret 不正确", "The access token or the AppSecret is wrong"),
    40002: ("凭证类型不正确", "The grant type is wrong"),
    40003: ("粉丝的 OpenID 不属于这个公众号", "The fan's OpenID is not of this account"),
    40007: (
        "素材编号无效或已过期（临时素材保存 3 天）",
        "The media id is wrong or over 3 days old",
    ),
    40013: ("AppID 不正确", "The AppID is wrong"),
    40014: ("access_token 无效", "The access token is wrong"),
    40032: ("一次传入的粉丝太多", "Too many fans in one call"),
    40037: ("模板编号不正确", "The template id is wrong"),
    40125: ("AppSecret 不正确（可能已被重置）", "The AppSecret is wrong; it may have been reset"),
    40164: (
        "服务器出口 IP {address} 不在公众号后台的 IP 白名单里",
        "The server's outgoing address {address} is not on the account's IP whitelist",
    ),
    40243: ("AppSecret 已被冻结，请在公众号后台解冻", "The AppSecret is frozen; unfreeze it"),
    41001: ("缺少 access_token", "The access token is missing"),
    41002: ("缺少 AppID", "The AppID is missing"),
    41004: ("缺少 AppSecret", "The AppSecret is missing"),
    41006: ("缺少素材编号", "The media id is missing"),
    42001: ("access_token 已过期", "The access token has expired"),
    43002: ("需要 POST 请求", "The call must be a POST"),
    43004: ("粉丝没有关注公众号", "The fan does not follow the account"),
    43019: ("粉丝在黑名单里", "The fan is on the blacklist"),
    43101: ("用户拒绝接收订阅通知", "The fan refuses this notice"),
    43116: ("模板已被封禁", "The template is banned"),
    44004: ("消息内容为空", "The message is empty"),
    45001: ("文件太大", "The file is too big"),
    45002: ("消息内容太长", "The message is too long"),
    45008: ("图文消息只能有一条", "Only one card may be sent"),
    45009: ("今天的接口调用次数已用完", "Today's calls are used up"),
    45011: ("接口调用太频繁，请一分钟后再试", "Too many calls this minute"),
    45015: (
        "超过 48 小时没有互动，或粉丝已取消关注",
        "The fan last wrote over 48 hours ago, or has left",
    ),
    45047: (
        "粉丝下次发消息之前，可发条数已用完（每次最多 5 条）",
        "All messages are used until the fan writes again (5 for each of theirs)",
    ),
    45056: ("标签已满 100 个", "There are 100 tags already"),
    45057: ("该标签下粉丝超过 10 万，不能删除", "The tag has over 100,000 fans"),
    45058: ("不能修改系统保留的标签", "The tag is the system's own"),
    45059: ("该粉丝的标签已满 20 个", "The fan has 20 tags already"),
    45157: ("标签名不合法或已存在", "The tag's name is taken or not allowed"),
    45158: ("标签名超过 30 个字节", "The tag's name is over 30 bytes"),
    45159: ("标签不存在", "There is no such tag"),
    47001: ("请求不是正确的 JSON", "The request is not JSON"),
    47003: ("模板字段不正确", "A field of the template is wrong"),
    48001: (
        "公众号没有该接口权限（客服消息需要已认证的公众号）",
        "The account may not use this; customer-service messages need a verified account",
    ),
    48002: ("粉丝拒收消息", "The fan refuses messages"),
    48004: ("接口已被封禁，请登录公众号后台查看", "The API is banned; see the account's console"),
    48006: ("本月清零次数已用完", "The month's quota resets are used up"),
    49003: ("OpenID 属于另一个 AppID", "The OpenID is of another AppID"),
    50002: ("粉丝账号受限", "The fan's account is limited"),
    50004: ("公众号被禁用", "The account is forbidden"),
    50007: ("公众号被冻结", "The account is frozen"),
    61024: ("第三方平台的公众号需要用平台的凭证", "The account needs its platform's token"),
    65400: ("没有启用新版客服功能", "The customer-service function is off"),
    89503: ("该 IP 的调用正等待管理员确认", "The address awaits the administrator's consent"),
    89506: ("管理员 24 小时内拒绝了该 IP", "The administrator refused the address, for 24 hours"),
    89507: ("管理员 1 小时内拒绝了该 IP", "The administrator refused the address, for an hour"),
}


def meaning(errcode: int, address: str = "") -> dict[str, str]:
    """Return what an error number means, by language, `zh` and `en`."""
    zh, en = _WORDS.get(errcode, ("微信拒绝了请求", "WeChat refused the call"))
    where = address or "?"
    return {
        "zh": f"{zh.format(address=where)}（{errcode}）",
        "en": f"{en.format(address=where)} ({errcode})",
    }
