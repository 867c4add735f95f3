"""Pairs are judged by a score that never saw their messages."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from training.benchmarks.pairs import HELD_OUT, Pair, groups_of
from triagebot.cli import group
from triagebot.errors import BadInput, NotFound, NothingToDo

SHARED = Path(__file__).parents[2] / "../shared/data"
ASKED = "怎么{} 在哪里{} 什么时候{} 为什么要{} 可以{}吗 多久能{} 谁能帮我{} 不想{}了"
MATTERS = "发货 退款 刷机 解锁 换屏 开票 预约 升级 降级 分期 补寄 充电 截屏 备份 关机"


def pair(text, text2, same):
    return {"text": text, "text2": text2, "label": str(int(same))}


def write(folder, rows):
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "question_pairs.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    return folder


def rows():
    """The same question is one about the same matter, however it is asked."""
    asked, matters = ASKED.split(), MATTERS.split()
    every = []
    for i, matter in enumerate(matters):
        for a, b in zip(asked[::2], asked[1::2], strict=True):
            other = matters[i - 1]
            every.append(pair(a.format(matter) + "呢", b.format(matter), same=True))
            every.append(pair(a.format(matter), a.format(other) + "呀", same=False))
    return every


def run(data):
    result = CliRunner().invoke(group, ["--json", "benchmark", "pairs", "--data", str(data)])
    if result.exception:
        raise result.exception
    return json.loads(result.stdout)


def test_what_was_learnt_beats_plain_likeness_where_wording_misleads(tmp_path):
    found = run(write(tmp_path, rows()))
    assert found["learnt"] + found["judged"] == len(rows())
    assert found["auc"] > 0.8 > 0.5 > found["rivals"]["rapidfuzz_ratio"]["auc"]
    for score in (found, *found["rivals"].values()):
        assert 0.0 <= score["ece"] <= 1.0


def test_with_labels_by_chance_nothing_is_learnt(tmp_path):
    chance = np.random.default_rng(7)
    shuffled = [row | {"label": str(chance.integers(2))} for row in rows()]
    assert 0.2 < run(write(tmp_path, shuffled))["auc"] < 0.8


def test_pairs_that_share_a_message_are_on_one_side():
    texts = [("甲", "乙"), ("丙", "丁"), ("乙", "戊"), ("己", "庚"), ("戊", "辛")]
    groups = groups_of([Pair(a, b, "1") for a, b in texts]).tolist()
    assert groups[0] == groups[2] == groups[4]
    assert len({groups[0], groups[1], groups[3]}) == 3


def test_bad_and_missing_rows_are_named(tmp_path):
    with pytest.raises(NotFound, match=r"question_pairs\.jsonl\.gz is not there"):
        run(tmp_path)
    with pytest.raises(BadInput, match=r"jsonl\.gz:1: .*label"):
        run(write(tmp_path, [pair("甲", "乙", same=True) | {"label": "2"}]))
    with pytest.raises(NothingToDo, match="pairs of both kinds"):
        run(write(tmp_path, [pair("甲", "乙", same=True)] * HELD_OUT))


def test_on_public_pairs_ours_is_better_and_surer_of_itself(tmp_path):
    if not SHARED.is_dir():
        pytest.skip("the public sets are not here")
    with gzip.open(SHARED / "question_pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        some = [json.loads(line) for number, line in enumerate(lines) if number % 3 == 0]
    found = run(write(tmp_path, some))
    for rival in found["rivals"].values():
        assert found["auc"] > rival["auc"] + 0.05
        assert found["ece"] < rival["ece"]
