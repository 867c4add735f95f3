from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from training import document_frequency as module
from training.document_frequency import document_frequency
from triagebot.triage.grams import character_ngrams

texts = st.lists(st.text(st.sampled_from("快递到哪 了ab1\U0001f600"), max_size=24), max_size=12)


@settings(deadline=None)
@given(texts=texts)
def test_counts_are_those_of_the_texts_own_ngrams(texts):
    expected = Counter(gram for text in texts for gram in set(character_ngrams(text)))
    assert document_frequency(texts) == dict(expected)
    assert set(document_frequency(texts, most=3).values()) == {
        count for _, count in expected.most_common(3)
    }


@settings(deadline=None, max_examples=30)
@given(texts=texts)
def test_parts_add_up_to_the_whole(texts):
    whole = document_frequency(texts, least=2)
    part, merge = module.PART, module._MERGE
    module.PART, module._MERGE = 2, 5
    try:
        assert document_frequency(texts, least=2) == whole
    finally:
        module.PART, module._MERGE = part, merge
