"""Drafts, versions and snippets keep their order and their writers, on both engines."""

import pytest

from triagebot.domain.catalogue import KeywordRule, Risk
from triagebot.domain.edition import ALL_RULES, AnswerWords, Subject
from triagebot.errors import Conflict
from triagebot.store import editions, events, snippets
from triagebot.store.editions import Publication

WORDS = AnswerWords("问", ("再问",), "答", Risk.HIGH)


async def publish(database, clock, words, subject=Subject.ANSWER, name="a/b"):
    publication = Publication(subject, name, words, "base", None, clock(), 1, "li")
    return await database.write(editions.publish, publication, clock())


async def test_versions_come_back_as_they_were_written(any_database, clock):
    rules = (KeywordRule("r", ("词",), "human"),)
    await publish(any_database, clock, WORDS)
    await publish(any_database, clock, None)
    await publish(any_database, clock, rules, Subject.RULES, ALL_RULES)
    everything = await any_database.read(editions.published)
    assert [each.words for each in everything] == [WORDS, None, rules]
    newest_first = await any_database.read(editions.history, Subject.ANSWER, "a/b")
    assert [each.words for each in newest_first] == [None, WORDS]
    assert newest_first[0].valid_until == clock()
    told = await any_database.read(events.read_after, 0)
    assert [event.kind for event in told] == ["catalogue"] * 3


async def test_a_draft_is_saved_over_what_its_writer_saw(any_database, clock):
    async def save(seen):
        return await any_database.write(
            editions.save_draft, Subject.ANSWER, "a/b", WORDS, seen, "li", clock()
        )

    first = await save(0)
    with pytest.raises(Conflict):
        await save(0)
    assert (await save(first.revision)).revision == 2
    await publish(any_database, clock, WORDS)
    assert await any_database.read(editions.drafts, Subject.ANSWER) == {}


async def test_a_snippets_title_is_given_once(any_database, clock):
    async def put(number, title):
        return await any_database.write(snippets.put, number, title, "文", "wen", "li", clock())

    one = await put(None, "一")
    await put(None, "二")
    with pytest.raises(Conflict):
        await put(one.id, "二")
    assert (await put(one.id, "一")).id == one.id
