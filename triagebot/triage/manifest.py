"""What a model folder says of itself, and whether that may be believed."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Any

import msgspec

from triagebot.errors import BadBundle
from triagebot.triage.features import BlockWeights

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


def sign(manifest: Manifest, key: bytes) -> str:
    """Return the HMAC-SHA256, in hex, of a manifest without its signature."""
    plain = msgspec.structs.replace(manifest, signature=None)
    return hmac.new(key, msgspec.json.encode(plain, order="sorted"), hashlib.sha256).hexdigest()


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
