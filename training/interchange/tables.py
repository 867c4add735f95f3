"""Labels as spreadsheets: CSV as Excel writes it in China and elsewhere, and XLSX.

The first row names the columns, in English or Chinese. A cell that a spreadsheet would take for a
formula is written behind an apostrophe, and read without it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from training.interchange.rows import imported, read_whole, write_whole
from triagebot.domain.label import Label
from triagebot.errors import BadInput
from triagebot.triage.normalise import mask

COLUMNS = ("text", "intent", "answer", "by", "at", "message_id")
NAMES = {
    "text": ("text", "message", "消息", "内容", "文本", "句子"),
    "intent": ("intent", "label", "意图", "标签"),
    "answer": ("answer", "答案"),
    "by": ("by", "agent", "坐席", "标注人"),
    "at": ("at", "time", "时间"),
    "message_id": ("message_id", "id", "编号"),
}
CELL_LIMIT = 32_767
"""Characters of a cell: Excel's own limit."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cells = Sequence[str]


def read_csv(path: Path) -> Iterator[Label]:
    """Yield one label a row; UTF-8 or GB 18030, with comma, semicolon or tab."""
    text = _decoded(path)
    csv.field_size_limit(CELL_LIMIT)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from _labels(path, ((rows.line_num, row) for row in rows))
    except csv.Error as error:
        raise BadInput(f"{path.name}:{rows.line_num}: {error}") from error


def write_csv(path: Path, labels: Iterable[Label]) -> int:
    """Write labels as UTF-8 with a byte order mark, which Excel needs, and return how many."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    count = _write(labels, writer.writerow)
    write_whole(path, out.getvalue().encode("utf-8-sig"))
    return count


def read_xlsx(path: Path) -> Iterator[Label]:
    """Yield one label a row of the first sheet. Needs the extra `xlsx`."""
    book = _openpyxl().load_workbook(io.BytesIO(_zipped(path)), read_only=True, data_only=True)
    rows = book.worksheets[0].iter_rows(values_only=True)
    cells = ([_cell(value) for value in row] for row in rows)
    yield from _labels(path, enumerate(cells, start=1))


def write_xlsx(path: Path, labels: Iterable[Label]) -> int:
    """Write labels as a workbook of one sheet, and return how many. Needs the extra `xlsx`."""
    book = _openpyxl().Workbook(write_only=True)
    sheet = book.create_sheet("labels")
    count = _write(labels, sheet.append)
    out = io.BytesIO()
    book.save(out)
    write_whole(path, out.getvalue())
    return count


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise BadInput("spreadsheets need openpyxl: pip install 'triagebot[xlsx]'") from None
    return openpyxl


def _zipped(path: Path) -> bytes:
    import zipfile

    data = read_whole(path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile as error:
        raise BadInput(f"{path.name}: not an .xlsx workbook: {error}") from error
    if unpacked > 1 << 30:
        raise BadInput(f"{path.name}: unpacks to {unpacked} bytes; 1 GiB is the most")
    return data


def _decoded(path: Path) -> str:
    data = read_whole(path)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(f"{path.name}: neither UTF-8 nor GB 18030")


def _labels(path: Path, rows: Iterator[tuple[int, Cells]]) -> Iterator[Label]:
    first = next(rows, None)
    if first is None:
        raise BadInput(f"{path.name}:1: the file is empty; the first row must name the columns")
    places = _places(path, first[1])
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        found = {name: _plain(row[i]) for name, i in places.items() if i < len(row)}
        place = f"{path.name}:{number}"
        name = found.get("answer") or found.get("intent")
        moment = _moment(place, found.get("at", ""))
        who, identity = found.get("by", ""), found.get("message_id", "")
        yield imported(place, found.get("text"), name, who, moment, identity)


def _places(path: Path, heads: Cells) -> dict[str, int]:
    plain = [head.strip().lower() for head in heads]
    places = {
        name: plain.index(spelling)
        for name, spellings in NAMES.items()
        for spelling in spellings
        if spelling in plain
    }
    for name in ("text", "intent"):
        if name not in places:
            wanted = "/".join(NAMES[name])
            raise BadInput(f"{path.name}:1: no column for the {name}; call it one of {wanted}")
    return places


def _moment(place: str, cell: str) -> datetime | None:
    if not cell:
        return None
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        raise BadInput(f"{place}: {cell!r} is no time; write 2026-11-22T09:11:02+08:00") from None


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _write(labels: Iterable[Label], append: Callable[[Cells], object]) -> int:
    rows = [_row(label) for label in labels]
    for row in (COLUMNS, *rows):
        append(row)
    return len(rows)


def _row(label: Label) -> Cells:
    at = label.at.isoformat() if label.at.timestamp() else ""
    cells = (mask(label.text), label.intent, label.answer or "", label.by, at, label.message_id)
    return [_safe(cell)[:CELL_LIMIT] for cell in cells]
