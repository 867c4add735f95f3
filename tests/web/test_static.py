"""Static files have an address that names their content, and nothing outside is served."""

from __future__ import annotations

import gzip

import pytest
from aiohttp import web

from tests.web.conftest import OpenGate
from triagebot.errors import NotFound
from triagebot.web.endpoint import mount
from triagebot.web.middleware import errors_middleware
from triagebot.web.static import Static

SCRIPT = "const word='票';" * 50 + "\n"


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "root"
    (root / "js").mkdir(parents=True)
    (root / "js" / "app.js").write_text(SCRIPT)
    (root / "small.css").write_text("a { color: red }")
    (root / "notes.txt").write_text("not to be served")
    (tmp_path / "secret.js").write_text("secret")
    return root


async def served(aiohttp_client, static: Static):
    app = web.Application(middlewares=[errors_middleware()])
    mount(app, [static], OpenGate())
    return await aiohttp_client(app)


async def test_a_file_is_kept_for_ever_and_sent_compressed(aiohttp_client, folder) -> None:
    static = Static({"desk": folder})
    client = await served(aiohttp_client, static)
    response = await client.get(static.url("desk/js/app.js"), headers={"Accept-Encoding": "gzip"})
    assert await response.text() == SCRIPT
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    raw = await client.get(static.url("desk/js/app.js"), headers={"Accept-Encoding": ""})
    assert "Content-Encoding" not in raw.headers


async def test_another_content_has_another_address(folder) -> None:
    before = Static({"desk": folder}).url("desk/small.css")
    (folder / "small.css").write_text("a { color: blue }")
    assert Static({"desk": folder}).url("desk/small.css") != before


@pytest.mark.parametrize(
    "path",
    [
        "desk/notes.txt",
        "desk/../secret.js",
        "desk/..%2fsecret.js",
        "secret.js",
        "desk/js",
        "x/y.js",
    ],
)
@pytest.mark.parametrize("dev", [False, True])
async def test_nothing_else_is_served(aiohttp_client, folder, path: str, dev: bool) -> None:
    static = Static({"desk": folder}, dev=dev)
    client = await served(aiohttp_client, static)
    assert (await client.get(f"/static/{static.version}/{path}")).status == 404
    assert (await client.get(static.url("desk/small.css"))).status == 200


async def test_an_old_address_is_gone(aiohttp_client, folder) -> None:
    client = await served(aiohttp_client, Static({"desk": folder}))
    assert (await client.get("/static/0000000000000000/desk/small.css")).status == 404


async def test_in_development_an_edit_shows_at_once(aiohttp_client, folder) -> None:
    static = Static({"desk": folder}, dev=True)
    client = await served(aiohttp_client, static)
    (folder / "small.css").write_text("a { color: blue }")
    response = await client.get("/static/dev/desk/small.css")
    assert "blue" in await response.text()
    assert response.headers["Cache-Control"] == "no-store"


def test_a_wrong_name_in_a_template_fails(folder) -> None:
    with pytest.raises(NotFound):
        Static({"desk": folder}).url("desk/ap.js")


def test_the_compressed_copy_is_the_same_file(folder) -> None:
    asset = Static({"desk": folder})._find("desk/js/app.js")
    assert asset is not None
    assert asset.packed is not None
    assert gzip.decompress(asset.packed).decode() == SCRIPT
