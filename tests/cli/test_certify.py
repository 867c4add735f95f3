"""`certify`, by held-out files and by the audits in the database."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.test_measuring import SENTENCES, write_intents
from training.train import train
from triagebot.triage.catalogue import read_catalogue


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certifying")
    return train(read_catalogue(write_intents(folder / "intents")), [], folder, jobs=1).folder


@pytest.fixture
def models(run, trained):
    shutil.copytree(trained, Path("models") / "one")
    assert run("model", "promote", "one", "--by", "li").code == 0
    return Path("models")


@pytest.fixture
def judged(tmp_path):
    path = tmp_path / "judged.jsonl"
    rows = [{"text": s, "label": i} for i, said in SENTENCES.items() for s in said.split()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_held_out_labels_prove_provisionally_and_say_how_many_are_missing(run, models, judged):
    ran = run("--json", "certify", judged, "--held-out")
    assert (ran.code, ran.json["held_out"], ran.json["provisional"]) == (0, 14, True)
    assert all(one["needs"] > 0 for one in ran.json["intents"].values())
    assert ran.json["overall"]["evidence"] == "held_out"


def test_the_table_names_the_promise_and_the_next_step(run, models, judged):
    ran = run("certify", judged, "--held-out", "--max-error", "0.3", "--write", "two")
    assert "at most 30.0% wrong" in ran.output
    assert "triagebot replay --to two" in ran.output
    assert (models / "two" / "report.html").exists()


def test_labels_that_prove_nothing_are_refused_with_the_reason(run, models, judged):
    ran = run("certify", judged)
    assert (ran.code, "is held out" in ran.message) == (5, True)
    ran = run("certify", "--held-out")
    assert (ran.code, "name them" in ran.message) == (3, True)


def test_without_files_the_database_is_asked(run, models):
    ran = run("certify")
    assert (ran.code, ran.message[:17]) == (5, "none of 0 labels ")


def test_thresholds_are_written_as_json(run, models, judged):
    run("certify", judged, "--held-out", "--out", "thresholds.json")
    assert json.loads(Path("thresholds.json").read_text())["max_error"] == 0.02
