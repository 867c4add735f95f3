"""What `train --mend` is worth when some labels are wrong, and what it costs when none are.

    python tests/benchmarks/bench_mending.py [FILE] [--share 0.1] [--kept 0.3] [--unseen 0.2]

Most of the shipped sentences stand in as imported labels, of which a share is planted wrong; of
the rest, `kept` are the catalogue's and `unseen` are judged, as are FILE's messages. Prints for
models by the labels planted, the same mended, and the true ones (as given, and mended) what they
make of both, one JSON object a line; of mended ones also how many labels were mended and how many
of these were wrong.
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
from training.outcomes import Judged, read_judged
from training.train import train
from triagebot.domain.label import Label, Source
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.registry import load
from triagebot.triage.think import wake

FIGURES = ("accuracy", "macro_f1", "coverage_at", "ece")


def deal(catalogue, share, kept, unseen, seed):
    """Return a smaller catalogue, true labels, those of which some are wrong, and unseen rows."""
    draw = np.random.default_rng(seed)
    names = sorted(catalogue.intents)
    stay, true, planted, held, now = [], [], [], [], datetime(2026, 1, 1, tzinfo=UTC)
    for example in catalogue.examples:
        dice = draw.random()
        if example.answer or dice < kept:
            stay.append(example)
        elif dice < kept + unseen:
            held.append(Judged(example.text, example.intent))
        else:
            label = Label(example.text, example.intent, Source.IMPORT, "", now)
            others = [name for name in names if name != example.intent]
            true.append(label)
            wrong = draw.random() < share
            planted.append(replace(label, intent=str(draw.choice(others))) if wrong else label)
    return replace(catalogue, examples=tuple(stay)), true, planted, held


def figures(catalogue, labels, mend, judged, meant):
    """Return what a model by these labels makes of the rows, and what was mended."""
    with TemporaryDirectory() as folder:
        started = time.perf_counter()
        made = train(catalogue, labels, Path(folder), "m", FitSettings(mend=mend), jobs=1)
        seconds = time.perf_counter() - started
        mind = wake(load(made.folder))
        found = {name: measure(mind, rows).as_json() for name, rows in judged.items()}
    line = {"mend": mend, "labels": len(labels), "seconds": round(seconds)}
    line["planted"] = sum(label.intent != meant[label.text] for label in labels)
    if made.mended:
        mended = made.mended.suspects
        line["mended"] = len(mended)
        line["were_wrong"] = sum(one.given != meant[one.text] for one in mended)
        line["now_right"] = sum(one.better == meant[one.text] for one in mended)
    for name, one in found.items():
        line[name] = {"n": one["n"]} | {figure: one[figure] for figure in FIGURES}
    return line


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--kept", type=float, default=0.3)
    parser.add_argument("--unseen", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--intents", type=Path, default=Path("intents"))
    asked = parser.parse_args()
    catalogue, true, planted, held = deal(
        read_catalogue(asked.intents), asked.share, asked.kept, asked.unseen, asked.seed
    )
    judged = {"unseen": held} | ({asked.file.name: read_judged(asked.file)} if asked.file else {})
    meant = {label.text: label.intent for label in true}
    for labels in (planted, true):
        for mend in (False, True):
            print(json.dumps(figures(catalogue, labels, mend, judged, meant)), flush=True)


if __name__ == "__main__":
    main()
