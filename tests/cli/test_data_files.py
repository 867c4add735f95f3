import json

import pytest

from tests.training.conftest import write_intents


@pytest.fixture
def project(tmp_path):
    write_intents(tmp_path / "intents")
    return tmp_path


def test_export_for_rasa_and_import_again(run, project):
    assert run("data", "export", "-o", "rasa").code == 0
    assert {path.name for path in (project / "rasa").iterdir()} == {"nlu.yml", "domain.yml"}
    ran = run("--json", "data", "import", "rasa", "-o", "labels.jsonl")
    assert ran.json["labels"] == 42
    rows = [json.loads(line) for line in (project / "labels.jsonl").read_text().splitlines()]
    assert {row["source"] for row in rows} == {"import"}
    assert any(row.get("answer") == "delivery/main" for row in rows)


def test_convert_guesses_both_formats(run, project):
    (project / "in.csv").write_text("消息,意图\n几时发货,delivery\n", encoding="utf-8-sig")
    assert run("data", "convert", "in.csv", "out.json").code == 0
    (task,) = json.loads((project / "out.json").read_text())
    assert task["data"]["text"] == "几时发货"


def test_import_wants_known_intents(run, project):
    (project / "in.csv").write_text("text,intent\n几时发货,shipping\n")
    ran = run("data", "import", "in.csv")
    assert ran.code == 3
    assert "'shipping'" in ran.message
    assert "--any-intent" in ran.message
    assert run("data", "import", "in.csv", "--any-intent").code == 0


def test_split_divides_every_intent_and_holds_out(run, project):
    run("data", "export", "-o", "all.jsonl")
    ran = run("--json", "data", "split", "all.jsonl", "--train", "0.75", "-o", "parts")
    assert ran.json["train"] + ran.json["test"] == 42
    test = [json.loads(line) for line in (project / "parts/test.jsonl").read_text().splitlines()]
    assert {row["intent"] for row in test} == {"delivery", "purchase", "out_of_scope"}
    assert {row["split"] for row in test} == {"test"}
    assert 7 <= len(test) <= 14


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("convert", "none.csv", "out.json"), 3, "no such file"),
        (("convert", "intents", "out.x", "--to", "word"), 3, "known are"),
        (("split", "intents/delivery.yml", "--train", "1"), 3, "between 0.05 and 0.95"),
        (("import", "empty.jsonl"), 5, "not one label"),
    ],
)
def test_what_cannot_be_done_is_said(run, project, arguments, code, words):
    (project / "empty.jsonl").write_text("")
    ran = run("data", *arguments)
    assert ran.code == code
    assert words in ran.message
