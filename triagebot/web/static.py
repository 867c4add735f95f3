"""Serve scripts and styles from memory, compressed, under a path that names their content."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from aiohttp import web

from triagebot.errors import NotFound
from triagebot.web.endpoint import Call, Endpoint
from triagebot.web.linking import link
from triagebot.web.slim import SLIM

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
"""Files of other kinds are not served."""

SMALLEST_GZIP = 512
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, ready to send."""

    content_type: str
    plain: bytes
    packed: bytes | None


class Static:
    """Owns `/static/<hash>/<root>/<path>`; `roots` maps the first part of the path to a folder.

    Scripts and sheets go out without comments and needless blanks; those of the roots in `linked`
    are sent as one script, `js/<root>.js`, and one sheet, `css/<root>.css`. With `dev`, files are
    read anew at each request and served as written, the hash is the word `dev` and nothing is kept
    by browsers.
    """

    def __init__(
        self, roots: Mapping[str, Path], linked: Collection[str] = (), *, dev: bool = False
    ) -> None:
        self._roots = dict(roots)
        self._linked = linked
        self._dev = dev

    @cached_property
    def version(self) -> str:
        """The part of the address that names the content."""
        return "dev" if self._dev else _version(self._assets)

    @cached_property
    def _assets(self) -> dict[str, Asset]:
        return dict(self._load())

    def load(self) -> str:
        """Read and pack all files and return the version; else who first asks for one waits."""
        return self.version

    def weight(self, path: str) -> int:
        """Return how many bytes of `root/path` go over the line. Raises `NotFound`."""
        asset = self._find(path)
        if asset is None:
            raise NotFound(f"There is no static file {path}.")
        return len(asset.packed or asset.plain)

    def endpoints(self) -> list[Endpoint]:
        """Return the one endpoint."""
        path = "/static/{version}/{path:.+}"
        return [Endpoint("GET", path, "A static file", self.show, role=None, described=False)]

    def url(self, path: str) -> str:
        """Return the address of `root/path`. Raises `NotFound`, so that a typo fails in tests."""
        if self._find(path) is None:
            raise NotFound(f"There is no static file {path}.")
        return f"/static/{self.version}/{path}"

    async def show(self, call: Call) -> web.StreamResponse:
        """Return the file; an address with an old hash is gone."""
        asset = self._find(call.params["path"])
        if asset is None or call.params["version"] != self.version:
            raise NotFound("There is no such file.")
        headers = {
            "Content-Type": asset.content_type,
            "Cache-Control": "no-store" if self._dev else FOR_EVER,
            "Vary": "Accept-Encoding",
        }
        if asset.packed and "gzip" in call.request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return web.Response(body=asset.packed, headers=headers)
        return web.Response(body=asset.plain, headers=headers)

    def _find(self, path: str) -> Asset | None:
        # In development the folders are listed anew: a path is compared, never opened as given.
        return (dict(self._load()) if self._dev else self._assets).get(path)

    def _load(self) -> Iterator[tuple[str, Asset]]:
        for root, folder in self._roots.items():
            files = dict(_read(folder))
            if root in self._linked and not self._dev:
                files = link(files, f"js/{root}.js", f"css/{root}.css")
            for path, plain in files.items():
                slim = None if self._dev else SLIM.get(Path(path).suffix)
                content = slim(plain.decode()).encode() if slim else plain
                yield f"{root}/{path}", _asset(Path(path).suffix, content)


def _read(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix in TYPES:
            yield file.relative_to(folder).as_posix(), file.read_bytes()


def _asset(suffix: str, plain: bytes) -> Asset:
    packed = gzip.compress(plain, 9, mtime=0) if len(plain) >= SMALLEST_GZIP else None
    if packed is not None and len(packed) >= len(plain):
        packed = None
    return Asset(TYPES[suffix], plain, packed)


def _version(assets: Mapping[str, Asset]) -> str:
    digest = hashlib.sha256()
    for name, asset in sorted(assets.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(asset.plain).digest())
    return digest.hexdigest()[:16]
