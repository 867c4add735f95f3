import pytest

from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.normalise import normalise
from triagebot.triage.segment import FastSegmenter, JiebaSegmenter, build_segmenter

WORDS = ("线刷包", "f码")
TRICKY = [
    "米2s线刷包v5.0.1-beta 4-0",
    "resource.ts 和 a_b+c#d&e%",
    "冰雪奇缘的图片...",
    "=^_^= 没事没事~",
    "3.5mm耳机 100%正品 c++",
    "",
    "☎ ⌗ ☺",
]


@pytest.fixture(scope="module")
def both():
    return FastSegmenter(WORDS), JiebaSegmenter(WORDS)


@pytest.mark.parametrize("text", TRICKY)
def test_the_fast_segmenter_cuts_as_jieba_does(both, text):
    fast, jieba = both
    assert fast.cut(text) == jieba.cut(text)


def test_the_fast_segmenter_agrees_on_the_shipped_sentences(both, intents_folder):
    fast, jieba = both
    texts = [normalise(e.text) for e in read_catalogue(intents_folder).examples]
    different = [text for text in texts if fast.cut(text) != jieba.cut(text)]
    assert len(different) <= len(texts) * 0.001, different[:5]


def test_without_the_ascii_correction_they_would_differ(both):
    fast, jieba = both
    uncorrected = [fast._jieba.cut(text) for text in TRICKY]
    assert uncorrected != [jieba.cut(text) for text in TRICKY]


def test_word_lists_are_not_shared_between_segmenters():
    with_word = build_segmenter(["火星救援包"])
    without = build_segmenter([])
    assert "火星救援包" in with_word.cut("下载火星救援包")
    assert "火星救援包" not in without.cut("下载火星救援包")


def test_words_join_to_the_text(both):
    for segmenter in both:
        assert "".join(segmenter.cut("我的 订单 怎么 4-0")) == "我的 订单 怎么 4-0"
