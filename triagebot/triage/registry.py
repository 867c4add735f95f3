"""Bundles on disk: what a model folder holds, and the checks it passes before it is believed.

A bundle is data only: JSON, text, and an `.npz` read with `allow_pickle=False`. The server opens
the files listed here and no other.
"""

from __future__ import annotations

import hashlib
import hmac
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
from triagebot.triage.features import BlockWeights, Vocabulary

SCHEMA = 5
"""2 and 5 have other features than before, 3 and 4 each calibrate answers in another way."""

FILES = (
    "vocabulary.txt",
    "weights.npz",
    "thresholds.json",
    "catalogue.json",
    "words.txt",
    "selftest.jsonl",
)
"""The files the server reads, all hashed in `manifest.json`. Others may lie beside them."""

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


class IntentProof(msgspec.Struct, frozen=True):
    """What is proven of an intent: at `threshold`, `errors` of `n` were wrong, so at most `bound`.

    `threshold` is None where proof is missing; `needs` more correct labels would give it.
    `evidence` is what the messages were: seed, held_out or audit. `promised` is the share of wrong
    answers that was to be proven, None for that of all intents.
    """

    threshold: float | None
    n: int = 0
    errors: int = 0
    bound: float = 1.0
    coverage: float = 0.0
    needs: int = 0
    evidence: str = "seed"
    promised: float | None = None


class Proof(msgspec.Struct, frozen=True):
    """`thresholds.json`: the promise, its proof by intent, and how answers are scored."""

    max_error: float
    confidence: float
    provisional: bool
    intents: dict[str, IntentProof]
    answer_floor: float = 0.5
    answer_calibration: dict[str, float] = {}


class SelfTest(msgspec.Struct, frozen=True):
    """One line of `selftest.jsonl`: a text with jieba's cut and what the model must say of it."""

    text: str
    tokens: list[str]
    intent: str
    confidence: float


class Numbered(msgspec.Struct, frozen=True):
    """What the manifest of any version has."""

    schema: int


class Manifest(msgspec.Struct, frozen=True):
    """`manifest.json`: what the folder holds and where it comes from."""

    schema: int
    files: dict[str, str]
    data_hash: str
    intents: list[str]
    block_weights: BlockWeights
    temperature: float
    versions: dict[str, str] = {}
    metrics: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    signature: str | None = None


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


def sign(manifest: Manifest, key: bytes) -> str:
    """Return the HMAC-SHA256, in hex, of a manifest without its signature."""
    plain = msgspec.structs.replace(manifest, signature=None)
    return hmac.new(key, msgspec.json.encode(plain, order="sorted"), hashlib.sha256).hexdigest()


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


def read_manifest(folder: Path, key: bytes | None = None) -> Manifest:
    """Return the checked manifest alone: cheap, for lists and comparisons."""
    try:
        content = (folder / "manifest.json").read_bytes()
        schema = msgspec.json.decode(content, type=Numbered).schema
        if schema != SCHEMA:
            raise BadBundle(
                f"model {folder.name}: schema {schema}, this version reads {SCHEMA}; "
                "train it again with `triagebot train`"
            )
        manifest = msgspec.json.decode(content, type=Manifest)
    except FileNotFoundError:
        raise BadBundle(f"model {folder.name}: there is no manifest.json in {folder}") from None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadBundle(f"model {folder.name}: manifest.json is damaged: {error}") from error
    if key is not None and not hmac.compare_digest(manifest.signature or "", sign(manifest, key)):
        raise BadBundle(f"model {folder.name}: it is not signed with this server's key")
    return manifest


def thinks_alike(one: Manifest, other: Manifest) -> bool:
    """Return whether two bundles make the same of every message; thresholds may differ."""
    files = (name for name in FILES if name not in ("thresholds.json", "selftest.jsonl"))
    same = all(one.files.get(name) == other.files.get(name) for name in files)
    return same and one.temperature == other.temperature


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
