"""Every described operation keeps to its description, whatever it is sent.

`TRIAGEBOT_API_EXAMPLES=200 pytest tests/web/test_schemathesis.py` looks longer.
"""

from __future__ import annotations

import asyncio
import os

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.desk.conftest import World
from triagebot.domain.agent import Role
from triagebot.store import people
from triagebot.web.endpoint import Call, Endpoint, mount

EXAMPLES = int(os.environ.get("TRIAGEBOT_API_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
LEFT_OUT = {
    "/api/v1/events": "a stream never ends",
    "/metrics": "text for Prometheus",
    "/api/docs": "a page",
}
TOKEN = "tb_fuzz"


def look(url: str, only: str = "") -> tuple[int, list[str]]:
    """Return how many operations were called, and what was wrong with which."""
    schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")
    called, wrong = 0, []
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in LEFT_OUT or not operation.path.startswith(only):
            continue
        called += 1
        try:
            call(operation, url)
        except (Exception, BaseExceptionGroup) as error:
            wrong.append(f"{operation.label}: {error} {getattr(error, 'exceptions', '')}")
    return called, wrong


def call(operation, url: str) -> None:
    options = settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @options
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def run(case) -> None:
        headers = {"api_access_token": TOKEN}
        case.call_and_validate(base_url=url, headers=headers, checks=CHECKS, timeout=60)

    run()


async def test_no_answer_differs_from_the_description(world: World, aiohttp_server) -> None:
    person = await world.person("boss", Role.ADMIN)
    await world.db.write(people.add_token, person.id, "fuzz", TOKEN, world.clock())
    await world.fan_says("我要投诉")
    server = await aiohttp_server(world.app)
    url = str(server.make_url("")).rstrip("/")
    called, wrong = await asyncio.to_thread(look, url)
    assert called > 60
    assert wrong == [], "\n\n".join(wrong)


async def test_an_answer_that_differs_is_noticed(world: World, aiohttp_server) -> None:
    async def lie(_call: Call) -> dict[str, str]:
        return {"a": "b"}

    class Liar:
        def endpoints(self) -> list[Endpoint]:
            return [Endpoint("GET", "/lies", "", lie, result=list[int], role=None)]

    mount(world.app, [Liar()], world.auth)
    server = await aiohttp_server(world.app)
    url = str(server.make_url("")).rstrip("/")
    called, wrong = await asyncio.to_thread(look, url, "/lies")
    assert (called, len(wrong)) == (1, 1)
    assert "schema" in wrong[0]
