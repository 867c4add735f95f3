"""The watch at work: it counts, tightens, tells everybody, and relaxes after calm."""

import msgspec
import pytest

from triagebot.intake.accept import Intake
from triagebot.models import drift
from triagebot.models.drift import Window, read_window
from triagebot.models.drift_watch import Caution, DriftWatch, features_of, read_guard
from triagebot.models.promote import promote
from triagebot.store import audit_log, drifts, events, following
from triagebot.triage.hot_reload import LiveMind

USUAL = ("什么时候发货", "多少钱一台", "今天天气怎么样", "快递到哪了")
STRANGE = ("我家的锅炉漏水", "锅炉冒烟报警", "暖气片漏水冒烟", "暖气报警锅炉")


@pytest.fixture
def holder(small_trained, tmp_path):
    import shutil

    models = tmp_path / "models"
    shutil.copytree(small_trained.folder, models / "small")
    promote(models, "small", "li")
    return LiveMind(models, {})


@pytest.fixture
async def watch(any_database, holder, clock, monkeypatch):
    """A watch that needs few messages, with a week of usual hours behind it."""
    monkeypatch.setattr(drift, "LEAST", 40)
    monkeypatch.setattr("triagebot.models.drift_watch.EVERY", 20)
    monkeypatch.setattr("triagebot.models.drift_watch.WINDOW", 40)
    hour = Window()
    for prediction in holder.trained.think([USUAL[i % 4] for i in range(60)]):
        hour.add(prediction)
    counts, nothing = msgspec.json.encode(hour).decode(), following.Stretch((), 0, 0)
    now = clock.now
    for _ in range(10):
        clock.forward(hours=1)
        features = features_of(holder.trained)
        await any_database.write(drifts.put_hour, features, clock(), counts, nothing)
    clock.forward(hours=4)
    assert clock.now > now
    await any_database.write(following.begin, drifts.NAME)
    return DriftWatch(any_database, holder, clock)


@pytest.fixture
async def fans(any_database, holder, clock, inbound):
    intake = Intake(any_database, holder, clock)

    async def say(texts, n):
        for number in range(n):
            clock.forward(seconds=1)
            await intake.accept(inbound(texts[number % 4], fan=f"fan-{clock.now}"))

    yield say
    await intake.close()


async def test_strange_traffic_tightens_everywhere_and_an_hour_of_calm_relaxes(
    any_database, watch, holder, clock, fans
):
    caution = Caution(any_database, holder)
    await fans(USUAL, 40)
    await watch.look()
    assert not (await read_guard(any_database)).tight
    before = dict(holder.mind.thresholds.intents), holder.mind.thresholds.answer_floor
    for _ in range(3):
        await fans(STRANGE, 20)
        await watch.look()
    guard = await read_guard(any_database)
    assert guard.tight
    assert {signal.kind for signal in guard.signals} & {"unknown", "topic"}
    await caution.heard(await any_database.read(events.read_after, 0))
    floor = holder.mind.thresholds.answer_floor
    assert floor == pytest.approx(before[1] + 0.5 * (1 - before[1]))
    (deed,) = [d for d in await any_database.read(audit_log.newest) if d.who == "drift"]
    assert (deed.what, "unknown" in deed.detail["because"]) == ("tighten", True)

    for _ in range(5):
        await fans(USUAL, 20)
        await watch.look()
        clock.forward(minutes=25)
    assert not (await read_guard(any_database)).tight
    await caution.refresh()
    assert holder.mind.thresholds.answer_floor == before[1]
    assert holder.mind.thresholds.intents == before[0]


async def test_who_is_promoted_meanwhile_is_as_careful(any_database, watch, holder):
    await holder.tighten(0.5)
    trained = holder.trained.thresholds.answer_floor
    await holder.edit(lambda catalogue: catalogue)
    assert holder.mind.thresholds.answer_floor == pytest.approx(trained + 0.5 * (1 - trained))
    assert holder.trained.thresholds.answer_floor == trained


async def test_another_vocabulary_begins_a_series_of_its_own(any_database, watch, holder, fans):
    await fans(USUAL, 20)
    await watch.look()
    features = features_of(holder.trained)
    stored = await any_database.read(drifts.hours, features, watch._clock())
    assert await any_database.read(drifts.hours, "another", watch._clock()) == {}
    assert [read_window(counts).n for counts in stored.values()] in ([20], [])
