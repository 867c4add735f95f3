"""Measuring by the public door, on small sets of the same form as the public ones."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sklearn.metrics import accuracy_score, f1_score

from training.benchmarks.datasets import BenchmarkSet, read_set
from training.benchmarks.ours import triagebot
from training.benchmarks.rivals import RIVALS
from training.benchmarks.run import CONTENDERS, measure
from triagebot.cli import group
from triagebot.errors import BadInput, NotFound, NothingToDo

SHARED = Path(__file__).parents[2] / "../shared/data"
ASKED = {
    "催发货": ["什么时候发货", "怎么还不发货", "今天能发货吗", "快点发货", "几天发货啊"],
    "问价格": ["多少钱", "这个多少钱一台", "价格能便宜吗", "最低多少钱", "价格是多少"],
    "要发票": ["能开发票吗", "发票怎么开", "电子发票发我", "发票抬头改一下", "没收到发票"],
}


def rows(split):
    keep = (lambda i: i > 0) if split == "train" else (lambda i: i == 0)
    return [
        {"text": text, "label": label, "split": split}
        for label, texts in ASKED.items()
        for i, text in enumerate(texts)
        if keep(i)
    ]


def write(path, found):
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found).encode()
    path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
    return path


@pytest.fixture
def data(tmp_path):
    every = rows("train") + rows("dev")
    write(tmp_path / "cic.jsonl.gz", every)
    write(tmp_path / "massive_zh_cn.jsonl.gz", every)
    write(tmp_path / "domain_dev.jsonl", [{"text": "什么时候发货", "label": "delivery"}])
    return tmp_path


def run(*arguments):
    result = CliRunner().invoke(group, ["--json", "benchmark", *map(str, arguments)])
    if result.exception:
        raise result.exception
    return json.loads(result.stdout)


def test_learns_from_train_and_judges_dev(data, intents_folder):
    found = read_set("massive", data, intents_folder)
    assert {row.text for row in found.train} == {row["text"] for row in rows("train")}
    assert {row.text for row in found.judged} == {row["text"] for row in rows("dev")}


@pytest.mark.parametrize("name", ["other.jsonl", "other.jsonl.gz"])
def test_a_file_replaces_the_rows_to_judge_and_none_to_learn_from(data, intents_folder, name):
    other = write(data / name, [{"text": "多少钱啊", "label": "问价格"}])
    found = read_set("cic", data, intents_folder, other)
    assert [row.text for row in found.judged] == ["多少钱啊"]
    assert len(found.train) == len(rows("train"))


def test_domain_learns_from_the_intents_alone(data, intents_folder):
    found = read_set("domain", data, intents_folder)
    assert "delivery" in found.labels
    assert [row.text for row in found.judged] == ["什么时候发货"]
    assert found.words


def test_only_labels_that_are_phrases_are_learnt_from(data, intents_folder):
    assert read_set("cic", data, intents_folder).spoken_labels == tuple(sorted(ASKED))
    assert read_set("domain", data, intents_folder).spoken_labels == ()


def test_a_missing_set_says_where_it_was_looked_for(tmp_path, intents_folder):
    with pytest.raises(NotFound, match=r"cic\.jsonl\.gz is not there; --data"):
        read_set("cic", tmp_path, intents_folder)


def test_a_bad_row_is_named_by_file_and_line(data, intents_folder):
    other = write(data / "other.jsonl", [{"text": "在吗", "label": "问价格"}, {"text": "在"}])
    with pytest.raises(BadInput, match=r"other\.jsonl:2: .*label"):
        read_set("cic", data, intents_folder, other)


def test_a_file_without_rows_is_nothing_to_judge(data, intents_folder):
    with pytest.raises(NothingToDo, match="empty"):
        read_set("cic", data, intents_folder, write(data / "empty.jsonl", []))


def test_the_command_gives_our_figures_and_the_rivals(data):
    found = run("massive", "--data", data)
    assert set(found["rivals"]) == set(RIVALS)
    for score in (found, *found["rivals"].values()):
        assert 0 <= score["macro_f1"] <= 1
        assert 0 <= score["accuracy"] <= 1
        assert score["seconds"] > 0
        assert score["peak_mb"] > 10


def test_figures_are_those_of_scikit_learn(data, intents_folder):
    found = read_set("massive", data, intents_folder)
    truth = [row.label for row in found.judged]
    for name, contender in CONTENDERS.items():
        said = contender(found)([row.text for row in found.judged])
        score = measure(name, found)
        assert score.accuracy == accuracy_score(truth, said)
        assert score.macro_f1 == pytest.approx(
            f1_score(truth, said, labels=sorted(set(truth)), average="macro", zero_division=0.0)
        )


def test_nobody_sees_the_labels_to_judge(data, intents_folder):
    honest = read_set("massive", data, intents_folder)
    texts = [row.text for row in honest.judged]
    blind = BenchmarkSet("massive", honest.train, (), "")
    for contender in CONTENDERS.values():
        assert contender(blind)(texts) == contender(honest)(texts)


def shared_set(name, intents_folder):
    if not SHARED.is_dir():
        pytest.skip("the public sets are not here")
    return read_set(name, SHARED, intents_folder)


def test_massive_and_domain_beat_both_rivals(intents_folder):
    for name in ("massive", "domain"):
        data = shared_set(name, intents_folder)
        ours = measure("triagebot", data)
        for rival in RIVALS:
            assert ours.accuracy > measure(rival, data).accuracy, (name, rival)


def test_on_noisy_labels_mending_beats_learning_them_raw(intents_folder):
    noisy = shared_set("cic", intents_folder)
    rows = noisy.train[::2]
    noisy = BenchmarkSet(noisy.name, rows, noisy.judged, noisy.judged_on, noisy=True)
    raw = BenchmarkSet(noisy.name, rows, noisy.judged, noisy.judged_on, noisy=False)

    def accuracy(data):
        said = triagebot(data, jobs=2)([row.text for row in data.judged])
        return sum(a == row.label for a, row in zip(said, data.judged, strict=True)) / len(said)

    assert accuracy(noisy) > accuracy(raw) + 0.02
