"""Pictures and voices are kept for agents: sniffed, small enough, under names of our own."""

from datetime import timedelta

import pytest

from tests.store.conftest import conclude
from triagebot.channels.wechat.media_keeping import MediaKeeping
from triagebot.domain.message import Inbound, Kind
from triagebot.fans.files import MediaFolder
from triagebot.store import belongings, media, messages
from triagebot.store.media import MediaState

CHANNEL = "wechat:main"
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100


@pytest.fixture
def folder(tmp_path):
    return MediaFolder(tmp_path / "media")


@pytest.fixture
def keeping(database, api, folder, clock):
    return MediaKeeping(database, lambda: {CHANNEL: api}, folder, clock, most_mib=1)


@pytest.fixture
def sent(database, tencent, clock):
    """Let a fan send something, and return the number of its message."""

    async def send(content, kind=Kind.IMAGE, key="1", channel=CHANNEL):
        tencent.media[f"m-{key}"] = (str(kind), content)
        detail = {"MediaId": f"m-{key}", "PicUrl": "http://mmbiz.qpic.cn/x"}
        said = Inbound(channel, "oFan1", key, kind, "", clock(), detail=detail)
        (outcome,) = await database.write(messages.record, [(said, None)], conclude, clock())
        return outcome.message_id

    return send


async def state_of(database, number):
    return await database.read(media.of_message, number)


async def test_a_picture_and_a_voice_are_kept_as_they_are(keeping, sent, database, folder):
    picture = await sent(PNG)
    voice = await sent(b"#!AMR\n" + b"y", Kind.VOICE, "2")
    assert await keeping.fetch() == 2
    for number, content in ((picture, PNG), (voice, b"#!AMR\ny")):
        row = await state_of(database, number)
        assert (row.state, row.size) == (MediaState.KEPT, len(content))
        path = folder.path(row.file)
        assert path.read_bytes() == content
        assert path.stat().st_mode & 0o077 == 0
    assert await keeping.fetch() == 0


REFUSED = [
    (b"<html><script>alert(1)</script>", Kind.IMAGE),
    (b"#!AMR\n", Kind.IMAGE),
    (PNG, Kind.VOICE),
    (b"\xff\xd8\xff" + b"x" * (10 * 2**20), Kind.IMAGE),
    (b"", Kind.IMAGE),
]


async def test_what_is_not_what_it_says_or_too_big_is_not_kept(keeping, sent, database, tmp_path):
    for place, (content, kind) in enumerate(REFUSED):
        number = await sent(content, kind, str(place))
        await keeping.fetch()
        assert (await state_of(database, number)).state is MediaState.REFUSED, place
    assert not list(tmp_path.glob("media/*"))


async def test_what_wechat_dropped_is_gone_and_its_trouble_is_waited_for(
    keeping, sent, database, tencent, clock
):
    gone = await sent(PNG, key="gone")
    del tencent.media["m-gone"]
    await keeping.fetch()
    assert (await state_of(database, gone)).state is MediaState.GONE
    tencent.knobs.only_path, tencent.knobs.errcodes = "/cgi-bin/media/get", [45009]
    late = await sent(PNG, key="late")
    await keeping.fetch()
    row = await state_of(database, late)
    assert (row.state, row.error) == (MediaState.WANTED, "wechat_45009")
    assert await keeping.fetch() == 0
    clock.move(seconds=11)
    assert await keeping.fetch() == 1
    assert (await state_of(database, late)).state is MediaState.KEPT


async def test_other_channels_and_words_have_no_media(keeping, sent, database):
    number = await sent(PNG, channel="webchat")
    assert await keeping.fetch() == 0
    with pytest.raises(Exception, match="no picture"):
        await state_of(database, number)


async def test_too_old_and_too_much_is_dropped_the_oldest_first(
    keeping, sent, database, folder, clock
):
    old = await sent(PNG, key="old")
    await keeping.fetch()
    clock.move(days=91)
    big = [await sent(PNG + b"x" * 600_000, key=f"big-{n}") for n in range(2)]
    await keeping.fetch()
    name = (await state_of(database, old)).file
    assert await keeping.tidy() >= 1
    assert (await state_of(database, old)).state is MediaState.DROPPED
    assert folder.path(name) is None
    assert (await state_of(database, big[0])).state is MediaState.DROPPED


async def test_an_erased_fan_takes_the_files_along(keeping, sent, database, clock):
    await sent(PNG)
    await keeping.fetch()
    erased = await database.write(
        belongings.erase, CHANNEL, "oFan1", by="agent:1", now=clock() + timedelta(days=1)
    )
    assert len(erased.files) == 1
    assert erased.rows["media"] == 1


def test_only_names_of_our_own_lead_to_a_file(folder, tmp_path):
    (tmp_path / "secret.txt").write_text("x")
    name = folder.write(b"x", "jpg")
    assert folder.path(name)
    for other in ("", "..", "../secret.txt", "/etc/passwd", name.upper(), f"./{name}", f"{name}\n"):
        assert folder.path(other) is None
    folder.remove("../secret.txt")
    assert (tmp_path / "secret.txt").exists()
