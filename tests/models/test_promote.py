import hashlib
import json
import shutil

import msgspec
import pytest

from triagebot.errors import BadBundle, GateNotMet, NotFound, NothingToDo
from triagebot.models.history import current_name, history
from triagebot.models.promote import promote, rollback
from triagebot.models.replay import FILE, Judged, ReplayRecord, read_record, write_record
from triagebot.models.shelf import collect_garbage, digest, list_models, read_proof, verify
from triagebot.triage.hot_reload import read_current
from triagebot.triage.proof import IntentProof

GOOD = IntentProof(0.8, 400, 2, 0.015, 0.5, 0)


@pytest.fixture
def models(tmp_path):
    return tmp_path / "models"


@pytest.fixture
def add(models, small_trained):
    """Copy the small model under a name, with other proofs."""

    def make(name, **changes):
        folder = models / name
        shutil.copytree(small_trained.folder, folder)
        intents = {"delivery": GOOD, "purchase": IntentProof(None, needs=9)}
        proof = msgspec.structs.replace(read_proof(folder), intents=intents)
        content = msgspec.json.encode(msgspec.structs.replace(proof, **changes))
        (folder / "thresholds.json").write_bytes(content)
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["files"]["thresholds.json"] = hashlib.sha256(content).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest))
        replayed(models, name)
        return name

    return make


def replayed(models, name, base=None, judged=None, **changes):
    """Say that the model was replayed against what serves, if anything does."""
    base = base or current_name(models)
    if base:
        values = {"n": 900, "changed": 3} | changes
        record = ReplayRecord(
            base, digest(models / base), name, digest(models / name), "", "li", "store", 14.0,
            judged=judged or Judged(), judged_by_intent={}, groups=[], **values,
        )  # fmt: skip
        write_record(models / name, record)


def state(models):
    files = ("current.json", "history.jsonl")
    return [(models / name).read_bytes() for name in files if (models / name).exists()]


def test_the_pointer_names_the_model_and_the_history_who_and_when(models, add, clock):
    step = promote(models, add("one"), "li", clock=clock)
    assert step.at == "2024-11-11T20:00:00Z"
    assert (read_current(models).name, read_current(models).by) == ("one", "li")
    assert [(s.action, s.name, s.before) for s in history(models)] == [("promote", "one", None)]


def test_promoting_what_serves_changes_nothing(models, add, clock):
    promote(models, add("one"), "li", clock=clock)
    before = state(models)
    promote(models, "one", "wang", clock=clock)
    assert state(models) == before


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"intents": {}}, "delivery is no longer certified"),
        ({"intents": {"delivery": IntentProof(None)}}, "delivery is no longer certified"),
        (
            {"intents": {"delivery": msgspec.structs.replace(GOOD, bound=0.019)}},
            "delivery is certified worse",
        ),
        ({"max_error": 0.4}, "promises 0.4 errors"),
        ({"confidence": 0.5}, "is 0.5 sure"),
        ({"provisional": True}, "is proven on seed sentences only"),
    ],
)
def test_the_gate_refuses_what_is_proven_worse_and_leaves_no_trace(
    models, add, clock, changes, reason
):
    promote(models, add("one", provisional=False), "li", clock=clock)
    before = state(models)
    add("two", **({"provisional": False} | changes))
    with pytest.raises(GateNotMet, match=reason) as caught:
        promote(models, "two", "li", clock=clock)
    assert caught.value.exit_code == 4
    assert state(models) == before


@pytest.mark.parametrize(
    "proof",
    [
        GOOD,
        msgspec.structs.replace(GOOD, bound=0.01, coverage=0.4),
        msgspec.structs.replace(GOOD, bound=0.019, coverage=0.6),
    ],
    ids=["equal", "stricter", "answers more"],
)
def test_the_gate_lets_pass_what_keeps_the_promise(models, add, clock, proof):
    promote(models, add("one"), "li", clock=clock)
    promote(models, add("two", intents={"delivery": proof}), "li", clock=clock)
    assert current_name(models) == "two"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (None, "was not replayed; run `triagebot replay --to two`"),
        ({"base": "zero"}, "was replayed against zero, but one serves now"),
        ({"candidate_digest": "0"}, "was altered after its replay"),
        ({"n": 0}, "was replayed over no message"),
        ({"judged": Judged(2, 11, 0, 0.022)}, "11 worse, 2 better"),
    ],
)
def test_the_gate_refuses_what_was_not_seen_at_work(models, add, clock, changes, reason):
    promote(models, add("one"), "li", clock=clock)
    add("zero", max_error=0.29)
    folder = models / add("two")
    if changes is None:
        (folder / FILE).unlink()
    elif "candidate_digest" in changes:
        write_record(folder, msgspec.structs.replace(read_record(folder), **changes))
    else:
        replayed(models, "two", **changes)
    with pytest.raises(GateNotMet, match=reason):
        promote(models, "two", "li", clock=clock)
    assert current_name(models) == "one"


