"""What people said at the desk that a training has not seen, so that nobody wonders why."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from triagebot.cli.stored import stored_labels
from triagebot.cli.stores import with_database
from triagebot.errors import TriagebotError

if TYPE_CHECKING:
    from triagebot.domain.catalogue import Catalogue
    from triagebot.domain.label import Label
    from triagebot.store.database import Database

LABELS = "triagebot labels export"
PUBLISHED = "triagebot answers export"


def left_out(settings: Any, catalogue: Catalogue, given: Iterable[Label]) -> dict[str, int]:
    """Return how many `labels`, `words` and other `published` texts the store has besides.

    `catalogue` and `given` are what was trained from. Empty without a store, or when it cannot be
    read: a training needs none.
    """
    if not _is_there(settings.database.url):
        return {}
    try:
        stored = stored_labels(settings)
        changed = asyncio.run(with_database(settings, _changed, catalogue))
    except TriagebotError:
        return {}
    known = {_key(label) for label in given}
    labels = sum(_key(label) not in known for label in stored)
    counts = {"labels": labels, "words": changed.count("word")}
    counts["published"] = len(changed) - counts["words"]
    return {name: count for name, count in counts.items() if count}


def advice(counts: dict[str, int]) -> list[str]:
    """Return what to do about each, as lines for people."""
    ways = {"labels": LABELS, "words": PUBLISHED, "published": PUBLISHED}
    what = {"labels": "labels", "words": "words", "published": "published texts"}
    return [
        f"{count} {what[name]} of the desk are not in this model: {ways[name]}"
        for name, count in counts.items()
    ]


def _key(label: Label) -> tuple[str | None, str, str]:
    return label.message_id, label.intent, label.by


def _is_there(url: str) -> bool:
    """Return whether the store exists; a file is not made to be looked into."""
    from pathlib import Path

    scheme, _, path = url.partition(":///")
    return not scheme.startswith("sqlite") or Path(path).is_file()


async def _changed(database: Database, catalogue: Catalogue) -> Sequence[str]:
    """Return the subject of each thing that is published and said otherwise by the files."""
    from triagebot.store import editions
    from triagebot.triage.editions import differences, lay_over

    published = await database.read(editions.published)
    used = lay_over(catalogue, published, database.clock())
    return [subject.value for subject, _ in differences(catalogue, used)]
