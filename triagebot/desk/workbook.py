"""The first sheet of an Excel workbook as CSV; what would unpack too large is not unpacked."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import itertools
import zipfile
from typing import Any

from triagebot.errors import BadInput

MOST_BYTES = 30 * 1024 * 1024
"""Unpacked; a workbook is a zip file, and a small one can hold gigabytes."""


def as_csv(encoded: str, most_rows: int) -> str:
    """Return the first `most_rows` rows of a workbook that comes in base64.

    Formulas give the value that Excel has kept of them. Raises `BadInput` for what is no workbook,
    and where the extra `xlsx` is not installed.
    """
    data = _decoded(encoded)
    _check(data)
    try:
        book = _openpyxl().load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True)
        cells = [[_cell(value) for value in row] for row in itertools.islice(rows, most_rows)]
    except BadInput:
        raise
    except Exception as error:  # openpyxl has no error of its own for files that are not right
        raise BadInput("This is no workbook.", fields={"table": "workbook"}) from error
    out = io.StringIO(newline="")
    csv.writer(out).writerows(cells)
    return out.getvalue()


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput("This is no base64.", fields={"table": "workbook"}) from error


def _check(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            size = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, ValueError) as error:
        raise BadInput("This is no workbook.", fields={"table": "workbook"}) from error
    if size > MOST_BYTES:
        raise BadInput("The workbook is too large.", fields={"table": "large"})


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise BadInput(
            "Workbooks need openpyxl: pip install 'triagebot[xlsx]'; or save it as CSV.",
            fields={"table": "extra"},
        ) from None
    return openpyxl


def _cell(value: object) -> str:
    """Return a cell as text; 1.0 is what Excel makes of 1."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)
