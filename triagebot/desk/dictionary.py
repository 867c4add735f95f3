"""The words that the model cuts by: look what one changes, change them for the next training."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web

from triagebot.desk.dictionary_shapes import Dictionary, WordChange, WordDeed, WordRow
from triagebot.desk.editing import EditParts
from triagebot.domain.agent import Agent, Role
from triagebot.domain.edition import Edition, Subject
from triagebot.errors import BadInput, Conflict
from triagebot.store import editions, past
from triagebot.store.editions import Publication
from triagebot.triage.editions import fingerprint, words_of
from triagebot.triage.new_words import NewWord, suggest
from triagebot.triage.segment import build_segmenter
from triagebot.triage.word_preview import Preview, as_word, preview
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/dictionary"
LOOKED_AT = 5_000
"""Newest messages that a preview cuts and that new words are sought in."""

MOST = 10_000
DEEDS = 20
LEAST, SUGGESTED = 5, 20
"""A new word stands in so many messages at the least; so many are shown."""


class DictionaryApi:
    """Owns `/api/v1/dictionary`, for engineers. Heavy looks are made one at a time, in a thread."""

    def __init__(self, parts: EditParts) -> None:
        self._db = parts.db
        self._holder = parts.holder
        self._refresh = parts.refresh
        self._clock = parts.clock
        self._looking = asyncio.Lock()

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that show, try, change and export the words."""
        tag, role = "dictionary", Role.ML
        return [
            Endpoint("GET", PATH, "The words that messages are cut by", self.show,
                     result=Dictionary, role=role, tag=tag),
            Endpoint("POST", PATH, "Add and remove words, from the next training on", self.change,
                     WordChange, result=Dictionary, role=role, tag=tag),
            Endpoint("POST", PATH + "/preview", "What a change of words would change", self.try_out,
                     WordChange, result=Preview, role=role, tag=tag),
            Endpoint("GET", PATH + "/suggestions", "New words in the newest messages", self.suggest,
                     result=list[NewWord], role=role, tag=tag),
            Endpoint("GET", PATH + "/words.txt", "The words as the file that training reads",
                     self.export, role=role, tag=tag),
        ]  # fmt: skip

    async def show(self, _call: Call) -> Dictionary:
        """Return the words."""
        return await self.read()

    async def change(self, call: Call) -> Dictionary:
        """Change the words. Raises `BadInput`, or `Conflict` when they are so already."""
        change = self._checked(call.body)
        publications = self._publications(change, call.signed_in)
        await self._db.write(editions.publish_all, publications, self._clock())
        await self._refresh()
        return await self.read()

    async def try_out(self, call: Call) -> Preview:
        """Return what a change would do to the newest messages and to the answers' wordings."""
        return await self.preview(call.body)

    async def suggest(self, _call: Call) -> list[NewWord]:
        """Return words that fans use and that are cut apart, most telling first."""
        return await self.suggestions()

    async def export(self, _call: Call) -> web.Response:
        """Return words.txt as the next training should have it."""
        text = "".join(f"{word}\n" for word in self._holder.mind.catalogue.words)
        return web.Response(
            text=text,
            headers={
                "Content-Disposition": 'attachment; filename="words.txt"',
                "Cache-Control": "no-store",
            },
        )

    async def read(self) -> Dictionary:
        """Return all words with their states, and what was changed at the desk."""
        changed = await self._db.read(editions.newest, Subject.WORD)
        trained, wanted = self._words()
        last = {each.name: each for each in reversed(changed)}
        words = [
            _row(word, word in trained, word in wanted, last.get(word))
            for word in sorted(trained | wanted)
        ]
        deeds = [_deed(each, newest=last[each.name] is each) for each in changed[:DEEDS]]
        return Dictionary(self._holder.trained.model, words, deeds)

    async def preview(self, change: WordChange) -> Preview:
        """Return what a change does to cuts and guesses of the model that serves."""
        mind = self._holder.trained
        texts = await self._db.read(past.newest_texts, LOOKED_AT)
        questions = (each.questions for each in self._holder.mind.catalogue.answers.values())
        texts += [text for wordings in questions for text in wordings]
        removed = [self._plain(word) for word in change.remove]
        async with self._looking:
            return await asyncio.to_thread(preview, change.add, mind, texts, None, removed)

    async def suggestions(self) -> list[NewWord]:
        """Return new words in the newest messages, without those that are to be added."""
        texts = await self._db.read(past.newest_texts, LOOKED_AT)
        words = self._holder.mind.catalogue.words
        async with self._looking:
            return await asyncio.to_thread(_suggest, texts, words)

    def split(self, words: Sequence[str]) -> WordChange:
        """Return the change that words mean: those of the model are to go, others to come."""
        known, _ = self._words()
        plain = list(dict.fromkeys(map(self._plain, words)))
        add = tuple(word for word in plain if word not in known)
        return WordChange(add, tuple(word for word in plain if word in known))

    def still_to_do(self, change: WordChange) -> WordChange:
        """Return a change without what was ordered already."""
        _, wanted = self._words()
        add = tuple(word for word in change.add if word not in wanted)
        return WordChange(add, tuple(word for word in change.remove if word in wanted))

    def _words(self) -> tuple[set[str], set[str]]:
        """Return the words that the model was trained with, and those of the next training."""
        return {*self._holder.trained.catalogue.words}, {*self._holder.mind.catalogue.words}

    def _checked(self, change: WordChange) -> WordChange:
        add, remove = (tuple(map(self._plain, words)) for words in (change.add, change.remove))
        found = self.still_to_do(WordChange(add, remove))
        if not (found.add or found.remove):
            raise Conflict("The dictionary is so already.", fields={"words": "same"})
        if len(self._holder.mind.catalogue.words) + len(found.add) > MOST:
            raise BadInput(f"At most {MOST} words fit.", fields={"words": "many"})
        return found

    def _publications(self, change: WordChange, by: Agent) -> list[Publication]:
        said = {**dict.fromkeys(change.remove), **{word: word for word in change.add}}
        catalogue = self._holder.trained.catalogue
        bases = {word: fingerprint(words_of(catalogue, Subject.WORD, word)) for word in said}
        return [
            Publication(Subject.WORD, word, words, bases[word], None, None, by.id, by.name)
            for word, words in said.items()
        ]

    def _plain(self, word: str) -> str:
        """Return a word as the dictionary has it; what stands there already stays as it is."""
        trained, wanted = self._words()
        return word if word in trained or word in wanted else as_word(word)


def _suggest(texts: Sequence[str], words: Sequence[str]) -> list[NewWord]:
    return suggest(texts, build_segmenter(words), LEAST, SUGGESTED)


def _row(word: str, trained: bool, wanted: bool, last: Edition | None) -> WordRow:
    state = "in_use" if trained and wanted else "adding" if wanted else "removing"
    return WordRow(word, state, last.by if last else None, last.at if last else None)


def _deed(edition: Edition, *, newest: bool) -> WordDeed:
    return WordDeed(edition.name, edition.words is not None, edition.by, edition.at, newest)
