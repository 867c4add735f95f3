"""Who may call what: every route with every role, generated from the routes that really exist."""

from __future__ import annotations

import re

import pytest
from aiohttp import web

from tests.desk.conftest import World
from triagebot.domain.agent import Role
from triagebot.web.endpoint import Call, Endpoint, endpoints_of, mount

AGENT = Role.AGENT
OPEN = None

# The least role of each route, written by hand: the table of endpoints must agree.
WANTED: dict[str, Role | None] = {
    "POST /api/v1/session": OPEN,
    "GET /api/v1/session": AGENT,
    "DELETE /api/v1/session": AGENT,
    "PUT /api/v1/session/language": AGENT,
    "GET /api/v1/conversations": AGENT,
    "GET /api/v1/conversations/{id}": AGENT,
    "POST /api/v1/conversations/{id}/take": AGENT,
    "POST /api/v1/conversations/{id}/release": AGENT,
    "POST /api/v1/conversations/{id}/resolve": AGENT,
    "POST /api/v1/conversations/{id}/reopen": AGENT,
    "POST /api/v1/conversations/{id}/hand_back": AGENT,
    "POST /api/v1/conversations/{id}/messages": AGENT,
    "POST /api/v1/outbound/{id}/resend": AGENT,
    "PUT /api/v1/messages/{id}/label": AGENT,
    "GET /api/v1/messages/{id}/nearest": AGENT,
    "DELETE /api/v1/messages/{id}/label": AGENT,
    "GET /api/v1/audits": AGENT,
    "GET /api/v1/audits/next": AGENT,
    "PUT /api/v1/audits/{id}": AGENT,
    "DELETE /api/v1/audits/{id}": AGENT,
    "POST /api/v1/conversations/{id}/snooze": AGENT,
    "POST /api/v1/conversations/{id}/wake": AGENT,
    "POST /api/v1/conversations/{id}/assign": AGENT,
    "POST /api/v1/conversations/{id}/unassign": AGENT,
    "POST /api/v1/conversations/{id}/typing": AGENT,
    "POST /api/v1/conversations/{id}/notes": AGENT,
    "DELETE /api/v1/notes/{id}": AGENT,
    "GET /api/v1/colleagues": AGENT,
    "GET /api/v1/label-queue/next": AGENT,
    "GET /api/v1/label-queue/disputes": AGENT,
    "GET /api/v1/label-queue/suspects": AGENT,
    "GET /api/v1/label-queue/messages/{id}": AGENT,
    "GET /api/v1/clusters": AGENT,
    "GET /api/v1/clusters/{key}": AGENT,
    "GET /api/v1/clusters/{key}/parts": AGENT,
    "POST /api/v1/clearings": AGENT,
    "GET /api/v1/clearings": AGENT,
    "POST /api/v1/clearings/{id}/undo": AGENT,
    "GET /api/v1/catalogue": AGENT,
    "GET /api/v1/answers": AGENT,
    "GET /api/v1/answers/sheet": Role.AGENT,
    "POST /api/v1/answers/sheet": Role.OPS,
    "POST /api/v1/answers/try": AGENT,
    "GET /api/v1/answers/{intent}/{name}": AGENT,
    "PUT /api/v1/answers/{intent}/{name}/draft": Role.OPS,
    "DELETE /api/v1/answers/{intent}/{name}/draft": Role.OPS,
    "POST /api/v1/answers/{intent}/{name}/publish": Role.OPS,
    "POST /api/v1/answers/{intent}/{name}/restore/{id}": Role.OPS,
    "POST /api/v1/answers/{intent}/{name}/retire": Role.OPS,
    "GET /api/v1/sentences": AGENT,
    "PUT /api/v1/sentences/{name}/draft": Role.OPS,
    "DELETE /api/v1/sentences/{name}/draft": Role.OPS,
    "POST /api/v1/sentences/{name}/publish": Role.OPS,
    "POST /api/v1/sentences/{name}/restore/{id}": Role.OPS,
    "GET /api/v1/rules": AGENT,
    "GET /api/v1/rules/hits": AGENT,
    "PUT /api/v1/rules/draft": Role.OPS,
    "DELETE /api/v1/rules/draft": Role.OPS,
    "POST /api/v1/rules/publish": Role.OPS,
    "POST /api/v1/rules/restore/{id}": Role.OPS,
    "GET /api/v1/snippets": AGENT,
    "POST /api/v1/snippets": Role.LEAD,
    "PUT /api/v1/snippets/{id}": Role.LEAD,
    "DELETE /api/v1/snippets/{id}": Role.LEAD,
    "GET /api/v1/drift": AGENT,
    "GET /api/v1/models": Role.LEAD,
    "GET /api/v1/models/{name}": Role.LEAD,
    "GET /api/v1/models/{name}/compare": Role.LEAD,
    "GET /api/v1/models/{name}/replay": Role.LEAD,
    "POST /api/v1/models/{name}/replay": Role.ML,
    "GET /api/v1/models/{name}/pages/{page}": Role.LEAD,
    "GET /api/v1/promotions": Role.LEAD,
    "POST /api/v1/promotions": Role.ML,
    "POST /api/v1/rollbacks": Role.ML,
    "GET /api/v1/shadow": Role.LEAD,
    "PUT /api/v1/shadow": Role.ML,
    "GET /api/v1/next_answers": Role.LEAD,
    "POST /api/v1/chat/rating": OPEN,
    "GET /chat/widget.js": OPEN,
    "GET /api/v1/recalls": Role.OPS,
    "POST /api/v1/recalls": Role.OPS,
    "POST /api/v1/recalls/reach": Role.OPS,
    "POST /api/v1/recalls/{id}/undo": Role.OPS,
    "GET /desk/recall": OPEN,
    "GET /desk/menus": OPEN,
    "GET /api/v1/menus/{account}": Role.OPS,
    "GET /api/v1/settings": Role.ADMIN,
    "PUT /api/v1/settings/{name}": Role.ADMIN,
    "DELETE /api/v1/settings/{name}": Role.ADMIN,
    "PUT /api/v1/menus/{account}/draft": Role.OPS,
    "DELETE /api/v1/menus/{account}/draft": Role.OPS,
    "POST /api/v1/menus/{account}/publish": Role.OPS,
    "GET /desk/dictionary": OPEN,
    "GET /api/v1/dictionary": Role.ML,
    "POST /api/v1/dictionary": Role.ML,
    "POST /api/v1/dictionary/preview": Role.ML,
    "GET /api/v1/dictionary/suggestions": Role.ML,
    "GET /api/v1/dictionary/words.txt": Role.ML,
    "GET /api/v1/search": AGENT,
    "GET /api/v1/messages/{id}/media": AGENT,
    "GET /api/v1/fans": AGENT,
    "GET /api/v1/fans/{id}": AGENT,
    "PUT /api/v1/fans/{id}/tags": AGENT,
    "GET /api/v1/fans/{id}/export": Role.OPS,
    "DELETE /api/v1/fans/{id}": Role.OPS,
    "GET /api/v1/tags": AGENT,
    "GET /api/v1/scenes": AGENT,
    "GET /api/v1/tokens": AGENT,
    "POST /api/v1/tokens": AGENT,
    "DELETE /api/v1/tokens/{id}": AGENT,
    "GET /api/v1/users/{id}/tokens": Role.ADMIN,
    "DELETE /api/v1/users/{id}/tokens/{token}": Role.ADMIN,
    "GET /api/v1/accounts/{account}/conversations": AGENT,
    "GET /api/v1/accounts/{account}/conversations/{id}": AGENT,
    "GET /api/v1/accounts/{account}/conversations/{id}/messages": AGENT,
    "POST /api/v1/accounts/{account}/conversations/{id}/messages": AGENT,
    "POST /api/v1/accounts/{account}/conversations/{id}/toggle_status": AGENT,
    "POST /api/v1/accounts/{account}/conversations/{id}/assignments": AGENT,
    "GET /api/v1/accounts/{account}/conversations/{id}/labels": AGENT,
    "POST /api/v1/accounts/{account}/conversations/{id}/labels": AGENT,
    "GET /api/v1/accounts/{account}/agents": AGENT,
    "GET /api/v1/profile": AGENT,
    "GET /api/v1/accounts/{account}/contacts": Role.OPS,
    "GET /api/v1/accounts/{account}/contacts/search": Role.OPS,
    "GET /api/v1/accounts/{account}/contacts/{id}": Role.OPS,
    "GET /api/v1/accounts/{account}/contacts/{id}/conversations": Role.OPS,
    "GET /api/v1/accounts/{account}/webhooks": Role.ADMIN,
    "POST /api/v1/accounts/{account}/webhooks": Role.ADMIN,
    "DELETE /api/v1/accounts/{account}/webhooks/{id}": Role.ADMIN,
    "GET /api/v1/webhooks": Role.ADMIN,
    "POST /api/v1/webhooks": Role.ADMIN,
    "DELETE /api/v1/webhooks/{id}": Role.ADMIN,
    "POST /api/v1/webhooks/{id}/test": Role.ADMIN,
    "POST /api/v1/webhooks/{id}/enable": Role.ADMIN,
    "GET /api/v1/webhooks/{id}/deliveries": Role.ADMIN,
    "GET /api/v1/users": Role.ADMIN,
    "POST /api/v1/users": Role.ADMIN,
    "PATCH /api/v1/users/{id}": Role.ADMIN,
    "POST /api/v1/users/{id}/password": Role.ADMIN,
    "PUT /api/v1/users/{id}/skills": Role.ADMIN,
    "PUT /api/v1/session/password": AGENT,
    "POST /api/v1/session/second-factor": AGENT,
    "PUT /api/v1/session/second-factor": AGENT,
    "POST /api/v1/session/second-factor/recovery-codes": AGENT,
    "POST /api/v1/session/second-factor/removal": AGENT,
    "DELETE /api/v1/users/{id}/second-factor": Role.ADMIN,
    "GET /api/v1/log": Role.OPS,
    "GET /api/v1/log/export": Role.OPS,
    "GET /api/v1/reports": AGENT,
    "GET /api/v1/reports/{table}": AGENT,
    "GET /api/v1/surge": AGENT,
    "PUT /api/v1/surge": Role.OPS,
    "GET /api/v1/events": AGENT,
    "GET /": OPEN,
    "GET /login": OPEN,
    "GET /desk": OPEN,
    "GET /desk/reports": OPEN,
    "GET /desk/users": OPEN,
    "GET /desk/mentions": OPEN,
    "GET /desk/account": OPEN,
    "GET /desk/programs": OPEN,
    "GET /desk/setup": OPEN,
    "GET /desk/log": OPEN,
    "GET /desk/{tail}": OPEN,
    "POST /api/v1/chat": OPEN,
    "GET /api/v1/chat/messages": OPEN,
    "GET /chat": OPEN,
    "POST /webhooks/rest/webhook": OPEN,
    "POST /model/parse": OPEN,
    "GET /version": OPEN,
    "GET /status": OPEN,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": OPEN,
    "GET /api/v1/openapi.json": OPEN,
    "GET /api/docs": OPEN,
    "GET /static/{version}/{path}": OPEN,
}
CLOSED = [route for route, role in WANTED.items() if role is not OPEN]
REFUSED = {401: "not_signed_in", 403: "not_allowed"}


