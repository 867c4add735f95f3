"""What is published at the desk goes into the files, changing their lines only, and back."""

import asyncio
import shutil
from datetime import UTC, datetime

import pytest

from triagebot.cli import group
from triagebot.domain.catalogue import KeywordRule, Risk
from triagebot.domain.edition import ALL_RULES, AnswerWords, Subject
from triagebot.store import editions
from triagebot.store.database import Database
from triagebot.store.editions import Publication
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.editions import fingerprint, words_of

SHIP, NEW = "delivery/ship_time", "delivery/to_the_moon"
SAID = {
    (Subject.ANSWER, SHIP): AnswerWords("多久发货: “快”吗", ("几时发",), "两天内\n发货", Risk.LOW),
    (Subject.ANSWER, NEW): AnswerWords("能寄到月球吗", ("月球",), "不能", Risk.HIGH),
    (Subject.ANSWER, "delivery/to_door"): None,
    (Subject.SENTENCE, "help"): "换个说法？\n或回复“人工”",
    (Subject.RULES, ALL_RULES): (KeywordRule("月球", ("月球", "12315"), "answer", answer=NEW),),
    (Subject.WORD, "蓝岭核"): "蓝岭核",
    (Subject.WORD, "f码"): None,
}


@pytest.fixture
def project(tmp_path, intents_folder):
    shutil.copytree(intents_folder, tmp_path / "intents")
    return tmp_path


def run(project, *arguments):
    from click.testing import CliRunner

    return CliRunner().invoke(group, ["-C", str(project), *arguments], catch_exceptions=True)


def publish(project):
    before = read_catalogue(project / "intents")

    async def work():
        database = Database(
            f"sqlite:///{project}/var/triagebot.db", clock=lambda: datetime.now(UTC)
        )
        await database.start()
        for (subject, name), words in SAID.items():
            base = fingerprint(words_of(before, subject, name))
            publication = Publication(subject, name, words, base, None, None, 1, "li")
            await database.write(editions.publish, publication, database.clock())
        await database.close()

    (project / "var").mkdir()
    asyncio.run(work())
    return before


def test_what_is_published_is_written_and_nothing_else(project, monkeypatch):
    monkeypatch.chdir(project)
    before = publish(project)
    shown = run(project, "answers", "diff")
    assert "+      两天内" in shown.output
    assert run(project, "answers", "export").exit_code == 0
    after = read_catalogue(project / "intents")
    for (subject, name), words in SAID.items():
        assert words_of(after, subject, name) == words, name
    same = set(before.answers) - {SHIP, "delivery/to_door"}
    assert {name: after.answers[name] for name in same} == {n: before.answers[n] for n in same}
    assert after.policy.switches == before.policy.switches
    assert run(project, "answers", "diff").stdout == ""
    text = (project / "intents" / "_rules.yml").read_text(encoding="utf-8")
    assert text.startswith("# Keyword rules")
    words = (project / "intents" / "words.txt").read_text(encoding="utf-8").splitlines()
    assert words[0].startswith("# Words")
    assert words[-1] == "蓝岭核"
