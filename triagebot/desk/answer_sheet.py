"""Answers as a table: taken out for a spreadsheet, and brought back as drafts after a look."""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
from collections.abc import Mapping
from typing import Annotated

import msgspec
from aiohttp import web

from triagebot.desk.answers import answer_words
from triagebot.desk.editing import Editing, EditParts
from triagebot.desk.edition_shapes import AnswerBody
from triagebot.desk.workbook import as_csv
from triagebot.domain.agent import Role
from triagebot.domain.edition import AnswerWords, Subject
from triagebot.errors import BadInput
from triagebot.store import editions
from triagebot.triage.editions import words_of
from triagebot.web.csv_file import BOM, csv_response, plain_cell
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/answers/sheet"
HEAD = ("id", "question", "text", "similar", "risk")
LIMIT = 2 * 1024 * 1024
MOST_ROWS = 2000


class Sheet(msgspec.Struct, forbid_unknown_fields=True):
    """A table as text, its first row naming the columns; `save` makes drafts of what differs.

    With `workbook` the text is an Excel workbook in base64, whose first sheet is the table.
    """

    table: Annotated[str, msgspec.Meta(min_length=1, max_length=LIMIT)]
    save: bool = False
    workbook: bool = False


class Part(msgspec.Struct):
    """A part of an answer that differs: question, text, similar or risk."""

    name: str
    before: str
    after: str


class SheetLine(msgspec.Struct):
    """What a row would do: `new`, `changed`, `same` or `refused` with the problem.

    `saved` tells that it is a draft now.
    """

    id: str
    state: str
    parts: list[Part]
    problem: str = ""
    saved: bool = False


class AnswerSheetApi:
    """Owns `/api/v1/answers/sheet`: drafts only, so no fan reads a row before it is published."""

    def __init__(self, parts: EditParts) -> None:
        self._db = parts.db
        self._holder = parts.holder
        self._editing = Editing(Subject.ANSWER, answer_words, parts)

    def endpoints(self) -> list[Endpoint]:
        """Return both endpoints."""
        return [
            Endpoint("GET", PATH, "All answers in use as a table (text/csv)", self.show,
                     tag="answers"),
            Endpoint("POST", PATH, "What a table of answers would change; or save it as drafts",
                     self.take, Sheet, result=list[SheetLine], role=Role.OPS, tag="answers",
                     limit=LIMIT),
        ]  # fmt: skip

    async def show(self, _call: Call) -> web.Response:
        """Return the table, as fans get the answers now."""
        answers = self._holder.mind.catalogue.answers.values()
        rows = [
            (each.id, each.question, each.text, "\n".join(each.similar), each.risk.value)
            for each in answers
        ]
        return csv_response("triagebot-answers.csv", HEAD, rows)

    async def take(self, call: Call) -> list[SheetLine]:
        """Return one line a row; what cannot be published is refused, and never saved."""
        table = call.body.table
        if call.body.workbook:
            table = await asyncio.to_thread(as_csv, table, MOST_ROWS + 2)
        drafts = await self._db.read(editions.drafts, Subject.ANSWER)
        lines, seen = [], set()
        for row in read_rows(table):
            line, words = self._look(row, drafts)
            if line.id in seen:
                line = SheetLine(line.id, "refused", [], "the id stands twice")
            seen.add(line.id)
            if call.body.save and words and line.state in ("new", "changed"):
                await self._editing.save(line.id, words, 0, call.signed_in)
                line.saved = True
            lines.append(line)
        return lines

    def _look(
        self, row: Mapping[str, str], drafts: Mapping[str, object]
    ) -> tuple[SheetLine, AnswerWords | None]:
        catalogue, name = self._holder.mind.catalogue, row["id"].strip()
        try:
            words = _words(row)
            answer_words(name, words, catalogue)
        except BadInput as error:
            return SheetLine(name, "refused", [], str(error)), None
        before = words_of(catalogue, Subject.ANSWER, name)
        parts = _differences(before if isinstance(before, AnswerWords) else None, words)
        if not parts:
            return SheetLine(name, "same", []), None
        if name in drafts:
            return SheetLine(name, "refused", parts, "it has a draft already"), None
        return SheetLine(name, "changed" if before else "new", parts), words


def read_rows(table: str) -> list[dict[str, str]]:
    """Return the rows of a CSV text by column, as spreadsheets save it (RFC 4180, also with `;`).

    Raises `BadInput` without the columns `id` and `text`, or for too many rows.
    """
    text = table.removeprefix(BOM)
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restkey="more")
    if not {"id", "text"} <= {name.strip() for name in reader.fieldnames or ()}:
        raise BadInput("The first row must name the columns id and text.", fields={"table": "head"})
    try:
        rows = [_row(each) for each in itertools.islice(reader, MOST_ROWS + 1)]
    except csv.Error as error:
        raise BadInput(f"It is no table: {error}", fields={"table": "form"}) from error
    if len(rows) > MOST_ROWS:
        raise BadInput(f"At most {MOST_ROWS} rows fit.", fields={"table": "long"})
    return [row for row in rows if any(row.values())]


def _row(cells: Mapping[str, str]) -> dict[str, str]:
    known = {str(name).strip(): cells[name] or "" for name in cells if name in cells}
    return {name: plain_cell(str(known.get(name, ""))) for name in HEAD}


def _words(row: Mapping[str, str]) -> AnswerWords:
    similar = [text.strip() for text in row["similar"].splitlines() if text.strip()]
    given: dict[str, object] = {"question": row["question"].strip(), "text": row["text"].strip()}
    given["similar"] = similar
    if row["risk"].strip():
        given["risk"] = row["risk"].strip()
    try:
        body = msgspec.convert(given, AnswerBody)
    except msgspec.ValidationError as error:
        raise BadInput(str(error)) from error
    return AnswerWords(body.question, tuple(body.similar), body.text, body.risk)


def _differences(before: AnswerWords | None, after: AnswerWords) -> list[Part]:
    return [
        Part(name, old, new)
        for name, new in _cells(after).items()
        if (old := _cells(before)[name] if before else "") != new
    ]


def _cells(words: AnswerWords) -> dict[str, str]:
    similar = "\n".join(words.similar)
    return {
        "question": words.question,
        "text": words.text,
        "similar": similar,
        "risk": words.risk.value,
    }
