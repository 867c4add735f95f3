"""Audits make a provisional proof a proof, raise a threshold or withdraw it; never lower it."""

import json
from dataclasses import replace

import msgspec
import pytest

from training.certify import Promise, promise_of, renew, write_renewed
from training.judged import alike, gather, held_out, own_audits
from triagebot.domain.label import Source
from triagebot.errors import Conflict
from triagebot.triage.manifest import read_manifest
from triagebot.triage.registry import load
from triagebot.triage.think import Mind, wake

SEEN = ("问问delivery的事吧", "想问问delivery的事啊", "我问问delivery的事")
LOOSE = Promise(0.3, 0.6, {"delivery": 0.3, "purchase": 0.3})


@pytest.fixture
def mind(small_trained):
    """The small model, deployed for delivery from 0.1 up, whatever its seed sentences proved."""
    bundle = load(small_trained.folder)
    proofs = {
        name: msgspec.structs.replace(
            one, threshold=0.1 if name == "delivery" else None, needs=7, evidence="seed"
        )
        for name, one in bundle.proof.intents.items()
    }
    return Mind(replace(bundle, proof=msgspec.structs.replace(bundle.proof, intents=proofs)))


def judged(label, n, wrong=0, **parts):
    values = {"source": Source.AUDIT, "model": "small", "p_sample": 0.5} | parts
    return [
        label(SEEN[i % len(SEEN)], "purchase" if i < wrong else "delivery", **values)
        for i in range(n)
    ]


def delivery(mind, audits, others=()):
    return renew(mind, audits, list(others), LOOSE).proof.intents["delivery"]


def test_enough_right_audits_make_the_proof_one_by_audits(mind, label):
    renewal = renew(mind, judged(label, 30), [], LOOSE)
    proof = renewal.proof.intents["delivery"]
    assert (proof.evidence, proof.n, proof.errors, proof.needs) == ("audit", 30, 0, 0)
    assert proof.bound < 0.3
    assert not renewal.proof.provisional
    assert renewal.overall.evidence == "audit"


def test_audits_never_lower_a_threshold(mind, label):
    proof = delivery(mind, judged(label, 30))
    assert proof.threshold >= mind.thresholds.of("delivery")


def test_too_few_audits_leave_the_provisional_proof_and_say_what_is_missing(mind, label):
    renewal = renew(mind, judged(label, 2), [], LOOSE)
    proof = renewal.proof.intents["delivery"]
    assert (proof.threshold, proof.evidence) == (0.1, "seed")
    assert proof.needs == 3  # of five that all must be right
    assert renewal.proof.provisional


def test_audits_with_too_many_errors_withdraw_the_intent(mind, label):
    renewal = renew(mind, judged(label, 30, wrong=20), [], LOOSE)
    assert renewal.proof.intents["delivery"].threshold is None
    assert renewal.withdrawn == ("delivery",)


def test_held_out_labels_prove_provisionally_and_may_certify_another_intent(mind, label):
    rows = [label("我问问purchase的事", "purchase", Source.REVIEW) for _ in range(12)]
    renewal = renew(mind, [], rows, LOOSE)
    proof = renewal.proof.intents["purchase"]
    assert (proof.evidence, proof.threshold is None) == ("held_out", False)
    assert renewal.proof.provisional


def test_an_answer_of_the_right_intent_may_still_be_the_wrong_answer(mind, label):
    rows = [label("问问delivery的事吧", "delivery", Source.AUDIT, answer=f"delivery/{name}")
            for name in ("main", "other")]  # fmt: skip
    evidence = gather(mind, rows)
    assert evidence.correct.tolist() == [True, False]


def test_what_an_audit_seldom_draws_counts_for_more(mind, label):
    rows = judged(label, 4, p_sample=1.0) + judged(label, 1, wrong=1, p_sample=0.1)
    evidence = gather(mind, rows)
    assert evidence.error() == pytest.approx(10 / 14)


def test_agents_labels_never_certify_and_audits_only_their_own_model(label):
    labels = [
        label(source=Source.AGENT),
        label(source=Source.REVIEW),
        label(source=Source.AUDIT, model="small"),
        label(source=Source.AUDIT, model="older"),
    ]
    assert [one.model for one in own_audits(labels, ["small"])] == ["small"]
    assert [one.source for one in held_out(labels)] == [Source.REVIEW]


def test_a_renewed_model_thinks_as_before_and_says_what_it_is_proven_on(
    mind, label, small_trained, tmp_path
):
    audits = judged(label, 30)
    folder = write_renewed(mind, renew(mind, audits, [], LOOSE), "proven", audits, b"key")
    try:
        again = wake(load(folder, b"key"))
        assert again.bundle.proof.intents["delivery"].evidence == "audit"
        assert again.thresholds.of("delivery") >= 0.1
        assert (folder / "report.html").read_text("utf-8").startswith("<!doctype html>")
        assert "from audits" in (folder / "MODEL_CARD.md").read_text("utf-8")
        assert set(alike(folder.parent, "proven")) == {"proven", "small"}
        assert read_manifest(folder).metrics == small_trained_metrics(small_trained)
        with pytest.raises(Conflict):
            write_renewed(mind, renew(mind, audits[:2], [], LOOSE), "proven", audits, b"key")
    finally:
        remove(folder)


def small_trained_metrics(trained):
    return json.loads((trained.folder / "manifest.json").read_text("utf-8"))["metrics"]


def remove(folder):
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def test_the_promise_is_the_policys_unless_told_otherwise(mind):
    assert promise_of(mind).most == 0.3
    assert promise_of(mind, 0.4).by_intent == dict.fromkeys(LOOSE.by_intent, 0.4)
    assert promise_of(mind, 0.05, 0.9) == Promise(0.05, 0.9, dict.fromkeys(LOOSE.by_intent, 0.05))
