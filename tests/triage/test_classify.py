import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from triagebot.triage.grams import character_ngrams, word_ngrams

TEXTS = [
    "什么时候发货",
    "手机充不进电怎么办啊",
    "F码怎么用？？",
    "你好",
    "",
    "⌗ 帮我查一下",
    "好好好好好",
    "zzz qqq 龘",
    "刷机刷机刷机 变砖了",
]


def sklearn_probabilities(mind, texts):
    """The same numbers by scikit-learn's own vectorizer and softmax regression."""
    vocabulary, model = mind.bundle.vocabulary, mind.bundle.model
    heard = [mind.hear(text) for text in texts]
    weights = model.weights.astype(np.float64) / model.temperature

    def block(terms, analyzer):
        """A vectorizer whose vocabulary also has what is new in `texts`, with weight 0."""
        new = {gram for message in heard for gram in analyzer(message)} - terms.keys()
        known = list(terms.values())
        vectorizer = TfidfVectorizer(
            analyzer=analyzer,
            vocabulary={term: i for i, term in enumerate([*terms, *sorted(new)])},
            sublinear_tf=True,
        )
        rarest = np.full(len(new), vocabulary.idf.max())
        vectorizer.idf_ = np.concatenate([vocabulary.idf[known], rarest])
        return vectorizer, np.vstack([weights[known], np.zeros((len(new), weights.shape[1]))])

    words, word_weights = block(vocabulary.words, lambda message: word_ngrams(message[1]))

    def characters(paired):
        known = {k: i for k, i in vocabulary.characters.items() if (len(k) > 2) is paired}
        return block(
            known,
            lambda message: [k for k in character_ngrams(message[0]) if (len(k) > 2) is paired],
        )

    (ngrams, ngram_weights), (pairs, pair_weights) = characters(False), characters(True)
    union = FeatureUnion(
        [("w", words), ("n", ngrams), ("p", pairs)],
        transformer_weights=dict(zip("wnp", vocabulary.block_weights, strict=True)),
    )
    classifier = LogisticRegression()
    classifier.classes_ = np.array(model.intents)
    classifier.coef_ = np.vstack([word_weights, ngram_weights, pair_weights]).T
    classifier.intercept_ = weights[0]
    return classifier.predict_proba(union.transform(heard))


def test_serving_equals_scikit_learn_on_the_same_bundle(mind, intents_folder):
    from triagebot.triage.catalogue import read_catalogue

    texts = TEXTS + [e.text for e in read_catalogue(intents_folder).examples[::40]]
    ours = mind.bundle.model.probabilities(
        mind.bundle.vocabulary.rows([mind.hear(text) for text in texts])
    )
    assert np.abs(ours - sklearn_probabilities(mind, texts)).max() < 1e-6


def test_the_comparison_notices_another_temperature(mind):
    theirs = sklearn_probabilities(mind, TEXTS)
    rows = mind.bundle.vocabulary.rows([mind.hear(text) for text in TEXTS])
    scores = mind.bundle.model.scores(rows)
    wrong = np.exp(scores / (mind.bundle.model.temperature * 1.01))
    wrong /= wrong.sum(axis=1, keepdims=True)
    assert np.abs(wrong - theirs).max() > 1e-6


def test_a_batch_says_what_single_messages_say(mind):
    batch = mind.think(TEXTS)
    for text, prediction in zip(TEXTS, batch, strict=True):
        alone = mind.think([text])[0]
        assert alone.intents[0].intent == prediction.intents[0].intent
        assert alone.confidence == pytest.approx(prediction.confidence, abs=1e-12)
        assert [a.answer for a in alone.answers] == [a.answer for a in prediction.answers]


def test_probabilities_sum_to_one_even_for_nothing_known(mind):
    rows = mind.bundle.vocabulary.rows([mind.hear(text) for text in ("", "龘龘", "?")])
    assert mind.bundle.model.probabilities(rows).sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])


def test_no_messages_give_no_predictions(mind):
    assert mind.think([]) == []


@pytest.mark.parametrize("text", TEXTS)
def test_the_words_contributions_sum_to_the_score(mind, text):
    plain, tokens = mind.hear(text)
    prediction = mind.think([text])[0]
    scores = mind.bundle.model.scores(mind.bundle.vocabulary.rows([(plain, tokens)]))[0]
    for intent in ("delivery", "flashing_rom"):
        column = mind.bundle.model.intents.index(intent)
        words = sum(word.weight for word in mind.explain(prediction, intent))
        total = words + mind.bundle.model.intercept(intent)
        expected = scores[column] / mind.bundle.model.temperature
        assert total == pytest.approx(expected, abs=1e-9)
