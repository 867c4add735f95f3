"""Programs speak in a person's name with a token, as long as the person lets them."""

import pytest

from triagebot.domain.agent import Role

PATH = "/api/v1/tokens"


@pytest.fixture
async def desk(world):
    return await world.signed_in("小林")


async def test_a_token_opens_what_its_person_may_in_both_headers(world, desk):
    made = await desk.post(PATH, {"name": "bot"}, 201)
    client = await world.client()
    for headers in ({"api_access_token": made["token"]},
                    {"Authorization": f"Bearer {made['token']}"}):  # fmt: skip
        response = await client.get("/api/v1/conversations", headers=headers)
        assert response.status == 200
        assert (await client.get("/api/v1/log", headers=headers)).status == 403
        response = await client.post("/api/v1/tokens", json={"name": "x"}, headers=headers)
        assert response.status == 201


async def test_an_ended_token_opens_nothing_and_the_log_says_who(world, desk):
    made = await desk.post(PATH, {"name": "bot"}, 201)
    number = made["about"]["id"]
    assert made["token"] not in str(await desk.get(PATH))
    other = await world.signed_in("ops", Role.OPS)
    assert (await other.request("DELETE", f"{PATH}/{number}")).status == 404
    desk = await world.signed_in("小林")
    assert (await desk.request("DELETE", f"{PATH}/{number}")).status == 204
    client = await world.client()
    headers = {"api_access_token": made["token"]}
    assert (await client.get("/api/v1/profile", headers=headers)).status == 401
    other = await world.signed_in("ops", Role.OPS)
    deeds = [deed["what"] for deed in (await other.get("/api/v1/log"))["items"]]
    assert deeds[:2] == ["revoke_token", "add_token"]


async def test_an_admin_sees_and_ends_what_a_colleagues_programs_hold(world, desk):
    made = await desk.post(PATH, {"name": "bot"}, 201)
    boss = await world.signed_in("boss", Role.ADMIN)
    path = f"/api/v1/users/{world.people['小林'].id}/tokens"
    assert await boss.get(path) == [made["about"]]
    assert (await boss.client.get("/api/v1/users/999/tokens")).status == 404
    own = f"/api/v1/users/{world.people['boss'].id}/tokens/{made['about']['id']}"
    assert (await boss.request("DELETE", own)).status == 404, "not in that name"
    assert (await desk.request("DELETE", f"{path}/{made['about']['id']}")).status == 403
    assert (await boss.request("DELETE", f"{path}/{made['about']['id']}")).status == 204
    headers = {"api_access_token": made["token"]}
    assert (await (await world.client()).get("/api/v1/profile", headers=headers)).status == 401
    deed = (await boss.get("/api/v1/log"))["items"][0]
    assert (deed["who"], deed["what"], deed["detail"]["name"]) == ("boss", "revoke_token", "小林")


async def test_nobody_has_more_than_twenty(desk):
    for number in range(20):
        await desk.post(PATH, {"name": str(number)}, 201)
    await desk.post(PATH, {"name": "21"}, 409)
