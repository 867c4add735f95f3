"""A training says what people did at the desk that it has not seen, and how it would."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from tests.cli.test_measuring import write_intents
from triagebot.domain.edition import Subject
from triagebot.domain.label import Label, Source
from triagebot.domain.message import Inbound, Kind
from triagebot.intake.accept import Intake
from triagebot.store import editions, labels
from triagebot.store.database import Database
from triagebot.store.editions import Publication
from triagebot.triage.hot_reload import LiveMind

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def worked_at_the_desk():
    """A fan writes, somebody labels it, somebody adds a word and another greeting."""
    db = Database("sqlite:///var/triagebot.db", clock=lambda: NOW)
    await db.start()
    intake = Intake(db, LiveMind(Path("models"), {}), lambda: NOW)
    said = await intake.accept(Inbound("webchat", "fan", "1", Kind.TEXT, "蓝岭核到哪了", NOW))
    await db.write(
        labels.put,
        Label("蓝岭核到哪了", "delivery", Source.AGENT, "li", NOW, message_id=str(said.message_id)),
    )
    for subject, name, words in (
        (Subject.WORD, "蓝岭核", "蓝岭核"),
        (Subject.SENTENCE, "welcome", "来了"),
    ):
        publication = Publication(subject, name, words, "", None, None, 1, "li")
        await db.write(editions.publish, publication, NOW)
    await intake.close()
    await db.close()


def test_what_was_never_exported_is_counted_until_it_is(run, tmp_path):
    write_intents(tmp_path / "intents")
    train = ("--json", "train", "--jobs", "1", "--name")
    assert run(*train, "one", "--promote").json["left_out"] == {}
    assert not Path("var").exists()
    Path("var").mkdir()
    asyncio.run(worked_at_the_desk())
    two = run("train", "--jobs", "1", "--name", "two")
    assert "1 labels of the desk are not in this model: triagebot labels export" in two.message
    assert "1 words of the desk" in two.message
    assert run("labels", "export").code == 0
    assert run("answers", "export").code == 0
    three = run(*train, "three", "--labels", "labels.jsonl")
    assert three.json["left_out"] == {}
