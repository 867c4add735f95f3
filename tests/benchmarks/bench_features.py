"""What else a message could be turned into, and what each such block would be worth.

    python tests/benchmarks/bench_features.py SET [--data DIR] [BLOCK …]

Learns from three quarters of the train rows of massive or cic by the product's own features and
machine, with and without each block, and judges the last quarter and dev together; `families` is
no block, but what intents that share a word of their names teach each other. Prints the share that
is right, the difference, and the standard error of the difference (paired, as McNemar does). Word
vectors come from the load streams, without their rows of the set itself and of what is judged.
"""

import argparse
import gzip
import json
import re
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

from training.benchmarks.datasets import FILES
from training.families import families
from training.fit import FitSettings, learn_vocabulary, learn_weights, matrix
from triagebot.triage.grams import word_ngrams
from triagebot.triage.normalise import normalise
from triagebot.triage.segment import build_segmenter

STREAMS = ("load_stream_0.jsonl.gz", "load_stream_1.jsonl.gz")
SOURCES = {"massive": "massive_zh_cn", "cic": "dataclue_cic"}
WINDOW, LEAST, SIZE, WAVES = 3, 3, 100, 512

NUMBER = re.compile("[0-9零一二两三四五六七八九十百千万半]+")

segmenter = build_segmenter(())


def hear(text):
    plain = normalise(text)
    return plain, segmenter.cut(plain)


def read(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def bare(message):
    return f"^{message[0].replace(' ', '')}$"


def trigrams(message):
    text = bare(message)
    return [text[i : i + 3] for i in range(len(text) - 2)]


def ends(message):
    text, words = bare(message), word_ngrams(message[1]) or [""]
    return [text[:3], text[:4], text[-3:], text[-4:], f"^{words[0]}", f"{words[-1]}$"]


def word_pairs(message):
    return [" ".join(pair) for pair in combinations(sorted({*word_ngrams(message[1])})[:14], 2)]


def numbers(message):
    text = NUMBER.sub("#", bare(message))
    return [*text, *map(str.__add__, text, text[1:])]


GRAMS = {"trigrams": trigrams, "ends": ends, "word_pairs": word_pairs, "numbers": numbers}
"""Blocks of n-grams, as heavy as the words; in `numbers` any number is one sign."""

DENSE = ("vectors", "waves")
"""Sums of word vectors, and random Fourier features of them (Rahimi and Recht 2007)."""


def block(analyzer, heard, seen):
    vectorizer = TfidfVectorizer(analyzer=analyzer, min_df=2, sublinear_tf=True)
    vectorizer.fit([heard[i] for i in seen])
    return 0.6 * vectorizer.transform(heard)


def beside(base, more):
    """Return both, rows as long as those of `base`: the machine is regularised as before."""
    both = hstack([base, more], format="csr")
    return both * (np.linalg.norm(base[:, 1:].data) / np.linalg.norm(both[:, 1:].data))


def word_vectors(messages):
    """Return words and their vectors: surprise at what stands around them (PPMI), by an SVD."""
    counts = Counter(word for _, tokens in messages for word in tokens)
    place = {word: i for i, word in enumerate(sorted(w for w in counts if counts[w] >= LEAST))}
    line = []
    for _, tokens in messages:
        line += [place.get(word, -1) for word in tokens] + [-1] * WINDOW
    line, size = np.array(line), len(place)
    near_by = csr_matrix((size, 2 * size))
    for distance in range(1, WINDOW + 1):
        one, other = line[:-distance], line[distance:]
        there = (one >= 0) & (other >= 0)
        one, other = one[there], other[there]
        places = np.append(one, other), np.append(other + size, one)
        values = np.full(2 * len(one), 1.0 / distance)
        near_by += csr_matrix((values, places), shape=near_by.shape)
    pairs = near_by.tocoo()
    often, near = (np.asarray(near_by.sum(axis=axis)).ravel() for axis in (1, 0))
    near **= 0.75
    surprise = np.log(pairs.data * near.sum() / (often[pairs.row] * near[pairs.col]))
    places = pairs.row, pairs.col
    near_by = csr_matrix((np.maximum(surprise, 0.0), places), shape=near_by.shape)
    left, spread, _ = randomized_svd(near_by, SIZE, n_iter=3, random_state=7)
    return place, normalize(left * np.sqrt(spread))


def dense_blocks(data, name, heard, seen, judged):
    """Return the blocks of `DENSE`; nobody's vector has been near a message that is judged."""
    known = {heard[i][0] for i in judged}
    rows = (row for file in STREAMS for row in read(data / file))
    traffic = [hear(row["text"]) for row in rows if row["source"] != SOURCES[name]]
    traffic = [each for each in traffic if each[0] not in known]
    place, vectors = word_vectors(traffic + [heard[i] for i in seen])
    vectors -= vectors.mean(axis=0)
    counted = TfidfVectorizer(analyzer=lambda message: message[1], vocabulary=place)
    counted.fit([heard[i] for i in seen])
    sums = normalize(counted.transform(heard) @ vectors)
    rng = np.random.default_rng(7)
    turns = sums @ rng.normal(0.0, np.sqrt(2.0), (SIZE, WAVES)) + rng.uniform(0, 2 * np.pi, WAVES)
    waves = np.sqrt(2.0 / WAVES) * np.cos(turns)
    return {"vectors": csr_matrix(0.6 * sums), "waves": csr_matrix(waves)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("set", choices=SOURCES)
    parser.add_argument("blocks", nargs="*", metavar="BLOCK", default=[*GRAMS, *DENSE, "families"])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    args = parser.parse_args()
    rows = read(args.data / FILES[args.set])
    heard = [hear(row["text"]) for row in rows]
    names, labels = np.unique([row["label"] for row in rows], return_inverse=True)
    train = np.flatnonzero([row["split"] == "train" for row in rows])
    seen = np.sort(np.random.default_rng(7).permutation(train)[len(train) // 4 :])
    judged = np.setdiff1d(np.arange(len(rows)), seen)
    settings = FitSettings()
    base = matrix(learn_vocabulary([heard[i] for i in seen], settings), heard)

    def right(x, kin=()):
        one = np.ones(len(seen))
        weights = learn_weights(x[seen], labels[seen], len(names), one, settings, kin)
        return np.asarray(x[judged] @ weights).argmax(axis=1) == labels[judged]

    plain = right(base)
    print(f"{args.set}: the product's features {plain.mean():.2%} of {len(judged)}", flush=True)
    dense = {}
    for name in args.blocks:
        began = time.perf_counter()
        if name in DENSE and not dense:
            dense = dense_blocks(args.data, args.set, heard, seen, judged)
        if name == "families":
            better = right(base, families(names.tolist()))
        else:
            more = dense[name] if name in DENSE else block(GRAMS[name], heard, seen)
            better = right(beside(base, more))
        gain = better * 1.0 - plain
        print(
            f"with {name:<12} {plain.mean() + gain.mean():.2%}  {gain.mean():+.2%} ± "
            f"{gain.std() / np.sqrt(len(gain)):.2%}  ({time.perf_counter() - began:.0f} s)",
            flush=True,
        )


if __name__ == "__main__":
    main()
