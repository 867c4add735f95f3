"""What `train --mend` is worth when some labels are wrong, and what it costs when none are.

    python tests/benchmarks/bench_mending.py FILE [--share 0.1] [--kept 0.34] [--seed 3]

Most of the shipped sentences stand in as imported labels, of which a share is planted wrong; the
rest of them, `kept`, are the catalogue's. Prints for models by the labels planted, the same mended,
and the true ones (learnt as given, and mended) what they make of FILE's judged messages, one JSON
object a line; of mended ones also how many labels were mended and how many of these were wrong.
"""

import argparse
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from training.evaluate import measure
from training.fit import FitSettings
from training.outcomes import read_judged
from training.train import train
from triagebot.domain.label import Label, Source
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.registry import load
from triagebot.triage.think import wake

FIGURES = ("accuracy", "macro_f1", "coverage_at", "ece")


def plant(catalogue, share, kept, seed):
    """Return the catalogue with fewer sentences, true labels, and those of which some are wrong."""
    draw = np.random.default_rng(seed)
    stays = draw.random(len(catalogue.examples)) < kept
    names = sorted(catalogue.intents)
    true, planted, now = [], [], datetime(2026, 1, 1, tzinfo=UTC)
    for example, stay in zip(catalogue.examples, stays, strict=True):
        if stay or example.answer:
            continue
        label = Label(example.text, example.intent, Source.IMPORT, "", now)
        others = [name for name in names if name != example.intent]
        wrong = draw.random() < share
        true.append(label)
        planted.append(replace(label, intent=str(draw.choice(others))) if wrong else label)
    examples = [e for e, stay in zip(catalogue.examples, stays, strict=True) if stay or e.answer]
    return replace(catalogue, examples=tuple(examples)), true, planted


def figures(catalogue, labels, mend, rows, meant):
    """Return what a model by these labels makes of the rows, and what was mended."""
    with TemporaryDirectory() as folder:
        started = time.perf_counter()
        made = train(catalogue, labels, Path(folder), "m", FitSettings(mend=mend), jobs=1)
        seconds = time.perf_counter() - started
        found = measure(wake(load(made.folder)), rows).as_json()
    line = {"mend": mend, "labels": len(labels), "seconds": round(seconds)}
    line["planted"] = sum(label.intent != meant[label.text] for label in labels)
    if made.mended:
        mended = made.mended.suspects
        line["mended"] = len(mended)
        line["were_wrong"] = sum(one.given != meant[one.text] for one in mended)
        line["now_right"] = sum(one.better == meant[one.text] for one in mended)
    return line | {name: found[name] for name in FIGURES}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--kept", type=float, default=0.34)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--intents", type=Path, default=Path("intents"))
    asked = parser.parse_args()
    rows = read_judged(asked.file)
    shipped = read_catalogue(asked.intents)
    catalogue, true, planted = plant(shipped, asked.share, asked.kept, asked.seed)
    meant = {label.text: label.intent for label in true}
    for labels in (planted, true):
        for mend in (False, True):
            print(json.dumps(figures(catalogue, labels, mend, rows, meant)), flush=True)


if __name__ == "__main__":
    main()
