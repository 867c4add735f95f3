import random

import pytest
from rapidfuzz import fuzz, process
from scipy.sparse.csgraph import connected_components

from training.near_duplicates import LIKE, group_near_duplicates


def by_comparing_all(texts):
    like = process.cdist(texts, texts, scorer=fuzz.ratio) >= LIKE
    return connected_components(like, directed=False)[1]


def changed(text, rng):
    letters = list(text)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(letters) + 1)
        letters[place : place + rng.randrange(2)] = rng.choice(["", "的", "了吗", "啊"])
    return "".join(letters)


@pytest.mark.parametrize("seed", range(8))
def test_groups_are_those_of_comparing_every_pair(seed):
    rng = random.Random(seed)
    plain = ["".join(rng.choices("手机快递发货怎么刷", k=rng.randint(1, 36))) for _ in range(150)]
    texts = [text for one in plain for text in (one, changed(one, rng)) if 0 < len(text) <= 40]
    ours, theirs = group_near_duplicates(texts).tolist(), by_comparing_all(texts).tolist()
    both = set(zip(ours, theirs, strict=True))
    assert len(both) == len(set(ours)) == len(set(theirs)) < len(texts)


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("什么时候发货", "什么时候发货", True),
        ("什么时候发货啊", "什么时候发货", True),
        ("发货吗", "发货了", False),
        ("我的手机什么时候才能给我发货呢", "我的手机什么时候才能给我退货呢", True),
        ("我的手机什么时候才能给我发货", "我的手机为啥今天也没给我发货", False),
        ("手" * 60 + "什么时候发货", "手" * 60 + "什么时候发呀", True),
    ],
)
def test_two_sentences(first, second, alike):
    groups = group_near_duplicates([first, second])
    assert (groups[0] == groups[1]) == alike


def test_groups_are_numbered_by_their_first_member():
    assert group_near_duplicates(["乙乙", "甲甲", "乙乙", "丙丙"]).tolist() == [0, 1, 0, 2]


def test_nothing_gives_nothing():
    assert group_near_duplicates([]).tolist() == []