def routes_of(app: web.Application) -> set[str]:
    return {
        f"{route.method} {route.resource.canonical}"
        for route in app.router.routes()
        if route.resource is not None
    }


def test_every_route_is_in_this_table_and_every_line_is_a_route(world: World) -> None:
    assert routes_of(world.app) == set(WANTED)


def test_the_check_of_the_table_notices_a_route_that_nobody_tested(world: World) -> None:
    async def forgotten(_call: Call) -> None:
        return None

    class Forgotten:
        def endpoints(self) -> list[Endpoint]:
            return [Endpoint("GET", "/api/v1/secrets", "Forgotten", forgotten, role=None)]

    mount(world.app, [Forgotten()], object())
    assert routes_of(world.app) != set(WANTED)


def test_the_endpoints_want_the_roles_of_this_table(world: World) -> None:
    found = {
        f"{each.method} {re.sub(r':[^}]+', '', each.path)}": each.role
        for each in endpoints_of(world.app)
    }
    assert found == WANTED


def test_a_route_without_a_word_about_roles_wants_an_agent() -> None:
    async def handler(_call: Call) -> None:
        return None

    assert Endpoint("GET", "/x", "", handler).role is Role.AGENT


def a_path(route: str) -> tuple[str, str]:
    method, path = route.split(" ", 1)
    path = path.replace("{id}", "999").replace("{account}", "1")
    path = path.replace("{version}", "0").replace("{path}", "x/y.js")
    path = path.replace("{tail}", "inbox").replace("{table}", "days")
    return method, re.sub(r"\{\w+\}", "some", path)


