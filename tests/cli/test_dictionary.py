import pytest

from tests.training.conftest import write_intents
from training.train import train
from triagebot.triage.catalogue import read_catalogue


@pytest.fixture
def project(tmp_path):
    intents = write_intents(tmp_path / "intents")
    train(read_catalogue(intents), [], tmp_path / "models", "small", jobs=1)
    return tmp_path


def test_preview_shows_new_cuts_and_flips(run, project):
    (project / "in.txt").write_text("今天能发货吗发货\n快递员打电话\n天气\n", encoding="utf-8")
    ran = run("--json", "dict", "preview", "能发货", "--model", "small", "-i", "in.txt")
    assert ran.code == 0
    assert ran.json["messages"] == 3
    (recut,) = ran.json["recut"]
    assert "能发货" in recut["after"]
    assert "能发货" not in recut["before"]
    assert not ran.json["retrained"]


def test_preview_with_retraining_compares_two_models(run, project):
    ran = run("--json", "dict", "preview", "能发货", "--model", "small", "--retrain")
    assert ran.json["retrained"]
    assert ran.json["messages"] > 30
    again = run("dict", "preview", "能发货", "--model", "small", "--retrain")
    assert "by the retrained model" in again.output


def test_nothing_is_saved_by_a_preview(run, project):
    before = (project / "intents" / "words.txt").read_bytes()
    run("dict", "preview", "能发货", "--model", "small")
    assert (project / "intents" / "words.txt").read_bytes() == before


def test_suggest_reads_a_file_or_the_database(run, project):
    ends = ["好吗", "贵吗", "在哪", "坏了", "多少", "谢谢", "呢", "没了"]
    starts = ["想要", "听说", "我的", "新的", "关于", "换成", "带着", "谁有"]
    lines = [f"请问蓝岭核{end}" for end in ends] + [f"{start}蓝岭核呀" for start in starts]
    lines += [start + end for start in starts for end in ends] * 3
    (project / "in.txt").write_text("\n".join(lines), encoding="utf-8")
    ran = run("--json", "dict", "suggest", "-i", "in.txt")
    assert [one["word"] for one in ran.json["words"]] == ["蓝岭核"]
    stored = run("--set", f"database.url=sqlite:///{project}/t.db", "dict", "suggest")
    assert (stored.code, "no message has come" in stored.message) == (5, True)


def test_check_names_the_lines(run, project):
    words = project / "intents" / "words.txt"
    words.write_text("快递员\n# a remark\n快递员\n蓝岭核\n发\n一 二\n", encoding="utf-8")
    ran = run("--json", "dict", "check")
    assert ran.code == 3
    found = {(one["line"], one["code"]) for one in ran.json["findings"]}
    assert found >= {(3, "twice"), (4, "dead"), (5, "one_character"), (6, "no_word")}


@pytest.mark.parametrize("word", ["好", "有 空", "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌"])
def test_what_is_no_word_is_refused(run, project, word):
    ran = run("dict", "preview", word, "--model", "small")
    assert ran.code == 3
    assert "is no word" in ran.message
