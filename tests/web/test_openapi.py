"""The description of the API is complete and every reference in it leads somewhere."""

from __future__ import annotations

import json
import re

from tests.desk.conftest import World
from triagebot.web.endpoint import endpoints_of


async def description(world: World):
    response = await (await world.client()).get("/api/v1/openapi.json")
    return await response.json()


async def test_every_described_endpoint_is_in_it(world: World) -> None:
    document = await description(world)
    assert document["openapi"] == "3.1.0"
    found = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    wanted = {(each.method, each.path) for each in endpoints_of(world.app) if each.described}
    assert found == wanted


async def test_every_reference_leads_somewhere_and_every_operation_has_its_own_name(
    world: World,
) -> None:
    document = await description(world)
    schemas = document["components"]["schemas"]
    for name in re.findall(r"#/components/schemas/([\w.]+)", json.dumps(document)):
        assert name in schemas
    names = [
        operation["operationId"]
        for operations in document["paths"].values()
        for operation in operations.values()
    ]
    assert len(names) == len(set(names))


async def test_roles_bodies_and_queries_are_told(world: World) -> None:
    paths = (await description(world))["paths"]
    sending = paths["/api/v1/conversations/{id}/messages"]["post"]
    assert sending["x-role"] == "agent"
    assert {"session": [], "csrf": []} in sending["security"]
    reference = sending["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert reference.endswith("/NewMessage")
    assert [each["name"] for each in sending["parameters"]] == ["id"]
    listing = paths["/api/v1/conversations"]["get"]["parameters"]
    assert {each["name"] for each in listing} == {"view", "after", "limit"}
    assert paths["/api/v1/chat"]["post"]["security"] == []


async def test_the_page_has_no_script_from_elsewhere(world: World) -> None:
    client = await world.client()
    text = await (await client.get("/api/docs")).text()
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", text)
    assert not re.search(r"<script(?![^>]*src=)", text)
    for address in re.findall(r'(?:src|href)="(/static[^"]+)"', text):
        assert (await client.get(address)).status == 200
