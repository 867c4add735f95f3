"""Read bodies and queries into checked values, or say exactly what is wrong with them."""

from __future__ import annotations

import asyncio
import re
from typing import TypeVar

import msgspec
from aiohttp import web

from triagebot.errors import BadInput, TooLarge

BODY_LIMIT = 65_536
"""Largest body in bytes."""

BODY_DEADLINE = 5.0
"""Seconds in which a body must have arrived; a slow sender must not hold a connection."""

T = TypeVar("T")

_PLACE = re.compile(r"^(?P<what>.*?) - at `\$\.?(?P<where>.*)`$", re.DOTALL)


async def read_body(
    request: web.Request, shape: type[T], json_only: bool = True, limit: int = BODY_LIMIT
) -> T:
    """Return the JSON body as `shape`. Raises `BadInput` naming the field, or `TooLarge`."""
    if json_only and request.content_type != "application/json":
        raise BadInput(
            "The body must be JSON with the header Content-Type: application/json.",
            fields={"Content-Type": request.content_type},
        )
    return decode_json(await read_bytes(request, limit), shape)


async def read_bytes(request: web.Request, limit: int = BODY_LIMIT) -> bytes:
    """Return the raw body. Raises `TooLarge` above `limit` bytes, `BadInput` when it comes late."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise BadInput("Compressed bodies are not taken.", fields={"Content-Encoding": "identity"})
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_DEADLINE):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise _too_large(limit)
    except TimeoutError:
        raise BadInput("The body did not arrive in time.") from None
    return bytes(body)


def decode_json(body: bytes, shape: type[T]) -> T:
    """Return `body` as `shape`. Raises `BadInput` with the field and the reason."""
    try:
        body.decode()
        value = msgspec.json.decode(body, type=shape)
    except UnicodeDecodeError as error:
        raise _bad_body(f"not UTF-8 at byte {error.start}") from None
    except msgspec.ValidationError as error:
        raise bad_field(error) from None
    except msgspec.DecodeError as error:
        raise _bad_body(str(error)) from None
    except RecursionError:
        raise _bad_body("nested too deeply") from None
    check_strings(value)
    return value


def read_query(request: web.Request, shape: type[T]) -> T:
    """Return the query as `shape`, numbers read from text. Raises `BadInput` with the field."""
    try:
        value = msgspec.convert(dict(request.query), type=shape, strict=False)
    except msgspec.ValidationError as error:
        raise bad_field(error) from None
    check_strings(value)
    return value


def check_strings(value: object) -> None:
    """Refuse text that no store can keep. Raises `BadInput` with the field."""
    for name in getattr(value, "__struct_fields__", ()):
        text = getattr(value, name)
        if not isinstance(text, str):
            continue
        if "\0" in text:
            raise _bad("contains the character U+0000", name)
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _bad("is not valid Unicode", name) from None


def bad_field(error: msgspec.ValidationError) -> BadInput:
    """Return our error for msgspec's, with the path of the field."""
    match = _PLACE.match(str(error))
    if match:
        return _bad(match["what"], match["where"] or "body")
    missing = re.search(r"field `(\w+)`", str(error))
    return _bad(str(error), missing[1] if missing else "body")


def _bad(what: str, field: str) -> BadInput:
    return BadInput(f"{field}: {what}", fields={field: what})


def _bad_body(what: str) -> BadInput:
    return BadInput(f"The body is not proper JSON: {what}", fields={"body": what})


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is larger than {limit} bytes.", fields={"body": f"<= {limit} bytes"})
