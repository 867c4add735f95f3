"""Clusters: what is alike comes together, what differs in one telling thing stays apart."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from triagebot.triage.cluster import FEW, Kind, Waiting, cluster
from triagebot.triage.features import Vocabulary
from triagebot.triage.likeness import Likeness, stars
from triagebot.triage.normalise import normalise
from triagebot.triage.segment import build_segmenter
from triagebot.triage.specifics import specifics

EMPTY = Vocabulary({}, {}, np.ones(1), (1.0, 1.0))
SEGMENTER = build_segmenter(())


def hear(text):
    plain = normalise(text)
    return plain, SEGMENTER.cut(plain)


def grouped(*waiting, least=0.66):
    """Clusters as tuples of texts."""
    items = [each if isinstance(each, Waiting) else Waiting(each) for each in waiting]
    found = cluster(items, hear, EMPTY, lambda intent: intent == "chat", least)
    places = sorted(member.place for each in found for member in each.members)
    assert places == list(range(len(items))), "every message is in exactly one cluster"
    return [tuple(items[m.place].text for m in each.members) for each in found]


def test_the_same_words_in_other_dress_are_one_cluster():
    texts = ("什么时候发货？", "什么时候发货", "什麼時候發貨!!", "什么时候 发货")
    assert len(grouped(*texts)) == 1


def test_neighbours_join_and_the_most_said_is_the_centre():
    texts = ["怎么查物流信息"] + ["物流信息怎么查"] * 3 + ["物流信息怎么查呀"]
    (one,) = grouped(*texts)
    assert one[0] == "物流信息怎么查"
    assert Counter(one) == Counter(texts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("红米note3什么时候有货", "红米note4什么时候有货"),
        ("订单 20231101123456789 到哪里了", "订单 20231101987654321 到哪里了"),
        ("miui 12.5.1 怎么升级", "miui 12.5.2 怎么升级"),
        ("oppo手机支持快充吗", "vivo手机支持快充吗"),
        ("我的订单可以改地址", "我的订单不可以改地址"),
        ("第二代手环多少钱", "第三代手环多少钱"),
        ("充值50元没到账", "充值100元没到账"),
    ],
)
def test_what_differs_in_one_telling_thing_stays_apart(one, other):
    texts = [one] * 3 + [other] * 3
    assert all(len(set(each)) == 1 for each in grouped(*texts))
    assert specifics(one) != specifics(other)


def test_without_that_rule_they_would_mix():
    """The rule decides, not the distance: by likeness alone a cluster would mix two models."""
    texts = ["红米note3什么时候有货", "红米note4什么时候有货"]
    rows = Likeness([hear(text) for text in texts], EMPTY).rows([0, 1])
    assert [each.rows for each in stars(rows, [1, 1], 0.66)] == [(0, 1)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Note 3", "note3"), ("能不能用", "能用"), ("有没有货", "有货"), ("Ｖ５", "v 5")],
)
def test_ways_of_writing_are_no_difference(one, other):
    assert specifics(one) == specifics(other)


def test_different_intents_stay_apart():
    same = "可以开发票吗"
    found = grouped(*[Waiting(same, "invoice")] * 2, *[Waiting(f"{same}?", "other")] * 2)
    assert len(found) == 1, "the very same words are one, whatever the model made of them"
    found = grouped(Waiting("可以开发票吗", "invoice"), Waiting("可以开发票嘛", "other"))
    assert len(found) == 2


def test_what_is_left_alone_is_grouped_by_its_answer_then_by_small_talk():
    asks = [
        Waiting(text, "delivery", 0.9, "delivery/when", sure)
        for text, sure in (("啥时寄出", 0.95), ("几号能出库呢", 0.9), ("发我的快一点", 0.45))
    ]
    chat = [Waiting(text, "chat", 0.9) for text in ("哈哈", "你多大了", "唱首歌")]
    alone = Waiting("屏幕闪了一下", "after_sales", 0.9, "after_sales/screen", 0.2)
    items = [*asks, *chat, alone]
    found = cluster(items, hear, EMPTY, lambda intent: intent == "chat")
    kinds = {each.kind: each for each in found}
    assert [items[m.place] for m in kinds[Kind.ANSWER].members] == asks
    assert (kinds[Kind.ANSWER].answer, kinds[Kind.ANSWER].intent) == ("delivery/when", "delivery")
    assert len(kinds[Kind.ANSWER].ticked) == 2, "the least sure one waits for a person to tick it"
    assert len(kinds[Kind.INTENT].members) == len(chat) == FEW
    assert [len(each.members) for each in found if each.kind is Kind.ALIKE] == [1]


def test_who_names_something_else_is_shown_but_not_ticked():
    texts = ["花呗自动还款", "花呗自动还款顺序", "花呗自动还款吗"]
    (one,) = cluster([Waiting(text) for text in texts], hear, EMPTY, lambda intent: False)
    assert {texts[member.place] for member in one.ticked} == {"花呗自动还款", "花呗自动还款吗"}
    assert len(one.members) == 3


def test_nothing_makes_nothing_and_words_without_letters_are_no_fault():
    assert grouped() == []
    assert sum(len(each) for each in grouped("？？？", "", "😀", "…", "？？")) == 5


def test_rows_beyond_one_stretch_are_all_placed():
    texts = [f"第{i}种说法{chr(0x4E00 + i)}{chr(0x5E00 + i)}" for i in range(30)]
    rows = Likeness([hear(text) for text in texts], EMPTY).rows(range(30))
    found = stars(rows, [1] * 30, 0.66, at_once=7)
    assert sorted(row for star in found for row in star.rows) == list(range(30))


def test_a_stricter_likeness_splits():
    texts = ["怎么查物流信息", "物流信息怎么查", "物流信息怎么查呀"]
    assert len(grouped(*texts, least=0.99)) > len(grouped(*texts))


def test_the_serving_model_groups_by_its_own_words(mind):
    texts = ["什么时候发货", "什么时候发货呀", "怎么开发票"]
    found = mind.cluster([Waiting(text) for text in texts])
    assert [len(each.members) for each in found] == [2, 1]
