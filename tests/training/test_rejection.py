"""What is foreign is told, and what was answered all the same is counted."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from training.benchmarks.rejection import CLASS, judge, read_groups
from training.dataset import build
from triagebot.cli import group
from triagebot.errors import NotFound, NothingToDo
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.registry import load
from triagebot.triage.think import wake

SHARED = Path(__file__).parents[2] / "../shared/data"
OWN = "什么时候能发货 快递到哪里了 几天可以收到 多少钱一台呢 怎么预约购买 还有货没有"
FOREIGN = "今天天气怎么样啊 讲一个笑话 帮我放首歌 明天下雨吗 帮我定个闹钟 附近有没有饭店"


def write(folder, foreign):
    rows = [(text, "delivery") for text in OWN.split()]
    rows += [(text, "out_of_scope") for text in FOREIGN.split()]
    (folder / "domain_dev.jsonl").write_text(lines(rows), encoding="utf-8")
    rows = [(text, "greeting_chitchat") for text in foreign]
    (folder / "oos_noise.jsonl.gz").write_bytes(gzip.compress(lines(rows).encode()))
    return folder


def lines(rows):
    return "".join(json.dumps({"text": t, "label": label}) + "\n" for t, label in rows)


def run(data, intents):
    arguments = ["--json", "benchmark", "rejection", "--data", str(data), "--intents", str(intents)]
    result = CliRunner().invoke(group, arguments)
    if result.exception:
        raise result.exception
    return json.loads(result.stdout)


@pytest.fixture
def intents(new_intents):
    """The small intents, with one for what is foreign and one whose answers are risky."""
    file = new_intents / "out_of_scope.yml"
    said = file.read_text(encoding="utf-8")
    file.write_text(said.replace("risk: low", "risk: low, kind: out_of_scope"), encoding="utf-8")
    risky = (new_intents / "purchase.yml").read_text(encoding="utf-8")
    (new_intents / "flashing_rom.yml").write_text(
        risky.replace("purchase", "flashing_rom").replace("一台", "刷机"), encoding="utf-8"
    )
    return new_intents


def test_the_explicit_class_tells_chatter_that_is_like_what_was_learnt(intents, tmp_path):
    found = run(write(tmp_path, FOREIGN.split()), intents)
    assert found["scores"][CLASS]["easy"] > 0.9
    assert found["scores"][CLASS]["easy"] == found["scores"][CLASS]["hard"]
    for score in found["scores"].values():
        assert all(0.0 <= area <= 1.0 for area in score.values())
    assert {name: each["n"] for name, each in found["treated"].items()} == {
        "easy": 6,
        "hard": 6,
        "own": 6,
    }


def test_messages_that_are_our_own_after_all_are_not_told(intents, tmp_path):
    found = run(write(tmp_path, OWN.split()), intents)
    for score in found["scores"].values():
        assert score["easy"] == pytest.approx(0.5)


def test_a_guide_given_to_a_foreign_message_is_counted(intents, tmp_path):
    foreign = [*FOREIGN.split()[:3], "问问flashing_rom的事"]
    found = run(write(tmp_path, foreign), intents)["treated"]
    assert found["easy"]["flashing_rom"] == 0.25
    assert found["hard"]["flashing_rom"] == 0.0


def test_without_the_data_or_one_of_its_groups_it_says_so(intents, tmp_path):
    with pytest.raises(NotFound, match=r"domain_dev\.jsonl is not there; --data"):
        run(tmp_path, intents)
    with pytest.raises(NothingToDo, match="group easy"):
        run(write(tmp_path, []), intents)


def test_real_chatter_is_told_and_never_answered_with_a_guide(bundle_folder, intents_folder):
    if not SHARED.is_dir():
        pytest.skip("the public sets are not here")
    catalogue = read_catalogue(intents_folder)
    groups = read_groups(SHARED, catalogue)
    groups = {name: rows[::10] if name == "easy" else rows for name, rows in groups.items()}
    learnt = [row.text for row in build(catalogue, []).rows]
    found = judge(wake(load(bundle_folder)), learnt, groups)
    best = found.scores[CLASS]
    assert min(best.easy, best.hard) > 0.95
    for name, score in found.scores.items():
        assert name == CLASS or max(score.easy, score.hard) < best.hard
    assert found.treated["easy"].flashing_rom == found.treated["hard"].flashing_rom == 0.0
