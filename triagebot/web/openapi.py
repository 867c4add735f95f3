"""Describe the API as OpenAPI 3.1, straight from the table of endpoints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from triagebot.web.endpoint import SAFE_METHODS, Call, Endpoint, endpoints_of
from triagebot.web.middleware import ErrorBody

REFERENCE = "#/components/schemas/{name}"
Json = dict[str, Any]


class OpenApi:
    """Owns `/api/v1/openapi.json`."""

    def __init__(self, title: str, version: str) -> None:
        self._title = title
        self._version = version

    def endpoints(self) -> list[Endpoint]:
        """Return the one endpoint."""
        return [
            Endpoint(
                "GET", "/api/v1/openapi.json", "This description", self.show,
                result=dict[str, Any], role=None, tag="service",
            )
        ]  # fmt: skip

    async def show(self, call: Call) -> Json:
        """Return the description of every mounted endpoint."""
        return describe(self._title, self._version, endpoints_of(call.request.app))


def describe(title: str, version: str, endpoints: Sequence[Endpoint]) -> Json:
    """Return the OpenAPI document of the endpoints that want to be described."""
    shown = [endpoint for endpoint in endpoints if endpoint.described]
    shapes: list[Any] = [ErrorBody]
    for endpoint in shown:
        shapes += [shape for shape in (endpoint.body, endpoint.result) if shape is not None]
    schemas, components = msgspec.json.schema_components(shapes, ref_template=REFERENCE)
    by_shape = {_key(shape): schema for shape, schema in zip(shapes, schemas, strict=True)}
    paths: dict[str, Json] = {}
    for endpoint in shown:
        path = re.sub(r"\{(\w+):[^}]*\}", r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, path, by_shape)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


_SCHEMES: Json = {
    "session": {"type": "apiKey", "in": "cookie", "name": "triagebot"},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
    "token": {"type": "http", "scheme": "bearer"},
    "api_access_token": {"type": "apiKey", "in": "header", "name": "api_access_token"},
}


def _operation(endpoint: Endpoint, path: str, by_shape: dict[str, Json]) -> Json:
    operation: Json = {
        "summary": endpoint.summary,
        "tags": [endpoint.tag] if endpoint.tag else [],
        "operationId": _operation_id(endpoint.method, path),
        "parameters": [*_path_parameters(path), *_query_parameters(endpoint)],
        "responses": _responses(endpoint, by_shape),
        "security": _security(endpoint),
    }
    if endpoint.role is not None:
        operation["x-role"] = endpoint.role.value
    if endpoint.body is not None:
        schema = by_shape[_key(endpoint.body)]
        operation["requestBody"] = {"required": True, "content": _json(schema)}
    return operation


def _responses(endpoint: Endpoint, by_shape: dict[str, Json]) -> Json:
    good: Json = {"description": "Done"}
    if endpoint.result is not None:
        good["content"] = _json(by_shape[_key(endpoint.result)])
    bad = {"description": "Refused or failed", "content": _json(by_shape[_key(ErrorBody)])}
    return {str(endpoint.status): good, "default": bad}


def _security(endpoint: Endpoint) -> list[Json]:
    if endpoint.role is None:
        return []
    person: Json = {"session": []}
    if endpoint.method not in SAFE_METHODS:
        person["csrf"] = []
    return [person, {"token": []}, {"api_access_token": []}]


def _path_parameters(path: str) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]


def _query_parameters(endpoint: Endpoint) -> list[Json]:
    if endpoint.query is None:
        return []
    _, components = msgspec.json.schema_components([endpoint.query], ref_template=REFERENCE)
    schema = components[endpoint.query.__name__]
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": part}
        for name, part in schema["properties"].items()
    ]


def _operation_id(method: str, path: str) -> str:
    words = re.findall(r"\w+", path.removeprefix("/api/v1"))
    return "_".join([method.lower(), *words])


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _key(shape: object) -> str:
    return repr(shape)
