import pytest

from triagebot.triage.catalogue import read_catalogue


@pytest.mark.parametrize(("template", "least"), [("phone-brand", 12), ("empty", 4)])
def test_a_new_project_trains(run, tmp_path, template, least):
    ran = run("--json", "init", "mine", "--template", template)
    assert ran.code == 0
    assert ran.json["intents"] >= least
    catalogue = read_catalogue(tmp_path / "mine" / "intents")
    assert len(catalogue.intents) == ran.json["intents"]
    assert run("--config", "mine/triagebot.toml", "config", "check").code == 0


def test_the_smallest_project_learns_and_thinks(run, tmp_path):
    run("init", "mine", "--template", "empty")
    ran = run("--json", "train", "--intents", "mine/intents", "--out", "models", "--jobs", 1)
    assert ran.code == 0
    (tmp_path / "in.txt").write_text("快递到哪里了\n")
    ran = run("predict", "--model", ran.json["folder"], "-i", "in.txt")
    assert ran.json["intent"] == "delivery"


def test_what_is_there_stays(run, tmp_path):
    (tmp_path / "intents").mkdir()
    ran = run("init")
    assert ran.code == 3
    assert "there already" in ran.message
    assert not (tmp_path / "triagebot.toml").exists()
