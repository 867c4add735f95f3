import pytest

from triagebot.domain.agent import Role


@pytest.fixture
async def admin(world):
    return await world.signed_in("boss", Role.ADMIN)


async def change(desk, person, body, status=200):
    response = await desk.request("PATCH", f"/api/v1/users/{person}", json=body)
    assert response.status == status, await response.text()
    return await response.json()


async def test_a_new_person_signs_in_with_the_password_shown_once(world, admin):
    shown = await admin.post("/api/v1/users", {"name": "小林", "role": "lead"}, 201)
    desk = type(admin)(await world.client())
    assert (await desk.sign_in("小林", shown["password"])).status == 200
    listed = {each["name"]: each["role"] for each in await admin.get("/api/v1/users")}
    assert listed == {"boss": "admin", "小林": "lead"}
    assert shown["password"] not in str(await admin.get("/api/v1/log"))


@pytest.mark.parametrize("name", ["", " x", "x" * 101, "a\u0000"])
async def test_a_name_that_nobody_could_type_is_refused(admin, name):
    await admin.post("/api/v1/users", {"name": name}, 400)


async def test_a_name_is_given_once(admin):
    await admin.post("/api/v1/users", {"name": "li"}, 201)
    error = await admin.post("/api/v1/users", {"name": "li"}, 409)
    assert error["error"]["fields"] == {"name": "in use"}


async def test_who_is_shut_out_is_out_at_once_and_may_be_let_in_again(world, admin):
    desk = await world.signed_in("li")
    person = world.people["li"].id
    assert (await change(admin, person, {"disabled": True}))["disabled"] is True
    assert (await desk.client.get("/api/v1/conversations")).status == 401
    assert (await desk.sign_in("li")).status == 401
    await change(admin, person, {"disabled": False})
    assert (await desk.sign_in("li")).status == 200


async def test_a_role_counts_from_the_next_request(world, admin):
    desk = await world.signed_in("li")
    assert (await desk.client.get("/api/v1/log")).status == 403
    await change(admin, world.people["li"].id, {"role": "ops"})
    assert (await desk.client.get("/api/v1/log")).status == 200


async def test_nobody_changes_their_own_role(world, admin):
    error = await change(admin, world.people["boss"].id, {"role": "agent"}, 409)
    assert error["error"]["fields"] == {"id": "yourself"}


async def test_the_last_admin_stays(world, admin):
    await world.signed_in("second", Role.ADMIN)
    second = await world.signed_in("second", Role.ADMIN)
    await change(second, world.people["boss"].id, {"disabled": True})
    response = await second.request(
        "PATCH", f"/api/v1/users/{world.people['second'].id}", json={"role": "agent"}
    )
    assert response.status == 409


async def test_a_new_password_ends_the_old_one_and_all_sessions(world, admin):
    desk = await world.signed_in("li")
    shown = await admin.post(f"/api/v1/users/{world.people['li'].id}/password")
    assert (await desk.client.get("/api/v1/conversations")).status == 401
    assert (await desk.sign_in("li")).status == 401
    assert (await desk.sign_in("li", shown["password"])).status == 200


async def test_an_admins_open_desk_gives_nobody_their_password(world, admin):
    path = f"/api/v1/users/{world.people['boss'].id}/password"
    error = await admin.post(path, status=409)
    assert error["error"]["fields"] == {"id": "own_password"}
    assert (await admin.sign_in("boss")).status == 200


async def test_the_log_says_who_did_what_newest_first(world, admin):
    await admin.post("/api/v1/users", {"name": "li"}, 201)
    await world.fan_says("我要投诉")
    desk = type(admin)(await world.client())
    listed = await admin.get("/api/v1/users")
    shown = await admin.post(f"/api/v1/users/{listed[1]['id']}/password")
    await desk.sign_in("li", shown["password"])
    await desk.change(1, "take")
    log = await admin.get("/api/v1/log")
    told = [(each["who"], each["what"]) for each in log["items"]]
    assert told == [("li", "take"), ("boss", "renew_password"), ("boss", "add_user")]
    only = await admin.get("/api/v1/log?who=li")
    assert [each["conversation_id"] for each in only["items"]] == ["1"]
    assert [e["what"] for e in (await admin.get("/api/v1/log?what=add_user"))["items"]] == [
        "add_user"
    ]
    first = await admin.get("/api/v1/log?limit=2")
    rest = await admin.get(f"/api/v1/log?limit=2&before={first['next']}")
    assert [each["what"] for each in rest["items"]] == ["add_user"]
    file = await (await admin.client.get("/api/v1/log/export")).text()
    assert file.splitlines()[0].endswith("id,at,who,what,conversation,detail")
