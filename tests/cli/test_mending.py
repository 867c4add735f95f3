"""`train --mend`: planted wrong labels are found and mended, right ones are left alone."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.training.conftest import write_intents
from triagebot.triage.catalogue import read_catalogue

SHARE = 0.25
PER_INTENT = 150
INTENTS = ("delivery", "flashing_rom", "payment_invoice", "purchase")


class Planted:
    """Labels of the shipped sentences, a share of which names another intent, and unseen rows."""

    def __init__(self, shipped, folder, share, n=PER_INTENT, source="import"):
        draw = np.random.default_rng(11)
        examples = read_catalogue(shipped).examples
        self.true, self.wrong, labels, unseen, seeds = {}, set(), [], [], {}
        for place, name in enumerate(INTENTS):
            texts = draw.permutation([e.text for e in examples if e.intent == name]).tolist()
            seeds[name] = texts[-5:]
            unseen += [{"text": text, "intent": name} for text in texts[n : 2 * n]]
            for text in texts[:n]:
                is_wrong = draw.random() < share
                shift = int(draw.integers(1, len(INTENTS))) if is_wrong else 0
                given = INTENTS[(place + shift) % len(INTENTS)]
                self.true[text] = name
                self.wrong |= {text} if is_wrong else set()
                labels.append({"text": text, "intent": given, "source": source})
        seeds = {name: " ".join(seed.split()[0] for seed in said) for name, said in seeds.items()}
        write_intents(folder / "intents", seeds)
        self.labels = self._write(folder / "labels.jsonl", labels)
        self.unseen = self._write(folder / "unseen.jsonl", unseen)

    def _write(self, path, rows):
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        return path

    def train(self, run, name, *more):
        ran = run("--json", "train", "--labels", self.labels, "--name", name, "--jobs", 1, *more)
        assert ran.code == 0, ran.message
        return ran.json

    def accuracy(self, run, name):
        return run("--json", "evaluate", self.unseen, "--model", name).json["accuracy"]


def listed(name):
    return [json.loads(line) for line in written(name, "mended.jsonl").splitlines()]


def written(name, file):
    return Path("models", name, file).read_text(encoding="utf-8")


def test_planted_wrong_labels_are_mended_and_the_model_is_better(run, intents_folder, tmp_path):
    planted = Planted(intents_folder, tmp_path, SHARE)
    assert planted.train(run, "raw")["mended"] is None
    found = planted.train(run, "mended", "--mend")["mended"]
    rows = listed("mended")
    hits = [row for row in rows if row["text"] in planted.wrong]
    assert found["mended"] == len(rows)
    assert found["noise"] == pytest.approx(SHARE, abs=0.12)
    assert len(hits) > 0.5 * len(planted.wrong)
    assert len(hits) > 0.5 * len(rows) > 2 * SHARE * len(rows) * 0.9
    assert sum(row["better"] == planted.true[row["text"]] for row in hits) > 0.75 * len(hits)
    accuracy = planted.accuracy(run, "mended")
    assert accuracy > planted.accuracy(run, "raw") + 0.02
    # Held-out figures are by the labels as given: with so many wrong they cannot be as good.
    given = json.loads(written("mended", "manifest.json"))["metrics"]["held_out_accuracy"]
    assert given < 1 - SHARE + 0.05 < accuracy
    assert "改动的标注" in written("mended", "report.html")
    assert "labels as given" in written("mended", "MODEL_CARD.md")


def test_right_labels_stand(run, intents_folder, tmp_path):
    clean = Planted(intents_folder, tmp_path, 0.0)
    found = clean.train(run, "mended", "--mend")["mended"]
    assert found["doubted"] == len(clean.true)
    assert found["mended"] <= 0.03 * found["doubted"]
    clean.train(run, "raw")
    assert clean.accuracy(run, "mended") > clean.accuracy(run, "raw") - 0.02


def test_the_same_labels_are_mended_to_the_same_bytes(run, intents_folder, tmp_path):
    few = Planted(intents_folder, tmp_path, SHARE, 30)
    for name in ("a", "b"):
        few.train(run, name, "--mend")
    for file in ("manifest.json", "mended.jsonl"):
        assert written("a", file) == written("b", file)


def test_a_reviewed_label_is_never_mended(run, intents_folder, tmp_path):
    reviewed = Planted(intents_folder, tmp_path, SHARE, 30, "review")
    found = reviewed.train(run, "mended", "--mend")["mended"]
    assert found == {"doubted": 0, "mended": 0, "noise": 0.0}
