"""Reads what the invented fans write."""

from __future__ import annotations

import gzip
import json
from importlib.resources import files
from pathlib import Path

from triagebot.errors import BadInput

LONGEST = 600


def read_texts(path: Path | None) -> list[str]:
    """Return the `text` of each line of a JSONL file, packed or not, or the demo's messages.

    Raises `BadInput` for a file that is none or has no texts.
    """
    if path is None:
        demo = files("triagebot.channels.demo").joinpath("messages.txt")
        return [line for line in demo.read_text(encoding="utf-8").splitlines() if line.strip()]
    try:
        packed = path.suffix == ".gz"
        with (
            gzip.open(path, "rt", encoding="utf-8")
            if packed
            else path.open(encoding="utf-8") as lines
        ):
            texts = [_clean(json.loads(line)["text"]) for line in lines if line.strip()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path} is no JSONL file with texts.", fields={"texts": "format"}
        ) from error
    if not any(texts):
        raise BadInput(f"{path} has no texts.", fields={"texts": "empty"})
    return [text for text in texts if text]


def _clean(text: str) -> str:
    """Return a text as a fan could have typed it: no control characters, not too long."""
    return "".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff")[:LONGEST].strip()