async def test_signed_out_only_what_is_open_answers(world: World) -> None:
    client = await world.client()
    for route, role in WANTED.items():
        method, path = a_path(route)
        response = await client.request(method, path, allow_redirects=False)
        assert (response.status == 401) == (role is not OPEN), route
        if response.status == 401:
            assert (await response.json())["error"]["code"] == REFUSED[401]


@pytest.mark.parametrize("role", list(Role))
async def test_every_role_from_the_wanted_one_on_gets_through(world: World, role: Role) -> None:
    desk = await world.signed_in("somebody", role)
    for route in CLOSED:
        method, path = a_path(route)
        response = await desk.request(method, path)
        status = response.status
        response.close()
        allowed = list(Role).index(role) >= list(Role).index(WANTED[route])
        assert (status not in REFUSED) == allowed, route
        await desk.sign_in("somebody")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("wanted", [Role.LEAD, Role.ADMIN])
async def test_a_higher_endpoint_refuses_lower_roles(
    world: World, wanted: Role, role: Role
) -> None:
    async def handler(_call: Call) -> list[int]:
        return []

    class Higher:
        def endpoints(self) -> list[Endpoint]:
            return [Endpoint("GET", "/api/v1/higher", "", handler, role=wanted)]

    mount(world.app, [Higher()], world.auth)
    desk = await world.signed_in("somebody", role)
    response = await desk.request("GET", "/api/v1/higher")
    order = list(Role)
    assert response.status == (200 if order.index(role) >= order.index(wanted) else 403)


async def test_no_change_without_the_csrf_token(world: World) -> None:
    desk = await world.signed_in("小林")
    for route in CLOSED:
        method, path = a_path(route)
        if method == "GET":
            continue
        response = await desk.client.request(method, path)
        assert response.status == 403, route
        assert list((await response.json())["error"]["fields"]) == ["X-CSRF-Token"]
