import asyncio
import json
import shutil

import pytest

from triagebot.errors import BadBundle
from triagebot.triage.hot_reload import LiveMind, read_current


def point(models, name):
    draft = models / ".current"
    draft.write_text(json.dumps({"name": name}), encoding="utf-8")
    draft.replace(models / "current.json")


@pytest.fixture
def models(bundle_folder, tmp_path):
    for name in ("first", "second"):
        shutil.copytree(bundle_folder, tmp_path / name)
    point(tmp_path, "first")
    return tmp_path


async def test_a_new_pointer_switches_the_mind_and_tells(models):
    live = LiveMind(models, {})
    told = asyncio.Event()
    names = []
    live.on_switch(lambda name: (names.append(name), told.set()))
    await live.start()
    try:
        point(models, "second")
        await asyncio.wait_for(told.wait(), 60)
    finally:
        await live.close()
    assert (live.mind.model, names) == ("second", ["second"])


async def test_an_altered_bundle_is_refused_and_the_running_one_stays(models):
    live = LiveMind(models, {})
    (models / "second" / "words.txt").write_text("tampered\n", encoding="utf-8")
    point(models, "second")
    assert await live.refresh() is False
    assert live.mind.model == "first"
    assert live.mind.think(["你好"])[0].model == "first"


async def test_after_a_refusal_a_good_bundle_is_still_taken(models):
    live = LiveMind(models, {})
    point(models, "nowhere")
    assert await live.refresh() is False
    point(models, "second")
    assert await live.refresh() is True


async def test_an_unchanged_pointer_costs_nothing(models):
    live = LiveMind(models, {})
    before = live.mind
    assert await live.refresh() is False
    assert live.mind is before


def test_without_a_promoted_model_the_command_to_run_is_named(tmp_path):
    with pytest.raises(BadBundle, match="triagebot train"):
        LiveMind(tmp_path, {})


@pytest.mark.parametrize("name", ["../elsewhere", "a/b", "/etc"])
def test_a_pointer_out_of_the_folder_is_refused(tmp_path, name):
    point(tmp_path, name)
    with pytest.raises(BadBundle, match="a path, not a model"):
        read_current(tmp_path)
