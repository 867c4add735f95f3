"""Whatever a body is, the answer is clear and the server goes on."""

from __future__ import annotations

import json

import pytest

from tests.web.conftest import Client

JSON = {"Content-Type": "application/json"}
DEEP = b'{"text": "x", "tags": ' + b"[" * 30_000 + b"]" * 30_000 + b"}"

BAD_BODIES = [
    pytest.param(b"", "body", id="empty"),
    pytest.param(b'{"text": "x"', "body", id="cut off"),
    pytest.param(b"{'text': 'x'}", "body", id="single quotes"),
    pytest.param(b'{"text": NaN}', "body", id="NaN"),
    pytest.param(b'{"text": "x", "number": Infinity}', "body", id="Infinity"),
    pytest.param(b'{"text": "\xff\xfe"}', "body", id="bad UTF-8"),
    pytest.param(b'{"text": "\\ud800 alone"}', "body", id="half a surrogate pair"),
    pytest.param(DEEP, "tags[0]", id="deep"),
    pytest.param(b'{"text": "x", "number": ' + b"[" * 40_000, "number", id="deep and open"),
    pytest.param(b"[]", "body", id="a list"),
    pytest.param(b"null", "body", id="null"),
    pytest.param(b'{"text": 1}', "text", id="wrong type"),
    pytest.param(b'{"text": null}', "text", id="null text"),
    pytest.param(b'{"text": ""}', "text", id="too short"),
    pytest.param(b'{"text": "x", "number": 1.5}', "number", id="a fraction"),
    pytest.param(b'{"text": "x", "number": 1e999}', "number", id="too large a number"),
    pytest.param(b'{"text": "x", "tags": ["a", 2]}', "tags[1]", id="inside a list"),
    pytest.param(b'{"txt": "x"}', "txt", id="unknown field"),
    pytest.param(b"{}", "text", id="missing field"),
    pytest.param(b'{"text": "a\\u0000b"}', "text", id="NUL"),
]


@pytest.mark.parametrize(("body", "field"), BAD_BODIES)
async def test_a_bad_body_is_refused_with_the_field_at_fault(
    client: Client, body: bytes, field: str
) -> None:
    response = await client.post("/notes", data=body, headers=JSON)
    error = (await response.json())["error"]
    assert (response.status, error["code"]) == (400, "bad_input")
    assert list(error["fields"]) == [field]
    assert error["message"]
    good = await client.post("/notes", json={"text": "still here"})
    assert good.status == 200


@pytest.mark.parametrize("size", [65_537, 1_000_000])
async def test_a_large_body_is_refused(client: Client, size: int) -> None:
    response = await client.post("/notes", data=b" " * size, headers=JSON)
    assert response.status == 413
    assert (await response.json())["error"]["code"] == "too_large"


async def test_a_large_body_without_a_length_is_refused(client: Client) -> None:
    async def chunks():
        for _ in range(100):
            yield b" " * 1000

    response = await client.post("/notes", data=chunks(), headers=JSON)
    assert response.status == 413


async def test_a_body_just_small_enough_is_read(client: Client) -> None:
    body = json.dumps({"text": "x"}).encode()
    response = await client.post("/notes", data=body.ljust(65_536), headers=JSON)
    assert response.status == 200


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
async def test_what_a_form_could_send_is_refused(client: Client, content_type: str) -> None:
    response = await client.post(
        "/notes", data=b'{"text": "x"}', headers={"Content-Type": content_type}
    )
    assert response.status == 400
    assert list((await response.json())["error"]["fields"]) == ["Content-Type"]


async def test_a_compressed_body_is_refused(client: Client) -> None:
    response = await client.post("/notes", data=b"x", headers={**JSON, "Content-Encoding": "br"})
    assert 400 <= response.status < 500


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=11", "limit"),
        ("limit=many", "limit"),
        ("lim=5", "lim"),
        ("q=a%00b", "q"),
    ],
)
async def test_a_bad_query_is_refused_with_the_field_at_fault(
    client: Client, query: str, field: str
) -> None:
    response = await client.get(f"/notes?{query}")
    assert response.status == 400
    assert list((await response.json())["error"]["fields"]) == [field]


async def test_a_query_that_is_not_utf8_does_no_harm(client: Client) -> None:
    reader, writer = await _connect(client)
    writer.write(b"GET /notes?q=%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    assert int(answer.split()[1]) < 500


async def _connect(client: Client):
    import asyncio

    return await asyncio.open_connection(client.host, client.port)


@pytest.mark.parametrize("ident", ["abc", "-1", "1.0", "９", "9" * 30, "%00", "1'--"])
async def test_an_id_that_is_no_number_names_nothing(client: Client, ident: str) -> None:
    response = await client.get(f"/notes/{ident}")
    assert response.status == 404
    assert (await response.json())["error"]["code"] == "not_found"
