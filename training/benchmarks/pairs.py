"""How well two messages are known to mean the same, judged on pairs that were held out.

The score is learnt from judged pairs: a linear model over likenesses, over what must be equal
before two messages may share one answer, and over the n-grams that both messages have or only one.
A logistic curve over scores out of fold makes it a probability. Plain likenesses are its rivals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from scipy.sparse import coo_array, csr_matrix, hstack
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from training.benchmarks.datasets import read_json_rows
from training.fit import FitSettings, learn_vocabulary, matrix
from training.measures import calibration_error, reliability
from triagebot.errors import NothingToDo
from triagebot.triage.answers import bare
from triagebot.triage.features import Message
from triagebot.triage.normalise import normalise
from triagebot.triage.segment import build_segmenter
from triagebot.triage.specifics import NEGATED, named, specifics

FILE = "question_pairs.jsonl.gz"
HELD_OUT = 5
"""Of so many groups of pairs the second is held out; the settings were chosen on the first."""

LEAST = 5
"""An n-gram is known when so many messages have it: so pairs to learn from have unknown ones, as
those to judge do."""

C = 0.03
FOLDS = 3
GRAMS = 3.0
"""What n-grams weigh beside likenesses of unit spread."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Pair(msgspec.Struct, frozen=True):
    """Two messages; `label` is 1 when they mean the same."""

    text: str
    text2: str
    label: Literal["0", "1"]


@dataclass(frozen=True, slots=True)
class PairScore:
    """What one score reached on held-out pairs.

    `auc` is the area under the ROC curve, `ece` the expected calibration error of the score taken
    as a probability as it is, `ece_fitted` that after a logistic curve learnt on the pairs to learn
    from, which ours has already; all 0..1.
    """

    auc: float
    ece: float
    ece_fitted: float


@dataclass(frozen=True, slots=True)
class Pairs:
    """Everyone's figures; `same` is the share of judged pairs that mean the same."""

    learnt: int
    judged: int
    same: float
    scores: dict[str, PairScore]

    def as_json(self) -> dict[str, Any]:
        """Return our figures with the rivals' beside them."""
        scores = {name: asdict(score) for name, score in self.scores.items()}
        head = {"benchmark": "pairs", "learnt": self.learnt, "judged": self.judged}
        return {**head, "same": self.same, **scores.pop("triagebot"), "rivals": scores}


def run(data: Path) -> Pairs:
    """Learn from most pairs of the folder `data`, judge the rest.

    Pairs that share a message are on one side. Raises `NotFound` without the file, `NothingToDo`
    when a side lacks pairs of one kind.
    """
    pairs = read_json_rows(data / FILE, Pair)
    same = np.array([pair.label == "1" for pair in pairs], bool)
    held = groups_of(pairs) % HELD_OUT == 1
    if len(set(zip(same.tolist(), held.tolist(), strict=True))) < 4:
        raise NothingToDo(f"{FILE}: needs pairs of both kinds to learn from and to judge")
    features = _features(pairs, held)
    sure = _learnt(features, same, held, groups_of(pairs))
    scores = {"triagebot": _judge(sure, sure, same[held])}
    plain = {
        "tfidf_cosine": _plain_cosine(pairs, held),
        "rapidfuzz_ratio": np.array([fuzz.ratio(p.text, p.text2) / 100.0 for p in pairs]),
    }
    for name, value in plain.items():
        fitted = _curve(value[~held], same[~held], value[held])
        scores[name] = _judge(value[held], fitted, same[held])
    return Pairs(int((~held).sum()), int(held.sum()), float(same[held].mean()), scores)


def groups_of(pairs: Sequence[Pair]) -> NDArray[np.int64]:
    """Return the number of each pair's group; pairs that share a message are in one."""
    places: dict[str, int] = {}
    ends = [[places.setdefault(t, len(places)) for t in (p.text, p.text2)] for p in pairs]
    one, other = np.array(ends, np.int64).reshape(-1, 2).T
    links = coo_array((np.ones(len(one)), (one, other)), shape=(len(places), len(places)))
    _, groups = connected_components(links, directed=False)
    return np.asarray(groups[one], np.int64)


