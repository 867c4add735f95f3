"""Many answers under one intent: how sure is the model of each, and is it the same on every run."""

import os
import subprocess
import sys

import numpy as np
import pytest

from tests.training.conftest import write_intents
from training.train import train
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.registry import load
from triagebot.triage.think import wake

THINGS = (
    "手机 耳机 手环 电视 音箱 路由器 充电宝 手表 平板 插座 台灯 "
    "摄像头 净化器 扫地机 体重秤 键盘 鼠标 背包 雨伞 水杯 贴膜 数据线"
)
MATTERS = "什么颜色 多重 防水 保修几年 产地 尺寸 送人 能退货 夜里用 怎么清洗"
PHRASES = ("{thing}{matter}", "请问{thing}的{matter}", "想了解{matter}这个{thing}")
UNSEEN = "你们家{thing}{matter}呀"


def many(folder):
    """The small intents with one more, of 220 answers that differ by a thing or a matter."""
    write_intents(folder)
    parts = ['version: "3.1"', "nlu:", "- intent: product_info"]
    parts += ["  metadata: {title: {zh: 产品, en: product}, risk: low}", "  examples: |"]
    parts += [f"    - 说说{thing}" for thing in THINGS.split()]
    said = ["responses:"]
    for i, thing in enumerate(THINGS.split()):
        for j, matter in enumerate(MATTERS.split()):
            name = f"product_info/a{i}_{j}"
            wordings = [phrase.format(thing=thing, matter=matter) for phrase in PHRASES]
            parts += [f"- intent: {name}", f"  metadata: {{question: {wordings[0]}}}"]
            parts += ["  examples: |", *(f"    - {wording}" for wording in wordings[1:])]
            said += [f"  utter_{name}:", f"  - text: {thing}，{matter}。"]
    (folder / "product_info.yml").write_text("\n".join(parts + said) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def intents(tmp_path_factory):
    return many(tmp_path_factory.mktemp("many") / "intents")


@pytest.fixture(scope="module")
def mind(intents, tmp_path_factory):
    trained = train(read_catalogue(intents), [], tmp_path_factory.mktemp("models"), jobs=1)
    return wake(load(trained.folder))


def test_how_sure_an_answer_is_depends_on_the_answer(mind):
    asked = {
        f"product_info/a{i}_{j}": UNSEEN.format(thing=thing, matter=matter)
        for i, thing in enumerate(THINGS.split())
        for j, matter in enumerate(MATTERS.split())
    }
    found = mind.think(list(asked.values()))
    best = [prediction.answers[0] for prediction in found]
    right = np.array([answer.answer == name for answer, name in zip(best, asked, strict=True)])
    sure = np.array([answer.confidence for answer in best])
    second = np.array([prediction.answers[1].confidence for prediction in found])
    assert len(asked) == 220
    assert right.mean() > 0.9
    assert (second < 0.5).all()
    assert (sure - second).mean() > 0.3


def test_a_message_that_fits_all_answers_is_sure_of_the_intent_alone(mind):
    vague = [f"说说{thing}" for thing in THINGS.split()]
    for prediction in mind.think(vague):
        assert prediction.intent == "product_info"
        assert prediction.confidence > 0.9
        assert all(answer.confidence < 0.5 for answer in prediction.answers)


TRAIN = """
import sys
from pathlib import Path
from training.train import train
from triagebot.triage.catalogue import read_catalogue
train(read_catalogue(Path(sys.argv[1])), [], Path(sys.argv[2]), name="one", jobs=1)
"""


def test_any_number_of_threads_writes_the_same_bytes(intents, tmp_path):
    made = []
    for threads in ("1", "2"):
        counts = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)
        command = [sys.executable, "-c", TRAIN, str(intents), str(tmp_path / threads)]
        subprocess.run(command, env=os.environ | counts, check=True, timeout=200)
        folder = tmp_path / threads / "one"
        made.append({file.name: file.read_bytes() for file in sorted(folder.iterdir())})
    assert len(made[0]) >= 7
    assert made[0] == made[1]
