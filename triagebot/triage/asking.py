"""Which kinds of question a message asks: when, why, how much, where.

An answer to one is none to another, however alike they read. Ways to ask for the same are one kind:
"怎么退货", "我要退货" and "可以退货吗" all want it done, so they are none.
"""

from __future__ import annotations

import re

Asking = tuple[str, ...]
"""The kinds of question in a message, sorted; none where it only says what it wants."""

_KINDS = {
    # Help is wanted with whatever was said before, as by a message that says only that.
    "help": "怎么办|咋办|怎么处理|如何处理|怎么解决|如何解决",
    "why": "为什么|为何|为啥|怎么回事|咋回事|什么情况(?!下)|什么原因|啥原因"
    "|(?:怎么|咋|怎)(?=[还又就都]?(?:没|不|无|总|老是|突然|会|变(?!更)|这么|那么))"
    "|(?:怎么|咋|怎)(?=[^,。?! ]{1,6}了[?!。]*$)",
    "when": "什么时[候间]|啥时|何时|几时|哪一?天|多久|多长时间|多少[天小分年]"
    "|几(?:[点号月天日年]|分钟|小时|个月|个?工作日)",
    "much": "多少|多大|多高|多长|多重|几[块元折个]|价格|价钱|报价|售价|怎么卖|贵不贵",
    "where": "哪里|哪儿|[在去到从]哪|何处|什么地方|啥地方|什么位置",
    "which": "哪一?[个款种些家]",
    "who": "谁|哪位",
    "like": "怎么样(?!才|可以|能|去)|咋样|如何(?=[?!。]*$)|好不好|好用[吗么不]",
    "how": "怎么|怎样|如何|咋|怎",
    "what": "(?<!没)什么|啥|是何",
    "whether": "能不能|可不可以|可否|能否|是否|会不会|要不要|有没有|是不是|[吗么嘛](?=$|[,。?! ])",
}
_ASKS = re.compile("|".join(f"(?P<{kind}>{each})" for kind, each in _KINDS.items()))
_WANTED = frozenset(("help", "how", "whether", "what", "which"))
"""Ways to say that something is wanted: of judged pairs that differ in these only, most are one."""
_FAILS = re.compile("[不没无未]|失败")


def asking(text: str) -> Asking:
    """Return the kinds of normalised `text` that want answers of their own.

    Who only says that something does not work asks why.
    """
    found = sorted({str(match.lastgroup) for match in _ASKS.finditer(text)} - _WANTED)
    if not found and _FAILS.search(_ASKS.sub("", text)):
        return ("why",)
    return tuple(found)
