"""Give every failure one shape and every response the headers that keep browsers safe."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from triagebot.errors import TriagebotError

log = logging.getLogger(__name__)

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
SAFE_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = "max-age=31536000"

Measure = Callable[[str, str, int, float], None]


class Fault(msgspec.Struct):
    """What went wrong: a code for programs, a sentence for people, the fields at fault."""

    code: str
    message: str
    fields: dict[str, str] = {}


class ErrorBody(msgspec.Struct):
    """The one shape of every error."""

    error: Fault


def error_response(
    status: int, code: str, message: str, fields: Mapping[str, str] | None = None
) -> web.Response:
    """Return the error shape as a response."""
    body = ErrorBody(Fault(code, message, dict(fields or {})))
    return web.Response(
        body=msgspec.json.encode(body),
        status=status,
        content_type="application/json",
        charset="utf-8",
        headers={"Cache-Control": "no-store"},
    )


def errors_middleware() -> Middleware:
    """Turn raised errors into the one shape; what nobody expected gets an id and a log line."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except TriagebotError as error:
            response = error_response(error.status, error.code, error.message, error.fields)
            wait = error.fields.get("retry_after") or ("1" if error.status == 503 else None)
            if wait:
                response.headers["Retry-After"] = wait
            return response
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return _http_error(error)
        except Exception:
            return _unexpected(request)

    return middleware


def measure_middleware(measure: Measure) -> Middleware:
    """Tell `measure` the method, route pattern, status and seconds of every request."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        status = 499
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            resource = request.match_info.route.resource
            pattern = resource.canonical if resource else "unknown"
            measure(request.method, pattern, status, time.perf_counter() - began)

    return middleware


def safe_headers(secure: bool) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return the `on_response_prepare` signal that adds the headers to every response.

    `secure` says that browsers reach us by https.
    """
    headers = {**SAFE_HEADERS, **({"Strict-Transport-Security": HSTS} if secure else {})}

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        for name, value in headers.items():
            response.headers.setdefault(name, value)

    return add


def _http_error(error: web.HTTPException) -> web.Response:
    code = (error.reason or "error").lower().replace(" ", "_")
    response = error_response(error.status, code, f"{error.reason}.")
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _unexpected(request: web.Request) -> web.Response:
    ident = secrets.token_hex(6)
    resource = request.match_info.route.resource
    pattern = resource.canonical if resource else "?"
    log.exception("unexpected error %s in %s %s", ident, request.method, pattern)
    return error_response(
        500, "unexpected", f"Something went wrong here. Its number is {ident}.", {"id": ident}
    )
