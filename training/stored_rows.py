"""Rows of more messages than should lie in memory: written to files part by part, then mapped.

The processes that learn from them share one copy, the system's own of the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from triagebot.triage.features import Message, Vocabulary

PART = 16_384
"""How many messages become rows at a time."""


def stored_matrix(vocabulary: Vocabulary, messages: Sequence[Message], folder: Path) -> csr_matrix:
    """Return the rows of `fit.matrix` with half of its digits; the files in `folder` must stay."""
    ends = [np.zeros(1, np.int64)]
    with (folder / "ids").open("wb") as ids, (folder / "values").open("wb") as values:
        for start in range(0, len(messages), PART):
            rows = vocabulary.rows(messages[start : start + PART])
            ids.write(rows.ids.astype(np.int32).tobytes())
            values.write(rows.values.astype(np.float32).tobytes())
            ends.append(np.append(rows.starts[1:], len(rows.ids)) + ends[-1][-1])
    data = np.memmap(folder / "values", np.float32, "r")
    columns = np.memmap(folder / "ids", np.int32, "r")
    starts = np.concatenate(ends)
    if starts[-1] < np.iinfo(np.int32).max:
        starts = starts.astype(np.int32)  # else scipy copies the columns to make both alike
    return csr_matrix((data, columns, starts), shape=(len(messages), len(vocabulary)))
