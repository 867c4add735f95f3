import numpy as np
import pytest

from triagebot.triage.features import Vocabulary
from triagebot.triage.grams import PAIRED, character_grams, character_ngrams, word_ngrams
from triagebot.triage.keys import KeyIndex, keys_of

TEXTS = [
    "什么时候发货",
    "发货 什么时候",
    "好好好",
    "",
    " ",
    "龘",
    "a ^b$ c",
    "一二三四五六七八九十" * 9,
]


@pytest.fixture
def vocabulary():
    grams = sorted({gram for text in TEXTS[:3] for gram in character_ngrams(text)})
    words = ["什么", "发货"]
    idf = np.linspace(1.0, 4.0, 1 + len(words) + len(grams))
    index = {gram: i for i, gram in enumerate(grams, start=3)}
    return Vocabulary({"什么": 1, "发货": 2}, index, idf, (0.5, 1.0, 0.7))


def test_no_messages_give_no_rows(vocabulary):
    rows = vocabulary.rows([])
    assert len(rows.ids) == len(rows.values) == len(rows.starts) == 0


def test_a_batch_has_the_rows_of_single_messages(vocabulary):
    messages = [(text, text.split()) for text in TEXTS]
    batch = vocabulary.rows(messages)
    ends = [*batch.starts[1:], len(batch.ids)]
    for message, start, stop in zip(messages, batch.starts, ends, strict=True):
        alone = vocabulary.rows([message])
        assert batch.ids[start:stop].tolist() == alone.ids.tolist()
        assert batch.values[start:stop].tolist() == alone.values.tolist()


@pytest.mark.parametrize("text", TEXTS)
def test_known_ngrams_are_exactly_those_of_the_text(vocabulary, text):
    expected = {vocabulary.characters.get(gram) for gram in character_ngrams(text)}
    expected |= {vocabulary.words.get(word) for word in word_ngrams(text.split())}
    ids = vocabulary.rows([(text, text.split())]).ids.tolist()
    assert set(ids) == {0, *expected} - {None}
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("size", [0, 1, 3, 4096])
def test_each_key_is_found_and_no_other(size):
    grams = [chr(0x4E00 + i // 64) + chr(0x4E00 + i % 64) for i in range(size)]
    index = KeyIndex([*grams, *grams[:1]], range(len(grams) + 1))  # one comes twice
    assert index.find(keys_of(grams)).tolist() == [*range(size)]
    assert index.find(keys_of(["货", "什 么", "货一", "一货"])).tolist() == [-1] * 4


@pytest.mark.parametrize("text", TEXTS)
def test_every_ngram_has_a_place(text):
    assert {gram.text for gram in character_grams(text)} == set(character_ngrams(text))
    assert all(0 <= gram.start < gram.stop <= len(text) for gram in character_grams(text))


def test_a_pair_does_not_mind_order_or_distance():
    assert "候 货" in character_ngrams("什么时候发货") or "货 候" in character_ngrams(
        "什么时候发货"
    )
    common = set(character_ngrams("货什么时候发")) & set(character_ngrams("什么时候发货"))
    assert sum(" " in gram for gram in common) == 15


def test_pairs_stay_few_in_a_long_message():
    text = "".join(chr(0x4E00 + i) for i in range(300))
    assert sum(" " in gram for gram in character_ngrams(text)) == PAIRED * (PAIRED - 1) // 2
