"""`certify`, by held-out files and by the audits in the database."""

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.test_measuring import SENTENCES, write_intents
from training.train import train
from triagebot.domain.message import Inbound, Kind
from triagebot.intake.accept import Intake
from triagebot.store import audit_draw, audits
from triagebot.store.database import Database
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.hot_reload import LiveMind


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


def test_the_audits_of_the_database_are_read_also_where_nobody_knew_better(run, answering):
    asyncio.run(audited(["快递到哪儿了呀", "快递到哪里去了啊"]))
    ran = run("--json", "certify")
    assert (ran.json["audits"], ran.json["overall"]["n"]) == (2, 2)
    assert ran.json["overall"]["error"] == 0.5


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def audited(texts):
    """Fans write; all answers are drawn, the first is right, the others are wrong, unsaid how."""
    db = Database("sqlite:///var/triagebot.db", clock=lambda: NOW)
    await db.start()
    intake = Intake(db, LiveMind(Path("models"), {}), lambda: NOW)
    for number, text in enumerate(texts):
        await intake.accept(Inbound("webchat", f"fan-{number}", "1", Kind.TEXT, text, NOW))
    stretch = await db.read(audit_draw.unseen, 100, NOW)
    await db.write(audit_draw.draw, stretch, 1.0, NOW)
    for row in await db.read(audits.waiting, 10):
        verdict = audits.Verdict.WRONG if row.id > 1 else audits.Verdict.RIGHT
        await db.write(audits.judge, row.id, verdict, "li", NOW)
    await db.close()


@pytest.fixture
def answering(run, tmp_path):
    """A project whose model answers delivery by itself, as the promise is a weak one."""
    folder = write_intents(tmp_path / "intents")
    policy = (folder / "_policy.yml").read_text("utf-8")
    policy = policy.replace("max_error: 0.02", "max_error: 0.5").replace("0.95", "0.5")
    (folder / "_policy.yml").write_text(policy, "utf-8")
    path = folder / "delivery.yml"
    answer = """- intent: "delivery/where"
  metadata: {question: 快递到哪了啊}
  examples: |
    - 快递到哪儿了
responses:
  utter_delivery/where:
  - text: 请看订单页。
"""
    path.write_text(path.read_text("utf-8") + answer, "utf-8")
    assert run("train", "--name", "one", "--jobs", "1", "--promote").code == 0
