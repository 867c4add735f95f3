"""Intents that share a word of their names, and what they learn from each other."""

import numpy as np
import pytest

from training.families import families
from training.fit import FitSettings, learn_vocabulary, learn_weights, matrix
from triagebot.triage.segment import build_segmenter

TOPICS = {"alarm": "闹钟", "list": "清单", "email": "邮件", "reminder": "提醒"}
ASKED = {
    "set": ["新建一个{}", "帮我建{}", "再来一个{}"],
    "query": ["看看我的{}", "查一下{}", "{}有哪些"],
    "remove": ["删除{}", "把{}删掉", "去掉这个{}"],
}
SENTENCES = {
    f"{topic}_{asked}": [text.format(thing) for text in texts]
    for topic, thing in TOPICS.items()
    for asked, texts in ASKED.items()
} | {"greet": ["你好", "早上好", "嗨"], "reminder_remove": ["不用再提醒我了"]}
NAMES = tuple(sorted(SENTENCES))


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("greet", "alarm_set", "alarm_query"), [[0, 1, 1]]),
        (("greet", "alarm_set", "list_set"), [[0, 1, 1]]),
        (("faq/price", "faq/colour", "order_price"), [[1, 1, 0], [1, 0, 1]]),
        (("a_x", "a_y", "b_x", "b_y"), [[1, 1, 2, 2], [1, 2, 1, 2]]),
        (("alarm_query_next", "alarm_set", "query_next"), [[1, 1, 0]]),
        (("purchase", "flashing_rom", "order_lookup", "买家咨询"), []),
        (("intent_1", "intent_2", "intent_3"), []),
        (("_a", "_b", "c_", "d_"), []),
    ],
)
def test_names_tell_who_belongs_together(names, found):
    assert [family.tolist() for family in families(names)] == found


@pytest.fixture(scope="module")
def rows():
    segmenter = build_segmenter(())
    messages = [(text, tuple(segmenter.cut(text))) for name in NAMES for text in SENTENCES[name]]
    vocabulary = learn_vocabulary(messages, FitSettings())
    numbers = np.repeat(np.arange(len(NAMES)), [len(SENTENCES[name]) for name in NAMES])

    def hear(text):
        return matrix(vocabulary, [(text, tuple(segmenter.cut(text)))])

    return matrix(vocabulary, messages), numbers, hear


def learn(rows, names):
    x, numbers, _ = rows
    ones = np.ones(len(numbers))
    return learn_weights(x, numbers, len(names), ones, FitSettings(), families(names))


@pytest.mark.parametrize("text", ["删除提醒", "把提醒删掉", "去掉这个提醒"])
def test_a_rare_intent_is_among_the_first_two_by_its_kin(rows, text):
    strangers = tuple(name.replace("_", "-") for name in NAMES)
    for names, there in ((NAMES, True), (strangers, False)):
        first = np.argsort(-(rows[2](text) @ learn(rows, names))[0])[:2]
        assert ("reminder_remove" in [NAMES[i] for i in first]) is there


def test_without_kin_nothing_changes(rows):
    x, numbers, _ = rows
    ones = np.ones(len(numbers))
    plain = learn_weights(x, numbers, len(NAMES), ones, FitSettings())
    np.testing.assert_array_equal(learn(rows, [f"own{i}" for i in range(len(NAMES))]), plain)


def test_rows_of_one_family_alone_teach_its_intents(rows):
    x, numbers, _ = rows
    kept = np.isin(numbers, [i for i, name in enumerate(NAMES) if name.startswith("alarm")])
    weights = learn_weights(
        x[kept], numbers[kept], len(NAMES), np.ones(kept.sum()), FitSettings(), families(NAMES)
    )
    assert ((x[kept] @ weights).argmax(axis=1) == numbers[kept]).all()
