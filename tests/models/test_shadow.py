"""A candidate in the shadow thinks about live messages, answers none, and is counted."""

import shutil
from dataclasses import replace

import msgspec
import pytest

from triagebot.domain.change import Change
from triagebot.errors import BadBundle, Conflict, NotFound
from triagebot.intake.accept import Intake
from triagebot.models.promote import promote
from triagebot.models.shadow import Shadow, read_shadow, set_shadow
from triagebot.store import following, shadows
from triagebot.triage.registry import load
from triagebot.triage.think import Mind

ASKED = "我想问问delivery的事"


class Holder:
    def __init__(self, mind):
        self.mind = self.trained = mind


@pytest.fixture
def models(small_trained, tmp_path):
    """A folder in which `serving` serves and `small` may be in its shadow."""
    folder = tmp_path / "models"
    for name in ("serving", "small"):
        shutil.copytree(small_trained.folder, folder / name)
    promote(folder, "serving", "li")
    return folder


@pytest.fixture
def serving(models):
    """The mind that serves: it answers deliveries, the one in the shadow is not proven to."""
    bundle = load(models / "serving")
    proofs = {
        name: msgspec.structs.replace(one, threshold=0.1 if name == "delivery" else one.threshold)
        for name, one in bundle.proof.intents.items()
    }
    return Mind(replace(bundle, proof=msgspec.structs.replace(bundle.proof, intents=proofs)))


@pytest.fixture
async def fans(any_database, serving, clock, inbound):
    intake = Intake(any_database, Holder(serving), clock)

    async def say(*texts):
        for text in texts:
            await intake.accept(inbound(text, fan=f"fan-{text}-{clock.forward(seconds=1)}"))

    yield say
    await intake.close()


async def test_what_would_change_is_counted_and_nobody_is_answered(
    models, serving, any_database, clock, fans
):
    shadow = Shadow(models, any_database, Holder(serving), clock)
    await fans(ASKED)
    assert await shadow.look() == 0, "nobody is in the shadow yet"
    set_shadow(models, "small", "li", clock=clock)
    assert await shadow.look() == 0, "it looks from now on"
    await fans(ASKED, ASKED, "今天天气怎么样")
    assert await shadow.look() == 3
    assert await shadow.look() == 0
    seen, changes = await any_database.read(shadows.read, "small", "serving")
    assert (seen.seen, seen.changed, seen.skipped) == (3, 2, 0)
    (change,) = changes
    assert (change.before, change.n, len(change.message_ids)) == ("answer delivery/main", 2, 2)
    await fans(ASKED)
    await shadow.look()
    seen, _ = await any_database.read(shadows.read, "small", "serving")
    assert (seen.seen, seen.changed) == (4, 3)


async def test_who_falls_far_behind_goes_on_with_the_newest(any_database, clock, fans):
    await any_database.write(following.begin, shadows.NAME)
    await fans(*[f"{n} {ASKED}" for n in range(7)])
    stretch = await any_database.read(following.unseen, shadows.NAME, 2, 5)
    assert (len(stretch.heard), stretch.skipped) == (2, 5)


async def test_ever_new_changes_cannot_fill_the_disk(any_database, clock, monkeypatch):
    monkeypatch.setattr(shadows, "MOST_PAIRS", 3)
    await any_database.write(following.begin, shadows.NAME)
    wild = [Change("ask", f"answer x/{n}", 1, 1.0, (n,)) for n in range(9)]
    nothing = following.Stretch([], 0, 0)
    await any_database.write(shadows.add, ("small", "serving"), nothing, wild, clock())
    _, changes = await any_database.read(shadows.read, "small", "serving")
    assert sum(change.n for change in changes) == 9
    assert [change.n for change in changes if change.before == "other"] == [6]


def test_only_another_sound_bundle_can_be_in_the_shadow(models, clock):
    with pytest.raises(Conflict):
        set_shadow(models, "serving", "li", clock=clock)
    with pytest.raises(NotFound):
        set_shadow(models, "absent", "li", clock=clock)
    (models / "small" / "words.txt").write_text("别的词\n")
    with pytest.raises(BadBundle):
        set_shadow(models, "small", "li", clock=clock)
    assert read_shadow(models) is None


async def test_a_candidate_that_is_altered_later_thinks_no_more(
    models, serving, any_database, clock, fans, caplog
):
    set_shadow(models, "small", "li", clock=clock)
    (models / "small" / "words.txt").write_text("别的词\n")
    shadow = Shadow(models, any_database, Holder(serving), clock)
    await fans(ASKED)
    assert await shadow.look() == 0
    assert "altered" in caplog.text
    set_shadow(models, None, "li")
    assert read_shadow(models) is None
