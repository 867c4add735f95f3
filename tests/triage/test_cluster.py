"""Clusters: what is alike comes together, what differs in one telling thing stays apart."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from triagebot.triage.cluster import FEW, TICKED, Kind, Waiting, cluster
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


def ticked(*texts):
    """Texts that are ticked together, three of each waiting."""
    items = [Waiting(text) for text in texts for _ in range(3)]
    found = cluster(items, hear, EMPTY, lambda intent: False)
    return {frozenset(items[m.place].text for m in each.ticked) for each in found}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("旧手机怎么退", "旧手机怎么换"),
        ("手机的飞行模式怎么开", "手机的飞行模式怎么关"),
        ("你们这里能买旧手机吗", "你们这里能卖旧手机吗"),
        ("有红的保护壳吗", "有黑的保护壳吗"),
        ("我的手机退款什么时候能到账", "我的手机退款为什么能到账"),
        ("换一块手机屏幕多少钱", "换一块手机屏幕多久"),
        ("微信零钱转银行卡怎么转", "银行卡转微信零钱怎么转"),
        ("你们修手机换屏幕的门店在哪里", "你们修手机换屏幕的门店怎么样"),
    ],
)
def test_what_wants_another_answer_is_not_ticked_with_it(one, other):
    assert all(len(each) == 1 for each in ticked(one, other) if each)
    assert any(ticked(one, other))
    near, its = Likeness([hear(one), hear(other)], EMPTY).rows([0, 1])
    assert near @ its >= TICKED[Kind.ALIKE], "by likeness alone they would be"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("我想知道怎么申请退货退款和换货", "我想知道如何申请退货退款和换货"),
        ("我买的手机可以开发票吗", "我买的手机能开发票吗"),
        ("我买的手机怎么还没发货", "我买的手机为什么还没发货"),
        ("手机屏幕突然黑屏了怎么办", "手机屏幕突然黑屏了"),
        ("我在你们店里买的手机屏幕什么时候到货呢", "我在你们店里买的手机屏幕什么时候能到货呢"),
        ("你们怎么还没有发货", "你们还没有发货"),
        ("我在你们店里买的手机什么时候发货", "我在你们店里买的手机什么时候发货，急"),
    ],
)
def test_other_ways_to_want_the_same_are_ticked_together(one, other):
    assert ticked(one, other) == {frozenset([one, other])}


def test_of_one_answer_only_those_are_ticked_who_ask_as_most_do():
    texts = ("啥时寄出", "几号能出库呢", "为什么寄得这么慢")
    asks = [Waiting(text, "delivery", 0.9, "delivery/when", 0.95) for text in texts]
    (one,) = cluster(asks, hear, EMPTY, lambda intent: False)
    assert {asks[member.place].text for member in one.ticked} == set(texts[:2])
    assert len(one.members) == FEW


def test_different_intents_stay_apart():
    same = "可以开发票吗"
    found = grouped(*[Waiting(same, "invoice")] * 2, *[Waiting(f"{same}?", "other")] * 2)
    assert len(found) == 1, "the very same words are one, whatever the model made of them"
    found = grouped(Waiting("可以开发票吗", "invoice"), Waiting("可以开发票嘛", "other"))
    assert len(found) == 2


def test_what_is_left_alone_is_grouped_by_its_answer_then_by_small_talk():
    asks = [
        Waiting(text, "delivery", 0.9, "delivery/when", sure)
        for text, sure in (("啥时寄出", 0.97), ("几号能出库呢", 0.95), ("发我的快一点", 0.45))
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
