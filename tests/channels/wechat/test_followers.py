"""Fans and tags: lists to their end, batches within the limits, old fields not relied on."""

import pytest

from triagebot.channels.wechat import tags, users
from triagebot.errors import BadInput, ChannelRefused

GET = "/cgi-bin/user/get"


async def test_info_knows_who_follows_and_who_left(api, tencent):
    tencent.follow("oFan1", remark="老用户", unionid="u1", tagid_list=[2])
    fan = await users.info(api, "oFan1")
    assert fan.follows
    assert (fan.remark, fan.unionid, fan.tags) == ("老用户", "u1", (2,))
    assert (fan.scene, fan.qr_scene) == ("ADD_SCENE_QR_CODE", "launch")
    tencent.unfollow("oFan1")
    assert await users.info(api, "oFan1") == users.Follower("oFan1", follows=False)
    with pytest.raises(ChannelRefused):
        await users.info(api, "oNobody")


async def test_many_are_asked_for_a_hundred_at_a_time_and_keep_their_order(api, tencent):
    openids = [f"oFan{number}" for number in range(250)]
    for openid in openids:
        tencent.follow(openid)
    found = await users.info_of_many(api, openids[::-1])
    assert [fan.openid for fan in found] == openids[::-1]
    assert tencent.calls["/cgi-bin/user/info/batchget"] == 3


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20, 25])
async def test_all_followers_are_listed_once_and_the_list_ends(api, tencent, count):
    tencent.page = 10
    openids = [f"oFan{number}" for number in range(count)]
    for openid in openids:
        tencent.follow(openid)
    pages = [page async for page in users.follower_pages(api)]
    assert [openid for page in pages for openid in page.openids] == openids
    assert all(page.total == count for page in pages)
    assert tencent.calls[GET] == (count + 9) // 10 + 1


async def test_a_list_can_be_resumed_after_any_page(api, tencent):
    tencent.page = 10
    for number in range(25):
        tencent.follow(f"oFan{number}")
    first = await anext(users.follower_pages(api))
    rest = [page async for page in users.follower_pages(api, first.next)]
    assert first.openids[-1] == first.next == "oFan9"
    assert [openid for page in rest for openid in page.openids][0] == "oFan10"
    assert sum(len(page.openids) for page in rest) == 15


async def test_a_page_that_does_not_move_on_ends_the_list(api, tencent):
    stuck = {"total": 9, "count": 1, "data": {"openid": ["oFan1"]}, "next_openid": "oFan1"}
    tencent.do_user_get = lambda q: stuck
    pages = [page async for page in users.follower_pages(api)]
    assert len(pages) == 2
    assert tencent.calls[GET] == 2


async def test_a_remark_has_its_limit(api, tencent):
    tencent.follow("oFan1")
    await users.set_remark(api, "oFan1", "老用户")
    assert tencent.followers["oFan1"]["remark"] == "老用户"
    with pytest.raises(BadInput):
        await users.set_remark(api, "oFan1", "字" * 30)


async def test_tags_are_made_renamed_put_on_taken_off_and_deleted(api, tencent):
    openids = [f"oFan{number}" for number in range(120)]
    for openid in openids:
        tencent.follow(openid)
    tag = await tags.create(api, "内测用户")
    await tags.put_on(api, tag.id, openids)
    assert tencent.calls["/cgi-bin/tags/members/batchtagging"] == 3
    assert tags.Tag(tag.id, "内测用户", 120) in await tags.all_tags(api)
    assert await tags.tags_of(api, "oFan7") == (tag.id,)
    tencent.page = 50
    pages = [page async for page in tags.fans_with(api, tag.id)]
    assert [openid for page in pages for openid in page] == openids
    await tags.take_off(api, tag.id, openids[:60])
    await tags.rename(api, tag.id, "公测用户")
    assert tags.Tag(tag.id, "公测用户", 60) in await tags.all_tags(api)
    await tags.delete(api, tag.id)
    assert tag.id not in tencent.tags


@pytest.mark.parametrize("name", ["", " ", "字" * 11])
async def test_a_tags_name_is_checked_here(api, tencent, name):
    with pytest.raises(BadInput):
        await tags.create(api, name)
    assert tencent.calls["/cgi-bin/tags/create"] == 0


async def test_the_systems_own_tags_stay(api):
    with pytest.raises(ChannelRefused, match="45058"):
        await tags.delete(api, 2)
