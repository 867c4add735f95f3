"""Agents see a fan's picture as a picture and nothing else, or why there is none."""

import pytest

from triagebot.domain.message import Inbound, Kind
from triagebot.fans.files import MediaFolder
from triagebot.fans.media_api import MediaApi
from triagebot.store import media
from triagebot.web.endpoint import mount

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100


@pytest.fixture
async def pictured(world):
    said = Inbound("wechat:main", "oFan1", "1", Kind.IMAGE, "", world.clock())
    outcome = await world.intake.accept(said)
    await world.db.write(media.want_new, world.clock())
    return outcome.message_id


async def test_a_picture_is_shown_to_who_is_signed_in(world, pictured, tmp_path, monkeypatch):
    folder = MediaFolder(tmp_path / "media")
    row = await world.db.read(media.of_message, pictured)
    await world.db.write(media.keep, row.id, folder.write(PNG, "png"), len(PNG))

    class Elsewhere(MediaApi):
        def endpoints(self):
            (endpoint,) = super().endpoints()
            object.__setattr__(endpoint, "path", "/api/v1/here/{id}")
            return [endpoint]

    mount(world.app, [Elsewhere(world.db, folder)], world.auth)
    assert (await (await world.client()).get(f"/api/v1/here/{pictured}")).status == 401
    desk = await world.signed_in("小林")
    response = await desk.client.get(f"/api/v1/here/{pictured}")
    assert (await response.read(), response.content_type) == (PNG, "image/png")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"].startswith("private")


async def test_what_is_not_there_says_why(world, pictured):
    desk = await world.signed_in("小林")
    response = await desk.client.get(f"/api/v1/messages/{pictured}/media")
    assert response.status == 404
    assert (await response.json())["error"]["fields"] == {"state": "wanted"}
    assert (await desk.client.get("/api/v1/messages/999/media")).status == 404
