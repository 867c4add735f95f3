"""Write a model folder: the same bytes for the same input."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from training.answer_fit import AnswerFit
from triagebot.domain.catalogue import Catalogue
from triagebot.errors import Conflict
from triagebot.triage.features import BlockWeights, Vocabulary
from triagebot.triage.manifest import FILES, SCHEMA, Manifest, SelfTest, read_manifest, sign
from triagebot.triage.proof import Proof

Contents = dict[str, bytes]
"""The files of a bundle by name."""

LIBRARIES = ("numpy", "scikit-learn", "rjieba", "jieba", "opencc", "rapidfuzz")


def pack(
    vocabulary: Vocabulary,
    weights: NDArray[np.float32],
    catalogue: Catalogue,
    proof: Proof,
    answers: AnswerFit,
    selftest: Sequence[SelfTest],
) -> Contents:
    """Return the contents of the files that the server reads, by name."""
    arrays = BytesIO()
    learnt = answers.learnt
    np.savez(
        arrays,
        weights=weights,
        idf=vocabulary.idf,
        answer_names=np.array(learnt.names),
        answer_rows=learnt.rows,
        answer_weights=learnt.weights,
    )
    lines = [f"w\t{gram}\n" for gram in vocabulary.words]
    lines += [f"c\t{gram}\n" for gram in vocabulary.characters]
    proof = msgspec.structs.replace(proof, answer_calibration=asdict(answers.calibration))
    return {
        "vocabulary.txt": "".join(lines).encode(),
        "weights.npz": arrays.getvalue(),
        "thresholds.json": _pretty(proof),
        "catalogue.json": _pretty(replace(catalogue, examples=())),
        "words.txt": "".join(f"{word}\n" for word in catalogue.words).encode(),
        "selftest.jsonl": b"".join(msgspec.json.encode(line) + b"\n" for line in selftest),
    }


def build_manifest(
    contents: Mapping[str, bytes],
    data_hash: str,
    intents: Sequence[str],
    block_weights: BlockWeights,
    temperature: float,
    metrics: Mapping[str, Any],
    settings: Mapping[str, Any],
    key: bytes | None = None,
) -> Manifest:
    """Return the manifest of `contents`, signed when there is a key."""
    manifest = Manifest(
        SCHEMA,
        {name: hashlib.sha256(contents[name]).hexdigest() for name in FILES},
        data_hash,
        list(intents),
        block_weights,
        temperature,
        {library: version(library) for library in LIBRARIES},
        dict(metrics),
        dict(settings),
    )
    return msgspec.structs.replace(manifest, signature=sign(manifest, key)) if key else manifest


def with_proof(folder: Path, proof: Proof, key: bytes | None = None) -> tuple[Contents, Manifest]:
    """Return contents and manifest of a bundle whose proof is replaced; nothing is written."""
    manifest = read_manifest(folder)
    contents = {name: (folder / name).read_bytes() for name in FILES}
    contents["thresholds.json"] = _pretty(proof)
    digest = hashlib.sha256(contents["thresholds.json"]).hexdigest()
    renewed = msgspec.structs.replace(
        manifest, files={**manifest.files, "thresholds.json": digest}, signature=None
    )
    signed = msgspec.structs.replace(renewed, signature=sign(renewed, key)) if key else renewed
    return contents, signed


def fingerprint(manifest: Manifest) -> str:
    """Return ten hex digits that differ whenever any file of the bundle does."""
    plain = msgspec.structs.replace(manifest, signature=None)
    return hashlib.sha256(_pretty(plain)).hexdigest()[:10]


def write(
    folder: Path, contents: Mapping[str, bytes], manifest: Manifest, more: Mapping[str, str]
) -> Path:
    """Write the folder in one rename and return it; `more` are texts for people.

    Writing the same bundle again changes nothing. Raises `Conflict` when the name is taken by
    another one.
    """
    encoded = _pretty(manifest)
    if folder.exists():
        if (folder / "manifest.json").is_file() and (
            folder / "manifest.json"
        ).read_bytes() == encoded:
            return folder
        raise Conflict(f"{folder} holds another model; choose another --name")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    for name, content in contents.items():
        (draft / name).write_bytes(content)
    for name, text in more.items():
        (draft / name).write_text(text, encoding="utf-8")
    (draft / "manifest.json").write_bytes(encoded)
    draft.rename(folder)
    return folder


def _pretty(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1) + b"\n"
