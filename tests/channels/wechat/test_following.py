"""Followers, tags and profiles between WeChat and the store, both ways."""

import pytest

from triagebot.channels.wechat.api_errors import WeChatApiError
from triagebot.channels.wechat.following import import_followers, pull_tags, push_tags
from triagebot.channels.wechat.profiles import Profiles
from triagebot.channels.wechat.tag_sync import TagSync
from triagebot.store import fan_imports, fan_lists, fans, tags
from triagebot.store.fan_lists import Wanted

CHANNEL = "wechat:main"


@pytest.fixture
def database(database, clock):
    database.clock = clock
    return database


async def fan_of(database, openid):
    return await database.read(fans.find, CHANNEL, openid)


async def tags_of(database, openid):
    row = await fan_of(database, openid)
    return (await database.read(fan_lists.tags_of, [row.id])).get(row.id, [])


async def test_an_import_goes_on_where_it_broke_off(api, tencent, database, clock):
    for number in range(2500):
        tencent.follow(f"oFan{number:04}")
    tencent.page = 1000
    tencent.knobs.only_path, tencent.knobs.errcodes = "/cgi-bin/user/get", [0, 0, 45009]
    told = []
    with pytest.raises(WeChatApiError):
        await import_followers(api, database, CHANNEL, lambda *each: told.append(each))
    state = await database.read(fan_imports.get, CHANNEL)
    assert (state.seen, state.next, state.finished_at) == (2000, "oFan1999", None)
    done = await import_followers(api, database, CHANNEL, lambda *each: told.append(each))
    assert (done.seen, done.new, done.total) == (2500, 2500, 2500)
    assert done.finished_at == clock()
    assert told == [(1000, 2500), (2000, 2500), (2500, 2500)]
    assert len(await database.read(fan_lists.page, Wanted(follows=True), None, 200)) == 200


async def test_again_begins_anew_though_one_is_under_way(api, tencent, database):
    tencent.follow("oFan1")
    tencent.follow("oFan2")
    await database.write(fan_imports.begin, CHANNEL, database.clock())
    await database.write(fan_imports.take, CHANNEL, ["oFan1"], 2, database.clock())
    done = await import_followers(api, database, CHANNEL, again=True)
    assert (done.seen, done.new) == (2, 1)


async def test_tags_are_pulled_with_their_fans_and_what_is_gone_there_goes_here(
    api, tencent, database
):
    tencent.tags |= {100: "内测", 101: "深圳"}
    tencent.follow("oFan1", tagid_list=[100, 101])
    tencent.follow("oStranger", tagid_list=[100])
    await database.write(fans.add_followers, CHANNEL, ["oFan1", "oFan2"], database.clock())
    found = await pull_tags(api, database, CHANNEL)
    assert (found.tags, found.fans) == (3, 2)
    assert await tags_of(database, "oFan1") == ["内测", "深圳"]
    del tencent.tags[101]
    tencent.tags[100] = "内测二期"
    tencent.follow("oFan1", tagid_list=[])
    await pull_tags(api, database, CHANNEL)
    assert await tags_of(database, "oFan1") == []
    assert [row.name for row in await database.read(tags.everything)] == ["内测二期", "星标组"]


async def test_what_the_desk_changes_is_pushed_once_and_kept_through_a_pull(api, tencent, database):
    openids = [f"oFan{number}" for number in range(120)]
    for openid in openids:
        tencent.follow(openid)
    await database.write(fans.add_followers, CHANNEL, openids, database.clock())
    for openid in openids:
        await database.write(tags.put, (await fan_of(database, openid)).id, ["内测"])
    await pull_tags(api, database, CHANNEL)
    assert await tags_of(database, "oFan7") == ["内测"]
    assert await push_tags(api, database, CHANNEL) == 120
    assert tencent.calls["/cgi-bin/tags/members/batchtagging"] == 3
    assert tencent.calls["/cgi-bin/tags/create"] == 1
    assert all(len(tencent.followers[openid]["tagid_list"]) == 1 for openid in openids)
    assert await push_tags(api, database, CHANNEL) == 0
    await database.write(tags.put, (await fan_of(database, "oFan7")).id, [])
    assert await tags_of(database, "oFan7") == []
    assert await push_tags(api, database, CHANNEL) == 1
    assert tencent.followers["oFan7"]["tagid_list"] == []


