"""Every failure has one shape, and every response the headers that keep browsers safe."""

from __future__ import annotations

import logging

import pytest
from aiohttp import web

from tests.web.conftest import Client, Notes, OpenGate
from triagebot.web.endpoint import mount
from triagebot.web.middleware import CSP


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/faults/conflict", 409, "conflict"),
        ("GET", "/faults/busy", 503, "busy"),
        ("GET", "/faults/secret", 500, "unexpected"),
        ("GET", "/nowhere", 404, "not_found"),
        ("PATCH", "/notes", 405, "method_not_allowed"),
    ],
)
async def test_every_failure_has_the_one_shape(
    client: Client, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path)
    body = await response.json()
    assert response.status == status
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "fields"}
    assert body["error"]["code"] == code


async def test_an_unexpected_error_is_logged_with_its_id_and_told_without_its_text(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = await client.get("/faults/secret?token=querywords")
    body = await response.text()
    ident = (await response.json())["error"]["fields"]["id"]
    assert "secret" not in body
    record = next(each for each in caplog.records if ident in each.getMessage())
    assert "querywords" not in record.getMessage()


async def test_busy_says_when_to_come_back(client: Client) -> None:
    response = await client.get("/faults/busy")
    assert response.headers["Retry-After"] == "1"


@pytest.mark.parametrize("path", ["/notes", "/nowhere", "/faults/secret"])
async def test_every_response_has_the_safe_headers(client: Client, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["Content-Security-Policy"] == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


async def test_the_check_of_the_headers_notices_a_server_without_them(aiohttp_client) -> None:
    app = web.Application()
    mount(app, [Notes()], OpenGate())
    response = await (await aiohttp_client(app)).get("/notes")
    assert "Content-Security-Policy" not in response.headers


async def test_an_empty_result_has_no_body(client: Client) -> None:
    response = await client.delete("/notes")
    assert (response.status, await response.read()) == (204, b"")


def test_two_endpoints_for_one_path_are_refused() -> None:
    with pytest.raises(ValueError, match="two endpoints"):
        mount(web.Application(), [Notes(), Notes()], OpenGate())
