"""Bundles on disk: reads a model folder, and the checks it passes before it is believed.

A bundle is data only: JSON, text, and an `.npz` read with `allow_pickle=False`. The server opens
the files listed here and no other.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from triagebot.domain.catalogue import Catalogue
from triagebot.errors import BadBundle
from triagebot.triage.answer_choice import Learnt
from triagebot.triage.answers import AnswerCalibration
from triagebot.triage.classify import LinearModel
from triagebot.triage.features import Vocabulary
from triagebot.triage.manifest import FILES, Manifest, SelfTest, read_manifest
from triagebot.triage.proof import Proof

_MISFITS = (
    msgspec.MsgspecError,
    ValueError,
    KeyError,
    TypeError,
    OSError,
    zipfile.BadZipFile,
)

MAX_FILE_BYTES = 512 * 1024 * 1024
MAX_UNPACKED_BYTES = 2 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified model folder in memory."""

    name: str
    folder: Path
    manifest: Manifest
    catalogue: Catalogue
    proof: Proof
    vocabulary: Vocabulary
    model: LinearModel
    answer_calibration: AnswerCalibration
    words: tuple[str, ...]
    selftest: tuple[SelfTest, ...] = field(repr=False)
    learnt: Learnt | None = field(default=None, repr=False)
    """How answers are chosen; older bundles leave it to be learnt at each start."""


def load(folder: Path, key: bytes | None = None) -> Bundle:
    """Return the bundle in `folder`. Raises `BadBundle` when any check fails.

    With a signing `key`, a bundle that is unsigned or signed with another key is refused.
    """
    manifest = read_manifest(folder, key)
    contents = {name: _checked(folder / name, manifest.files.get(name)) for name in FILES}
    try:
        return _assemble(folder, manifest, contents)
    except BadBundle:
        raise
    except _MISFITS as error:
        raise BadBundle(
            f"model {folder.name}: its files do not fit together: {error}; "
            "train it again with `triagebot train`"
        ) from error


def _checked(path: Path, expected: str | None) -> bytes:
    try:
        if path.is_symlink() or path.stat().st_size > MAX_FILE_BYTES:
            raise BadBundle(f"model {path.parent.name}: {path.name} is a link or too large")
        content = path.read_bytes()
    except OSError as error:
        raise BadBundle(f"model {path.parent.name}: {path.name} cannot be read") from error
    if expected != hashlib.sha256(content).hexdigest():
        raise BadBundle(f"model {path.parent.name}: {path.name} was altered after training")
    return content


def _assemble(folder: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> Bundle:
    arrays = _arrays(contents["weights.npz"])
    words, characters = _vocabulary(contents["vocabulary.txt"].decode())
    size = 1 + len(words) + len(characters)
    weights, idf = arrays["weights"], arrays["idf"]
    if weights.shape != (size, len(manifest.intents)) or idf.shape != (size,):
        raise BadBundle(f"model {folder.name}: weights and vocabulary differ in size")
    if not (np.isfinite(weights).all() and np.isfinite(idf).all() and manifest.temperature > 0):
        raise BadBundle(f"model {folder.name}: weights hold values that are no numbers")
    proof = msgspec.json.decode(contents["thresholds.json"], type=Proof)
    lines = contents["selftest.jsonl"].splitlines()
    return Bundle(
        folder.name,
        folder,
        manifest,
        msgspec.json.decode(contents["catalogue.json"], type=Catalogue),
        proof,
        Vocabulary(words, characters, idf.astype(np.float64), manifest.block_weights),
        LinearModel(weights.astype(np.float32), manifest.intents, manifest.temperature),
        AnswerCalibration(**proof.answer_calibration),
        tuple(contents["words.txt"].decode().split()),
        tuple(msgspec.json.decode(line, type=SelfTest) for line in lines),
        _learnt(folder, arrays, (len(manifest.intents), size)),
    )


def _learnt(
    folder: Path, arrays: Mapping[str, NDArray[Any]], shape: tuple[int, int]
) -> Learnt | None:
    if "answer_rows" not in arrays:
        return None
    rows, weights = arrays["answer_rows"], arrays["answer_weights"]
    known = rows.shape == shape and rows.dtype == np.int32 and weights.ndim == 2
    if not (known and rows.max(initial=-1) < len(weights) and np.isfinite(weights).all()):
        raise BadBundle(f"model {folder.name}: what is learnt of answers does not fit")
    names = tuple(arrays["answer_names"].tolist())
    return Learnt(names, rows, weights.astype(np.float32, copy=False))


def _arrays(content: bytes) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise BadBundle("weights.npz unpacks to more than it may")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _vocabulary(text: str) -> tuple[dict[str, int], dict[str, int]]:
    """Read one feature a line, `w` or `c`, a tab and its text; ids count from 1."""
    words: dict[str, int] = {}
    characters: dict[str, int] = {}
    for identity, line in enumerate(text.split("\n")[:-1], start=1):
        kind, _, gram = line.partition("\t")
        (words if kind == "w" else characters)[gram] = identity
    return words, characters
