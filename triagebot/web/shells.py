"""Render page shells: small Jinja templates, escaped, with the addresses of static files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import jinja2
from aiohttp import web

from triagebot.web.static import Static


class Shells:
    """Templates by name; `folders` maps the first part of a name to a folder.

    Templates see `static("root/path")` and what the page gives them.
    """

    def __init__(self, folders: Mapping[str, Path], static: Static, *, dev: bool = False) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.PrefixLoader(
                {name: jinja2.FileSystemLoader(folder) for name, folder in folders.items()}
            ),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            auto_reload=dev,
        )
        self._environment.globals["static"] = static.url

    def page(self, name: str, /, **values: object) -> web.Response:
        """Return the rendered template `folder/name.html` as a response that nobody caches."""
        text = self._environment.get_template(name).render(**values)
        return web.Response(
            text=text, content_type="text/html", headers={"Cache-Control": "no-store"}
        )