@pytest.mark.parametrize(
    "changes",
    [{"n": 0, "no_traffic": True}, {"judged": Judged(2, 5, 0, 0.45)}, {"judged": Judged(9, 0)}],
    ids=["nobody ever wrote", "by chance", "better"],
)
def test_the_gate_has_nothing_against_a_replay_that_shows_no_harm(models, add, clock, changes):
    promote(models, add("one"), "li", clock=clock)
    add("two")
    replayed(models, "two", **changes)
    promote(models, "two", "li", why="更准", clock=clock)
    last = history(models)[-1]
    assert (last.why, last.digest) == ("更准", digest(models / "two"))


def test_force_passes_with_a_reason_that_is_kept(models, add, clock):
    promote(models, add("one"), "li", clock=clock)
    add("two", intents={})
    with pytest.raises(GateNotMet):
        promote(models, "two", "li", clock=clock, force="  ")
    promote(models, "two", "li", clock=clock, force="旧模型答错刷机")
    last = history(models)[-1]
    assert last.forced == "旧模型答错刷机"
    assert last.objections == ("delivery is no longer certified",)


def test_nothing_overrules_a_bundle_that_was_altered(models, add, clock):
    (models / add("bad") / "words.txt").write_text("别的词\n")
    with pytest.raises(GateNotMet, match="altered"):
        promote(models, "bad", "li", clock=clock, force="急")
    assert state(models) == []


def test_nothing_overrules_a_self_test_that_fails(models, add, clock):
    folder = models / add("bad")
    lines = (folder / "selftest.jsonl").read_text().splitlines()
    line = json.loads(lines[0]) | {"confidence": 0.123}
    content = ("\n".join([json.dumps(line, ensure_ascii=False), *lines[1:]]) + "\n").encode()
    (folder / "selftest.jsonl").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["selftest.jsonl"] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(GateNotMet, match="self-test"):
        promote(models, "bad", "li", clock=clock, force="急")


@pytest.mark.parametrize("name", ["absent", "../one", ".", "", ".hidden"])
def test_only_a_model_of_the_folder_can_be_named(models, add, name):
    add("one")
    with pytest.raises(NotFound):
        verify(models, name)


def test_rollback_goes_back_step_by_step(models, add, clock):
    for name in ("one", "two", "three"):
        promote(models, add(name), "li", clock=clock)
    assert rollback(models, "li", clock=clock).before == "three"
    assert current_name(models) == "two"
    rollback(models, "li", clock=clock)
    assert current_name(models) == "one"
    with pytest.raises(NothingToDo):
        rollback(models, "li", clock=clock)
    replayed(models, "three")
    promote(models, "three", "li", clock=clock)
    assert rollback(models, "li", clock=clock).name == "one"
    assert len(history(models)) == 7


def test_the_list_says_what_serves_and_what_is_damaged(models, add, clock):
    promote(models, add("one"), "li", clock=clock)
    promote(models, add("two"), "li", clock=clock)
    (models / add("three") / "manifest.json").write_text("{")
    states = {one.name: one.state for one in list_models(models)}
    assert states == {"one": "previous", "two": "current", "three": "damaged"}
    assert {one.certified for one in list_models(models) if not one.problem} == {1}


def test_garbage_is_neither_current_nor_previous_nor_new(models, add, clock):
    for name in ("one", "two", "three", "four"):
        add(name)
    promote(models, "one", "li", clock=clock)
    replayed(models, "two")
    promote(models, "two", "li", clock=clock)
    assert set(collect_garbage(models, 0, dry_run=True)) == {"three", "four"}
    assert len(collect_garbage(models, 4)) == 0
    collect_garbage(models, 0)
    assert {one.name for one in list_models(models)} == {"one", "two"}


def test_an_empty_folder_has_no_models(models):
    assert list_models(models) == []
    assert current_name(models) is None


def test_a_damaged_history_is_named(models, add, clock):
    promote(models, add("one"), "li", clock=clock)
    (models / "history.jsonl").write_text("{\n")
    with pytest.raises(BadBundle, match=r"history\.jsonl:1"):
        history(models)
