"""New words from what fans write; each of the three reasons is needed."""

import random

from triagebot.triage.new_words import suggest
from triagebot.triage.segment import build_segmenter

NEW = ("F码", "线刷包", "青春版", "蓝岭核")
BEFORE = ["怎么用", "请问", "求一个", "谁有", "我的", "想要", "哪里下", "这个", "没有", "送我"]
AFTER = ["在哪", "过期了", "下载", "好用吗", "多少钱", "失效", "能送人吗", "收到", "没了", "呢"]


def chatter(words, seed=3):
    chance = random.Random(seed)
    said = [
        chance.choice(BEFORE) + word + chance.choice(AFTER) for word in words for _ in range(40)
    ]
    others = [chance.choice(BEFORE) + chance.choice(AFTER) for _ in range(400)]
    return said + others


def test_words_of_the_trade_are_found():
    found = suggest(chatter(NEW), build_segmenter(()), least=5, top=10)
    words = [one.word for one in found]
    assert {"f码", "线刷包", "青春版", "蓝岭核"} <= set(words)
    first = found[0]
    assert first.messages >= 40
    assert first.word not in first.cut
    assert first.word in first.example == "".join(first.cut)


def test_words_of_the_dictionary_are_not_suggested():
    found = suggest(chatter(NEW), build_segmenter(["f码", "线刷包"]), least=5, top=10)
    words = {one.word for one in found}
    assert not {"f码", "线刷包"} & words
    assert "蓝岭核" in words


def test_a_known_word_that_a_longer_one_swallows_now_and_then_is_not_suggested():
    chance = random.Random(9)
    swallowed = ["手机号" if i % 4 == 0 else "手机" for i in range(300)]
    texts = [chance.choice(BEFORE) + word + chance.choice(AFTER) for word in swallowed]
    words = {one.word for one in suggest(texts + chatter(NEW), build_segmenter(()), 5, 30)}
    assert "手机" not in words
    assert "蓝岭核" in words


def test_a_phrase_that_never_varies_is_no_word():
    fixed = ["我要买蓝岭核手机壳谢谢"] * 60
    assert not suggest(fixed, build_segmenter(()), least=5)


def test_characters_that_meet_by_chance_are_no_word():
    chance = random.Random(5)
    soup = ["".join(chance.choices("蓝岭核山水火木金土风", k=12)) for _ in range(300)]
    assert not suggest(soup, build_segmenter(()), least=5)


def test_numbers_of_orders_never_become_words():
    texts = [f"订单{n}到哪了" for n in range(13_900_000_000, 13_900_000_060)]
    assert all(
        not any(c.isdigit() for c in one.word) for one in suggest(texts, build_segmenter(()))
    )
    assert suggest([], build_segmenter(())) == []
