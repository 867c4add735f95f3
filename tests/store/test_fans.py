"""Who the fans are: noted behind their messages, listed by what is known of them."""

from datetime import timedelta

import pytest

from triagebot.domain.message import Event, Kind
from triagebot.errors import NotFound
from triagebot.store import fan_lists, fans
from triagebot.store.fan_lists import Wanted


@pytest.fixture
def act(record, inbound, clock):
    """Let a fan do something, a second after what was done before."""

    async def do(event, fan="fan-1", **detail):
        clock.forward(seconds=1)
        item = inbound("", fan=fan, kind=Kind.EVENT, event=event, detail=detail, sent_at=clock())
        await record(item)

    return do


@pytest.fixture
def noted(any_database, clock):
    """Note all that has happened and return a fan."""

    async def note(fan="fan-1"):
        clock.forward(minutes=2)
        while await any_database.write(fans.note_new, clock(), 2):
            pass
        return await any_database.read(fans.find, "wechat:main", fan)

    return note


async def test_who_writes_is_noted_once_with_the_time_of_the_first_message(
    record, inbound, clock, noted
):
    began = clock()
    await record(inbound("你好"), inbound("在吗"), inbound("你好", fan="fan-2"))
    fan = await noted()
    assert (fan.first_at, fan.follows) == (began, None)
    await record(inbound("还在吗"))
    assert (await noted()).id == fan.id
    assert (await noted("fan-2")).id != fan.id
    assert await noted("fan-3") is None


async def test_a_follow_says_by_which_code_and_a_leave_when(act, clock, noted):
    await act(Event.FOLLOW, scene="launch")
    came = clock()
    fan = await noted()
    assert (fan.follows, fan.followed_at, fan.scene, fan.left_at) == (True, came, "launch", None)
    await act(Event.UNFOLLOW)
    left = clock()
    fan = await noted()
    assert (fan.follows, fan.left_at, fan.scene) == (False, left, "launch")
    await act(Event.FOLLOW)
    assert ((await noted()).follows, (await noted()).left_at) == (True, None)


async def test_a_scan_by_a_follower_changes_the_code_and_nothing_else(act, noted):
    await act(Event.FOLLOW, scene="launch")
    before = await noted()
    await act(Event.SCAN, scene="shop-7")
    after = await noted()
    assert after.scene == "shop-7"
    assert (after.follows, after.followed_at) == (True, before.followed_at)


async def test_an_imported_follower_who_was_gone_is_back(any_database, act, noted, clock):
    await act(Event.UNFOLLOW)
    await noted()
    names = [f"fan-{number}" for number in range(1, 6)]
    assert await any_database.write(fans.add_followers, "wechat:main", names, clock()) == 4
    assert await any_database.write(fans.add_followers, "wechat:main", names, clock()) == 0
    assert ((await noted()).follows, (await noted()).left_at) == (True, None)


async def test_who_left_long_ago_is_found_for_the_policy(any_database, act, noted, clock):
    for number in range(3):
        await act(Event.UNFOLLOW, f"fan-{number}")
    await act(Event.FOLLOW, "fan-1")
    await noted()
    old = await any_database.read(fans.left_before, clock() + timedelta(days=1))
    assert [row.fan for row in old] == ["fan-0", "fan-2"]
    assert await any_database.read(fans.left_before, clock() - timedelta(days=1)) == []


LISTS = [
    (Wanted(), ["fan-3", "fan-2", "fan-1"]),
    (Wanted(channel="webchat"), []),
    (Wanted(scene="launch"), ["fan-1"]),
    (Wanted(follows=True), ["fan-3", "fan-1"]),
    (Wanted(name="-2"), ["fan-2"]),
    (Wanted(name="%"), []),
    (Wanted(name="老用"), ["fan-3"]),
    (Wanted(tag="内测"), []),
]


async def test_lists_hold_what_is_asked_for(any_database, act, noted, clock):
    await act(Event.FOLLOW, "fan-1", scene="launch")
    await act(Event.UNFOLLOW, "fan-2")
    await act(Event.FOLLOW, "fan-3")
    third = await noted("fan-3")
    await any_database.write(fans.describe, third.id, {"remark": "老用户"}, clock())
    for wanted, found in LISTS:
        rows = await any_database.read(fan_lists.page, wanted)
        assert [row.fan for row in rows] == found, wanted


async def test_pages_follow_each_other(any_database, clock):
    names = [f"fan-{number:02}" for number in range(25)]
    await any_database.write(fans.add_followers, "wechat:main", names, clock())
    seen, before = [], None
    while page := await any_database.read(fan_lists.page, Wanted(), before, 10):
        seen += [row.fan for row in page]
        before = page[-1].id
    assert seen == names[::-1]


async def test_scenes_are_counted_by_who_stayed(any_database, act, noted):
    for number in range(3):
        await act(Event.FOLLOW, f"fan-{number}", scene="launch" if number else "shop")
    await act(Event.UNFOLLOW, "fan-2")
    await noted()
    assert await any_database.read(fan_lists.scenes) == [("launch", 1), ("shop", 1)]


async def test_nobody_is_not_found(any_database):
    with pytest.raises(NotFound):
        await any_database.read(fans.get, 1)
