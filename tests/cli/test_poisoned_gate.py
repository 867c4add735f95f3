"""Labels made wrong on purpose: the gate refuses the model, or it is as good as before."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.training.conftest import write_intents
from triagebot.models import promote
from triagebot.triage.catalogue import read_catalogue

INTENTS = ("delivery", "flashing_rom", "payment_invoice", "purchase")
POINT = 0.01


@dataclass
class Town:
    """Honest labels of eight agents, a frozen set for the gate, and rows that nobody has seen."""

    run: Callable
    labels: list
    more: list
    pour: list

    def train(self, name, labels, *options):
        """Train, and return how many labels a cap left out, by its kind."""
        file = write(f"{name}.jsonl", labels)
        made = self.run("--json", "train", "--labels", file, "--name", name, "--jobs", 1, *options)
        assert made.code == 0
        return {one["kind"]: one["left_out"] for one in made.json["capped"]}

    def promote(self, name, *options):
        """Replay over the frozen set, as the gate demands, and promote."""
        if name != "honest":
            assert self.run("replay", "--to", name, "--file", "gate.jsonl").code == 0
        return self.run("model", "promote", name, *options)

    def accuracy(self, name):
        return self.run("--json", "evaluate", "unseen.jsonl", "--model", name).json["accuracy"]


def write(name, rows):
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    Path(name).write_text("".join(lines), encoding="utf-8")
    return name


def other(intent):
    return INTENTS[(INTENTS.index(intent) + 1) % len(INTENTS)]


SPLIT = {
    "labels": (0, 80),
    "more": (80, 110),
    "gate": (110, 170),
    "unseen": (170, 290),
    "pour": (290, 590),
}
"""Which sentences of an intent are for what."""


@pytest.fixture
def town(run, intents_folder, tmp_path):
    draw = np.random.default_rng(11)
    examples = read_catalogue(intents_folder).examples
    parts, seeds = {part: [] for part in SPLIT}, {}
    for name in INTENTS:
        texts = draw.permutation([e.text for e in examples if e.intent == name]).tolist()
        seeds[name] = " ".join(text.split()[0] for text in texts[-5:])
        for part, (first, last) in SPLIT.items():
            parts[part] += [{"text": text, "intent": name} for text in texts[first:last]]
    write_intents(tmp_path / "intents", seeds)
    write("gate.jsonl", parts["gate"])
    write("unseen.jsonl", parts["unseen"])
    for number, row in enumerate(parts["labels"]):
        row |= {"source": "agent", "by": f"agent-{number % 8}"}
    town = Town(run, parts["labels"], parts["more"], parts["pour"])
    assert town.train("honest", town.labels) == {}
    assert town.promote("honest").code == 0
    return town


def flipped(town, share):
    draw = np.random.default_rng(5)
    return [
        row
        | {"source": "agent", "by": "mallory"}
        | ({"intent": other(row["intent"])} if draw.random() < share else {})
        for row in town.more
    ]


def one_agent(town):
    """All that one agent can find about delivery, said to be about buying."""
    about = [row for row in town.pour if row["intent"] == "delivery"]
    return [row | {"intent": "purchase", "source": "agent", "by": "mallory"} for row in about]


def one_fan(town):
    """Two thousand messages of one fan in nearly the same words, labelled by everybody."""
    texts = [row["text"] for row in town.labels if row["intent"] == "delivery"][:20]
    said = [(f"{text}{number}", f"agent-{number % 8}") for number in range(100) for text in texts]
    shared = {"intent": "purchase", "source": "agent", "fan": "7"}
    return [shared | {"text": text, "by": by} for text, by in said]


POISON = {
    "a twentieth flipped": lambda town: flipped(town, 0.05),
    "a fifth flipped": lambda town: flipped(town, 0.2),
    "all flipped": lambda town: flipped(town, 1.0),
}


def holds(town, name):
    """Promote, and return whether the gate refused or the model is as good as before."""
    code = town.promote(name).code
    assert code in (0, 4)
    return code == 4 or town.accuracy(name) > town.accuracy("honest") - POINT


@pytest.mark.parametrize("name", POISON)
def test_the_gate_refuses_or_the_model_is_as_good_as_before(town, name):
    town.train("poisoned", town.labels + POISON[name](town))
    assert holds(town, "poisoned")


def test_more_honest_labels_pass_and_a_gate_that_does_not_look_lets_harm_through(town, monkeypatch):
    town.train("more", town.labels + flipped(town, 0.0))
    assert town.promote("more").code == 0
    town.train("poisoned", town.labels + flipped(town, 1.0))
    assert town.promote("poisoned").code == 4
    monkeypatch.setattr(promote, "objections", lambda *_: ())
    assert not holds(town, "poisoned")


@pytest.mark.parametrize(
    ("pour", "kind", "left_of_harm"), [(one_agent, "agent", 0.5), (one_fan, "fan", 0.2)]
)
def test_caps_take_most_of_the_harm_that_one_alone_would_do(town, pour, kind, left_of_harm):
    labels = town.labels + pour(town)
    assert town.train("capped", labels)[kind] > 0.8 * len(pour(town))
    assert town.train("uncapped", labels, "--no-caps") == {}
    honest = town.accuracy("honest")
    harm = honest - town.accuracy("uncapped")
    assert harm > 5 * POINT
    assert honest - town.accuracy("capped") < left_of_harm * harm
    assert holds(town, "capped"), "and the gate looks at what is left"
