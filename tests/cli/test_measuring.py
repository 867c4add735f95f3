"""`data`, `evaluate`, `model` and `labels`, from the first sentence to the rollback."""

import json
import shutil
from pathlib import Path

import pytest

from training.train import train
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.manifest import SCHEMA

INTENTS = Path(__file__).parents[2] / "intents"
SENTENCES = {
    "delivery": "什么时候发货 快递到哪了 几天能收到 包裹还没到 物流不动了 发什么快递 催一下快递",
    "purchase": "多少钱一台 还有没有货 怎么预约 在哪里买 有优惠价吗 白色缺货吗 能便宜点吗",
}


def write_intents(folder):
    folder.mkdir()
    for name in ("_policy.yml", "words.txt"):
        (folder / name).write_text((INTENTS / name).read_text("utf-8"), "utf-8")
    (folder / "_rules.yml").write_text("rules: []\n")
    for name, sentences in SENTENCES.items():
        lines = "".join(f"    - {sentence}\n" for sentence in sentences.split())
        item = f'version: "3.1"\nnlu:\n- intent: "{name}"\n  examples: |\n{lines}'
        (folder / f"{name}.yml").write_text(item, "utf-8")
    return folder


@pytest.fixture
def intents(tmp_path):
    return write_intents(tmp_path / "intents")


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measuring")
    return train(read_catalogue(write_intents(folder / "intents")), [], folder, jobs=1).folder


@pytest.fixture
def models(run, trained, intents):
    """Two models of the same sentences, the first of them promoted."""
    for name in ("one", "two"):
        shutil.copytree(trained, Path("models") / name)
    assert run("model", "promote", "one", "--by", "li").code == 0
    return Path("models")


@pytest.fixture
def judged(tmp_path):
    path = tmp_path / "judged.jsonl"
    rows = [{"text": s, "label": i} for i, said in SENTENCES.items() for s in said.split()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_validate_prints_place_and_severity_and_fails_on_warnings_if_asked(run, intents):
    ran = run("data", "validate")
    assert ran.code == 0
    assert "delivery.yml:5: warning: intent delivery has 7 different sentences" in ran.output
    assert run("data", "validate", "--fail-on-warnings").code == 3


def test_validate_exits_with_3_on_a_contradiction_and_its_json_has_all(run, intents):
    path = intents / "purchase.yml"
    path.write_text(path.read_text("utf-8") + "    - 快递到哪了\n", "utf-8")
    ran = run("--json", "data", "validate")
    assert (ran.code, ran.json["counts"]["error"]) == (3, 1)
    assert [f["line"] for f in ran.json["findings"] if f["code"] == "same_text"] == [12]


def test_validate_names_a_label_file_that_is_broken(run, intents, tmp_path):
    (tmp_path / "l.jsonl").write_text("{\n")
    ran = run("data", "validate", "--labels", "l.jsonl")
    assert (ran.code, ran.message[:10]) == (3, "l.jsonl:1:")


def test_the_shipped_intents_count_as_they_are_read(run):
    rows = run("--json", "data", "stats", "--intents", INTENTS).json["intents"]
    catalogue = read_catalogue(INTENTS)
    assert sum(row["sentences"] for row in rows) == len(catalogue.examples)
    assert sum(row["answers"] for row in rows) == len(catalogue.answers)
    assert "purchase" in run("data", "stats", "--intents", INTENTS).output


def test_evaluate_measures_the_current_model(run, models, judged):
    figures = run("--json", "evaluate", judged).json
    assert (figures["n"], figures["accuracy"], figures["coverage"]) == (14, 1.0, 0.0)
    assert figures["coverage_at"]["0.02"] == 1.0
    assert "one on 14 messages" in run("evaluate", judged).output


def test_evaluate_writes_a_report(run, models, judged, tmp_path):
    assert run("evaluate", judged, "--model", "two", "--report", "r.html").code == 0
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "模型报告 two" in page
    assert "还需" in page


@pytest.mark.parametrize(
    ("gate", "code"),
    [
        ("accuracy=0.9", 0),
        ("coverage_at.0.05=0.5", 0),
        ("accuracy=1.01", 4),
        ("ece=0", 4),
        ("nothing=1", 3),
        ("per_intent=1", 3),
        ("accuracy", 3),
    ],
)
def test_evaluate_has_a_gate(run, models, judged, gate, code):
    assert run("evaluate", judged, "--fail-under", gate).code == code


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("absent.jsonl",), 3), (("judged.jsonl", "--split", "x"), 5)],
)
def test_evaluate_says_what_is_wrong_with_the_file(run, models, judged, arguments, code):
    assert run("evaluate", *arguments).code == code


