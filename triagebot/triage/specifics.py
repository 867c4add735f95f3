"""What must be equal before two messages may share one answer, however alike they read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

Specifics = tuple[str, ...]
"""Numbers, Latin words and counted things of a message, sorted, and `NEGATED` where it denies."""

NEGATED = "¬"

_COUNTED = "[零一二两三四五六七八九十百]"
_UNITS = re.compile(rf"[a-z]+|\d+(?:\.\d+)*|{_COUNTED}+(?=代|号|折|期|天|年|个|块|元)")
_ASKED_BOTH_WAYS = re.compile(r"(.)[不没](?=\1)|[有是能会好对行]没有|有没有|是不是|要不要|能不能")
_ASKING_WORDS = (
    "怎么 怎样 怎么样 如何 什么 为什么 为何 什么时候 何时 几时 "
    "多久 多少 多少钱 哪里 哪儿 哪个 是不是 是否 有没有 能不能 "
    "可不可以 可以 能够 可否 应该 需要 想要 请问 你好 您好 麻烦 "
    "帮忙 谢谢 现在 已经 还是 就是 但是 这个 那个 一下 我们 "
    "你们 他们 自己 怎么办 怎么回事 不了 不能 没有 怎么还 "
)
_ASKING = frozenset(_ASKING_WORDS.split())
"""Words that ask, greet or fill; what is left names the matter."""
_FILLING_WORDS = (
    "时候 一个 一台 一部 有点 不会 不是 不要 不行 为啥 咋办 咋样 多长时间 想问 一直 老是 "
    "急 急急 急急急 着急 求助"
)
_FILLING = frozenset(
    "的了吗呢吧啊呀哦嘛么哈嗯呗啦哎唉诶喂亲我你您他她它们这那是有在就都也还又再才只很太好真"
    "要想会能可得地着过和跟与给把让将对从到为以用去来说看问请个些里上中内啥咋怎哪谁几多不没未"
    "别无而但且或及该此各每做弄搞办之所帮"
).union(_FILLING_WORDS.split())
"""Characters and words that, standing alone, say nothing of the matter."""
_IDLE = _ASKING | _FILLING
_MOVES = frozenset(("转", "换", "换成", "比", "变成", "转到", "转入"))
"""Words between two things of which neither can take the other's place."""
_WORD = re.compile(r"\w")
_NEGATION = re.compile(r"[不没無无未别]|拒绝|取消|关闭|停止")


def named(tokens: Iterable[str]) -> frozenset[str]:
    """Return the words of a message that name what it is about; single characters are left out."""
    return frozenset(token for token in tokens if len(token) > 1 and token not in _ASKING)


def matter(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return the words that two messages must share to be decided on as one.

    Those that are `named`, and single characters such as 开 and 关 that say something. They are
    sorted, unless something goes from one to the other: `微信转银行卡` is not `银行卡转微信`.
    """
    words = [each for each in dict.fromkeys(tokens) if each not in _IDLE and _WORD.match(each)]
    moves = _MOVES.intersection(words)
    if not moves:
        return tuple(sorted(words))
    return (*sorted(moves), *(each for each in words if each not in moves))


def specifics(text: str) -> Specifics:
    """Return what sets a message apart: models, versions, amounts, numbers of orders, a denial.

    `note 3` and `Note3` are equal, `note3` and `note4` are not. It reads the fan's own words, as
    the normalised form hides numbers of orders and telephones.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    units = sorted(_UNITS.findall(plain))
    if _NEGATION.search(_ASKED_BOTH_WAYS.sub("", plain)):
        units.append(NEGATED)
    return tuple(units)
