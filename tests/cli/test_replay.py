"""`replay`, `compare` and the gate, from the command line."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.test_measuring import SENTENCES, write_intents
from training.train import train
from triagebot.models.promote import promote
from triagebot.triage.catalogue import read_catalogue

WEAK = (("max_error: 0.02", "max_error: 0.5"), ("0.95", "0.5"))


ANSWER = """- intent: "delivery/where"
  metadata: {question: 快递到哪了啊}
  examples: |
    - 快递到哪儿了
responses:
  utter_delivery/where:
  - text: 请看订单页。
"""


@pytest.fixture(scope="session")
def trained_twice(tmp_path_factory):
    """A project in which `one` serves, and `two` has learnt an answer more."""
    project = tmp_path_factory.mktemp("replaying")
    folder, models = write_intents(project / "intents"), project / "models"
    policy = (folder / "_policy.yml").read_text("utf-8")
    for old, new in WEAK:
        policy = policy.replace(old, new)
    (folder / "_policy.yml").write_text(policy, "utf-8")
    train(read_catalogue(folder), [], models, "one", jobs=1)
    promote(models, "one", "li")
    path = folder / "delivery.yml"
    path.write_text(path.read_text("utf-8") + ANSWER, "utf-8")
    train(read_catalogue(folder), [], models, "two", jobs=1)
    return project


@pytest.fixture
def two(run, trained_twice, tmp_path):
    shutil.copytree(trained_twice, tmp_path, dirs_exist_ok=True)
    rows = [{"text": s, "label": i} for i, said in SENTENCES.items() for s in said.split()]
    rows.append({"text": "快递到哪了啊", "label": "delivery"})
    Path("past.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_a_candidate_must_have_been_replayed(run, two):
    refused = run("model", "promote", "two")
    assert (refused.code, "run `triagebot replay --to two`" in refused.message) == (4, True)
    ran = run("--json", "replay", "--to", "two", "--file", "past.jsonl", "--by", "li")
    assert ran.code == 0
    found = {group["after"] for group in ran.json["groups"]}
    assert "answer delivery/where" in found
    assert (ran.json["n"], ran.json["by"], ran.json["source"]) == (15, "li", "past.jsonl")
    assert "Replay" in (Path("models") / "two" / "replay.html").read_text("utf-8")
    again = run("model", "promote", "two", "--why", "a new answer", "--by", "li")
    assert (again.code, "two serves now" in again.output) in ((0, True), (4, False))
    assert "was not replayed" not in again.message
    forced = run("model", "promote", "two", "--force", "tested by hand")
    assert forced.code == 0
    assert "one serves again" in run("model", "rollback", "--why", "only a test").output


def test_the_table_shows_the_dearest_change_with_an_example(run, two):
    ran = run("replay", "--to", "two", "--file", "past.jsonl", "--html", "page.html")
    assert "messages would change" in ran.output
    assert "exact McNemar" in ran.output
    assert "快递到哪了啊" in Path("page.html").read_text("utf-8")


def test_a_store_without_messages_is_an_honest_replay_of_nothing(run, two):
    ran = run("--json", "replay", "--to", "two")
    assert (ran.code, ran.json["n"], ran.json["no_traffic"]) == (0, 0, True)
    shown = run("model", "show", "two").output
    assert "gate: " in shown
    assert "was not replayed" not in shown


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--to", "two", "--since", "long"), 3, "such as 14d"),
        (("--to", "three"), 5, "three"),
        (("--to", "two", "--file", "bad.jsonl"), 3, "bad.jsonl:2"),
        (("--to", "two", "--file", "absent.jsonl"), 3, "absent.jsonl"),
        (("--to", "two", "--file", "empty.jsonl"), 5, "no message"),
    ],
)
def test_what_cannot_be_replayed_is_named(run, two, arguments, code, words):
    Path("bad.jsonl").write_text('{"text": "好"}\n{"text": 1}\n')
    Path("empty.jsonl").write_text("")
    ran = run("replay", *arguments)
    assert (ran.code, words in ran.message) == (code, True), ran.message


def test_two_models_are_compared_on_the_same_rows(run, two):
    ran = run("--json", "compare", "one", "two", "past.jsonl")
    assert ran.json["n"] == 15
    assert set(ran.json["figures"]) >= {"accuracy", "coverage_at.0.05", "ece"}
    assert 0 <= ran.json["p"] <= 1
    table = run("compare", "one", "two", "past.jsonl", "--md").output
    assert table.startswith("| | one | two | difference |")
    assert "exact McNemar" in run("compare", "one", "two", "past.jsonl").output


def test_a_model_thinks_along_in_the_shadow_until_it_is_taken_out(run, two):
    assert "thinks along" in run("model", "shadow", "two").output
    assert run("--json", "model", "show", "two").json["shadow"] is None, "no message came yet"
    assert run("model", "shadow", "one").code == 6
    assert run("model", "gc", "--keep", "0").output == "removed nothing\n"
    assert run("model", "shadow", "off").output == "no model is in the shadow\n"
    assert run("model", "gc", "--keep", "0").output == "removed two\n"