def test_evaluate_without_a_model(run, judged):
    assert run("evaluate", judged).code == 5


def test_a_model_is_promoted_shown_verified_and_taken_back(run, models):
    assert run("replay", "--to", "two").code == 0
    assert run("model", "promote", "two").output == "two serves now, before it one\n"
    listed = run("--json", "model", "list").json["models"]
    assert {m["name"]: m["state"] for m in listed} == {"one": "previous", "two": "current"}
    assert "needs" in run("model", "show").output
    assert run("--json", "model", "show", "one").json["manifest"]["schema"] == SCHEMA
    assert "two: sound" in run("model", "verify").output
    assert run("--json", "model", "rollback", "--by", "wang").json["name"] == "one"
    assert json.loads(Path("models/current.json").read_text())["by"] == "wang"
    assert run("model", "rollback").code == 5


def test_an_altered_model_is_refused(run, models):
    (models / "two" / "words.txt").write_text("别的\n", "utf-8")
    for command, code in (("verify", 3), ("promote", 4)):
        ran = run("model", command, "two")
        assert (ran.code, "altered" in ran.message) == (code, True)
    assert run("model", "verify", "three").code == 5


def test_gc_keeps_what_serves(run, models):
    assert run("--json", "model", "gc", "--keep", 0, "--dry-run").json["removed"] == ["two"]
    assert run("model", "gc", "--keep", 0).output == "removed two\n"
    assert [path.name for path in models.iterdir() if path.is_dir()] == ["one"]


def test_without_models_the_list_says_what_to_do(run):
    assert "triagebot train" in run("model", "list").output


def test_labels_are_joined_if_their_intents_exist(run, intents, judged):
    ran = run("--json", "labels", "import", judged, judged, "-o", "all.jsonl")
    assert ran.json == {"labels": 28, "file": "all.jsonl"}
    judged.write_text('{"text":"好","intent":"unheard"}\n', "utf-8")
    ran = run("labels", "import", judged)
    assert (ran.code, ran.message) == (3, "judged.jsonl:1: there is no intent 'unheard'")


def test_agreement_counts_the_messages_of_two(run, tmp_path):
    rows = [
        {"text": "在吗", "intent": intent, "source": "agent", "by": by, "message_id": "1"}
        for by, intent in (("li", "a"), ("wang", "b"))
    ]
    (tmp_path / "l.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert (
        "li / wang: 0 of 1, kappa 0.00\n1 × a or b" in run("labels", "agreement", "l.jsonl").output
    )
    assert run("--json", "labels", "agreement", "l.jsonl").json["judged_twice"] == 1
    (tmp_path / "l.jsonl").write_text(json.dumps(rows[0]))
    assert run("labels", "agreement", "l.jsonl").code == 5


def test_an_empty_database_exports_no_labels(run, tmp_path):
    ran = run("--set", "database.url=sqlite:///l.db", "labels", "export", "-o", "l.jsonl")
    assert (ran.code, ran.output) == (0, "0 labels → l.jsonl\n")
    assert (tmp_path / "l.jsonl").read_bytes() == b""
