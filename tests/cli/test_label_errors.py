import json

import pytest

from tests.training.conftest import write_intents


@pytest.fixture
def labels(tmp_path):
    rows = [
        {"text": "今天发的什么快递 13812345678", "intent": "purchase", "by": "li"},
        {"text": "包裹几天才能到", "intent": "purchase", "by": "li"},
        {"text": "快递今天送不送", "intent": "purchase", "by": "li"},
    ]
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def test_errors_lists_and_writes_what_is_worth_a_second_look(run, tmp_path, labels):
    write_intents(tmp_path / "intents")
    out = tmp_path / "suspects.jsonl"
    ran = run("--json", "labels", "errors", labels, "--top", 2, "-o", out, "--jobs", 1)
    assert ran.code == 0
    assert len(ran.json["suspects"]) == 2
    assert ran.json["hands"][0]["by"] == "li"
    written = out.read_text(encoding="utf-8")
    assert "138" not in written
    assert json.loads(written.splitlines()[0])["better"] == "delivery"


def test_errors_reads_like_a_table(run, tmp_path, labels):
    write_intents(tmp_path / "intents")
    ran = run("labels", "errors", labels, "--jobs", 1)
    assert "worth a second look" in ran.output
    assert "li: " in ran.output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--labels-only",), 5, "needs label files"),
        (("nowhere.jsonl",), 3, "nowhere.jsonl: there is no such file"),
    ],
)
def test_errors_says_what_is_missing(run, tmp_path, arguments, code, words):
    write_intents(tmp_path / "intents")
    ran = run("labels", "errors", *arguments)
    assert ran.code == code
    assert words in ran.message
