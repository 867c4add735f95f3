"""The policy for fans who left: kept, parted from their labels, or deleted, when it is time."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from triagebot.domain.label import Label, Source
from triagebot.domain.message import Event, Inbound, Kind
from triagebot.fans.files import MediaFolder
from triagebot.fans.forgetting import AfterLeaving, Forgetting, Policy
from triagebot.store import audit_log, belongings, fans, labels

WHO = "oFan-that-left"


@pytest.fixture
async def left(world):
    """A fan who complained, was labelled, and left."""
    say = Inbound("wechat:main", WHO, "1", Kind.TEXT, "投诉，电话13912345678", world.clock())
    outcome = await world.intake.accept(say)
    given = Label("", "complaint", Source.AGENT, "小林", world.clock(), str(outcome.message_id))
    await world.db.write(labels.put, given)
    leave = replace(say, key="2", kind=Kind.EVENT, text="", event=Event.UNFOLLOW)
    await world.intake.accept(leave)
    await world.db.write(fans.note_new, world.clock())
    return world


async def run(world, tmp_path, after_leaving, days=30):
    policy = Policy(AfterLeaving(after_leaving), days)
    return await Forgetting(world.db, policy, MediaFolder(tmp_path), world.clock).keep_policy()


async def held(world):
    return await world.db.read(belongings.export, "wechat:main", WHO)


@pytest.mark.parametrize("after_leaving", ["anonymise", "delete"])
async def test_nobody_is_forgotten_before_the_time(left, tmp_path, after_leaving):
    left.clock.now += timedelta(days=29)
    assert await run(left, tmp_path, after_leaving) == 0
    assert await held(left)


async def test_keep_keeps(left, tmp_path):
    left.clock.now += timedelta(days=3000)
    assert await run(left, tmp_path, "keep") == 0
    assert await held(left)


@pytest.mark.parametrize(("after_leaving", "texts"), [("delete", 0), ("anonymise", 1)])
async def test_when_it_is_time_the_person_is_gone(left, tmp_path, after_leaving, texts):
    left.clock.now += timedelta(days=31)
    assert await run(left, tmp_path, after_leaving) == 1
    assert await held(left) == {}
    kept = [row.label.text for row in await left.db.read(labels.export)]
    assert len(kept) == texts
    assert "13912345678" not in str(kept)
    (deed,) = await left.db.read(audit_log.newest, 10, None, "erase_fan")
    assert deed.who == "retention"
    assert await run(left, tmp_path, after_leaving) == 0


async def test_who_came_back_is_kept(left, tmp_path):
    left.clock.now += timedelta(days=10)
    back = Inbound("wechat:main", WHO, "3", Kind.EVENT, "", left.clock(), event=Event.FOLLOW)
    await left.intake.accept(back)
    await left.db.write(fans.note_new, left.clock())
    left.clock.now += timedelta(days=31)
    assert await run(left, tmp_path, "delete") == 0


async def test_files_of_the_fan_go_and_nothing_outside_the_folder(left, tmp_path, monkeypatch):
    folder, kept = MediaFolder(tmp_path / "media"), tmp_path / "kept.txt"
    name = folder.write(b"x", "jpg")
    kept.write_text("x")
    monkeypatch.setattr(belongings, "_files", lambda *_: (name, "../kept.txt", "missing.jpg"))
    left.clock.now += timedelta(days=31)
    assert await run(left, tmp_path / "media", "delete") == 1
    assert folder.path(name) is None
    assert kept.exists()