async def test_a_push_that_breaks_off_goes_on(api, tencent, database):
    for openid in ("oFan1", "oFan2"):
        tencent.follow(openid)
    await database.write(fans.add_followers, CHANNEL, ["oFan1", "oFan2"], database.clock())
    await database.write(tags.put, (await fan_of(database, "oFan1")).id, ["甲"])
    await database.write(tags.put, (await fan_of(database, "oFan2")).id, ["乙"])
    tencent.knobs.only_path = "/cgi-bin/tags/members/batchtagging"
    tencent.knobs.errcodes = [0, 45009]
    await TagSync(database, lambda: {CHANNEL: api}).push()
    assert len(await database.read(tags.pending, CHANNEL)) == 1
    await TagSync(database, lambda: {CHANNEL: api}).push()
    assert await database.read(tags.pending, CHANNEL) == []


@pytest.fixture
def profiles(api, database, clock):
    return Profiles(database, lambda: {CHANNEL: api}, clock)


async def look(profiles, database, *openids):
    profiles.shown([await fan_of(database, openid) for openid in openids])
    return await profiles.refresh()


async def test_who_is_looked_at_is_asked_about_once_a_day(profiles, api, tencent, database, clock):
    tencent.tags[100] = "内测"
    tencent.follow("oFan1", remark="老用户", tagid_list=[100], qr_scene_str="shop-7")
    await database.write(fans.add_followers, CHANNEL, ["oFan1"], clock())
    await pull_tags(api, database, CHANNEL)
    assert await look(profiles, database, "oFan1") == 1
    row = await fan_of(database, "oFan1")
    assert (row.remark, row.scene, row.came_by) == ("老用户", "shop-7", "ADD_SCENE_QR_CODE")
    assert await tags_of(database, "oFan1") == ["内测"]
    assert await look(profiles, database, "oFan1") == 0
    clock.move(hours=25)
    assert await look(profiles, database, "oFan1") == 1
    assert tencent.calls["/cgi-bin/user/info"] == 2


async def test_many_are_asked_about_a_hundred_in_a_call_and_a_stranger_spoils_none(
    profiles, tencent, database, clock
):
    openids = [f"oFan{number}" for number in range(150)]
    for openid in openids:
        tencent.follow(openid)
    await database.write(fans.add_followers, CHANNEL, openids, clock())
    assert await look(profiles, database, *openids) == 150
    assert tencent.calls["/cgi-bin/user/info/batchget"] == 2
    await database.write(fans.add_followers, CHANNEL, ["oStranger", "oNew"], clock())
    tencent.follow("oNew", remark="新")
    await look(profiles, database, "oStranger", "oNew")
    assert (await fan_of(database, "oNew")).remark == "新"
    assert (await fan_of(database, "oStranger")).follows is False


async def test_who_left_unseen_is_noted_as_gone(profiles, tencent, database, clock):
    tencent.follow("oFan1", remark="老用户")
    await database.write(fans.add_followers, CHANNEL, ["oFan1"], clock())
    await look(profiles, database, "oFan1")
    tencent.unfollow("oFan1")
    clock.move(hours=25)
    await look(profiles, database, "oFan1")
    row = await fan_of(database, "oFan1")
    assert (row.follows, row.left_at, row.remark) == (False, clock(), "老用户")


async def test_fans_of_other_channels_are_not_asked_about(profiles, database, clock):
    await database.write(fans.add_followers, "webchat", ["mia"], clock())
    profiles.shown(await database.read(fan_lists.page, Wanted()))
    assert await profiles.refresh() == 0