def _learnt(features: csr_matrix, same: Bools, held: Bools, groups: NDArray[np.int64]) -> Floats:
    """Return the probability that each held-out pair means the same."""
    x, y = features[~held], same[~held]
    model = LinearSVC(C=C, random_state=7)
    folds = GroupKFold(FOLDS)
    unseen = cross_val_predict(
        model, x, y, groups=groups[~held], cv=folds, method="decision_function"
    )
    return _curve(unseen, y, model.fit(x, y).decision_function(features[held]))


def _curve(values: Floats, same: Bools, asked: Floats) -> Floats:
    curve = LogisticRegression(C=1e6, max_iter=1000).fit(values[:, None], same)
    return np.asarray(curve.predict_proba(asked[:, None])[:, 1])


def _features(pairs: Sequence[Pair], held: Bools) -> csr_matrix:
    """Return likenesses, differing and shared n-grams, shape (n_pairs, n_features)."""
    heard, half = _heard(pairs), len(pairs)
    seen = [m for m, h in zip(heard, np.tile(held, 2), strict=True) if not h]
    known = learn_vocabulary(seen, FitSettings(min_words=LEAST, min_characters=LEAST))
    rows = matrix(known, heard)[:, 1:]
    one, other = rows[:half], rows[half:]
    apart = np.array(
        [_apart(*each) for each in zip(pairs, heard[:half], heard[half:], strict=True)]
    )
    cosine = np.asarray(one.multiply(other).sum(axis=1)).reshape(-1, 1)
    dense = np.hstack([cosine, apart])
    dense = StandardScaler().fit(dense[~held]).transform(dense)
    grams = hstack([abs(one - other), one.minimum(other)]) * GRAMS
    return hstack([csr_matrix(dense), grams], format="csr")


def _apart(pair: Pair, one: Message, other: Message) -> list[float]:
    a, b = bare(one[0]), bare(other[0])
    own, its = set(specifics(pair.text)), set(specifics(pair.text2))
    matters = named(one[1]), named(other[1])
    shorter = min(map(len, matters))
    return [
        fuzz.ratio(a, b) / 100.0,
        fuzz.partial_ratio(a, b) / 100.0,
        fuzz.token_sort_ratio(" ".join(one[1]), " ".join(other[1])) / 100.0,
        abs(len(a) - len(b)) / max(len(a), len(b), 1),
        float(len((own ^ its) - {NEGATED})),
        float(NEGATED in own ^ its),
        len(matters[0] & matters[1]) / shorter if shorter else 0.5,
        float(shorter == 0),
    ]


def _heard(pairs: Sequence[Pair]) -> list[Message]:
    cut = build_segmenter(()).cut
    texts = [normalise(text) for side in ("text", "text2") for text in _side(pairs, side)]
    return [(text, cut(text)) for text in texts]


def _side(pairs: Sequence[Pair], side: str) -> list[str]:
    return [getattr(pair, side) for pair in pairs]


def _plain_cosine(pairs: Sequence[Pair], held: Bools) -> Floats:
    """Return scikit-learn's own TF-IDF cosine over character 1- to 3-grams."""
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    vectors.fit([t for p, h in zip(pairs, held, strict=True) if not h for t in (p.text, p.text2)])
    one, other = (vectors.transform(_side(pairs, side)) for side in ("text", "text2"))
    return np.asarray(one.multiply(other).sum(axis=1)).ravel()


def _judge(values: Floats, fitted: Floats, same: Bools) -> PairScore:
    errors = [calibration_error(reliability(sure, same)) for sure in (values, fitted)]
    return PairScore(float(roc_auc_score(same, values)), *errors)
