"""A model promoted on one node serves on all; what was altered on the way serves on none."""

import shutil

import pytest
from sqlalchemy import update

from triagebot.errors import BadBundle
from triagebot.models import history
from triagebot.models.history import Step
from triagebot.nodes.promotions import SharedPromotions
from triagebot.store.tables import bundle_file
from triagebot.triage import registry

MORNING, NOON = "2024-11-11T08:00:00+00:00", "2024-11-11T12:00:00+00:00"


@pytest.fixture
def node(tmp_path, bundle_folder, any_database):
    """Make a node with some bundles in its folder."""

    def make(name, *bundles):
        models = tmp_path / name
        models.mkdir()
        for bundle in bundles:
            shutil.copytree(bundle_folder, models / bundle)
        return models, SharedPromotions(any_database, models, None)

    return make


def promote(models, bundle, at):
    history.switch(models, Step("promote", bundle, at, "小林"))


async def test_a_promotion_reaches_a_node_without_the_bundle(node):
    (here, one), (there, two) = node("here", "m-1"), node("there")
    promote(here, "m-1", MORNING)
    await one.look()
    await two.look()
    assert history.current_name(there) == "m-1"
    assert registry.load(there / "m-1").manifest == registry.load(here / "m-1").manifest
    step = history.history(there)[-1]
    assert (step.name, step.at, step.by) == ("m-1", MORNING, "小林")
    assert [path.name for path in there.glob(".*")] == []


async def test_the_newest_wins_wherever_it_was_made(node):
    (here, one), (there, two) = node("here", "m-1", "m-2"), node("there", "m-1", "m-2")
    promote(here, "m-1", NOON)
    promote(there, "m-2", MORNING)
    for _ in range(2):
        await one.look()
        await two.look()
    assert (history.current_name(here), history.current_name(there)) == ("m-1", "m-1")
    await two.look()
    assert len(history.history(there)) == 2


async def test_a_bundle_altered_in_the_store_is_refused_once(node, any_database):
    (here, one), (there, two) = node("here", "m-1"), node("there", "m-0")
    promote(there, "m-0", MORNING)
    promote(here, "m-1", NOON)
    await one.look()

    def alter(connection):
        words = bundle_file.c.name == "words.txt"
        connection.execute(update(bundle_file).where(words).values(content=b"other words"))

    await any_database.write(alter)
    with pytest.raises(BadBundle, match="altered"):
        await two.look()
    await two.look()
    assert history.current_name(there) == "m-0"
    assert not (there / "m-1").exists()
