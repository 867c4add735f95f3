import io
import json
import shutil
import zipfile
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from triagebot.errors import BadBundle
from triagebot.triage.manifest import Manifest, read_manifest, sign
from triagebot.triage.registry import load
from triagebot.triage.think import wake


@pytest.fixture
def folder(bundle_folder, tmp_path):
    return shutil.copytree(bundle_folder, tmp_path / bundle_folder.name)


def rewrite(folder, name, content):
    """Replace a file and make the manifest agree, as an attacker with the folder would."""
    import hashlib

    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"][name] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_an_untouched_bundle_loads_and_passes_its_self_test(folder):
    assert wake(load(folder)).model == folder.name


@pytest.mark.parametrize(
    "name",
    [
        "vocabulary.txt",
        "weights.npz",
        "thresholds.json",
        "catalogue.json",
        "words.txt",
        "selftest.jsonl",
    ],
)
def test_one_altered_byte_in_any_file_is_refused(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(BadBundle, match=f"{name} was altered"):
        load(folder)


def test_a_missing_file_and_a_link_are_refused(folder):
    (folder / "words.txt").unlink()
    with pytest.raises(BadBundle, match=r"words\.txt cannot be read"):
        load(folder)
    (folder / "words.txt").symlink_to("/etc/hostname")
    with pytest.raises(BadBundle, match=r"words\.txt is a link"):
        load(folder)


def test_a_pickle_inside_the_weights_is_never_opened(folder, tmp_path):
    canary = tmp_path / "canary"

    class Bomb:
        def __reduce__(self):
            return canary.write_text, ("boom",)

    arrays = io.BytesIO()
    np.savez(arrays, weights=np.array([Bomb()], dtype=object), idf=np.ones(3))
    rewrite(folder, "weights.npz", arrays.getvalue())
    with pytest.raises(BadBundle):
        load(folder)
    assert not canary.exists()
    np.load(io.BytesIO(arrays.getvalue()), allow_pickle=True)["weights"]
    assert canary.exists(), "the bomb must be live, or the test shows nothing"


def test_a_zip_bomb_is_refused_before_it_unpacks(folder, monkeypatch):
    monkeypatch.setattr("triagebot.triage.registry.MAX_UNPACKED_BYTES", 1_000_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weights.npy", b"\0" * 2_000_000)
    rewrite(folder, "weights.npz", packed.getvalue())
    with pytest.raises(BadBundle, match="unpacks to more"):
        load(folder)


def test_weights_that_are_no_numbers_are_refused(folder):
    with np.load(folder / "weights.npz") as arrays:
        weights, idf = arrays["weights"].copy(), arrays["idf"]
    weights[5, 0] = np.nan
    packed = io.BytesIO()
    np.savez(packed, weights=weights, idf=idf)
    rewrite(folder, "weights.npz", packed.getvalue())
    with pytest.raises(BadBundle, match="no numbers"):
        load(folder)


def test_weights_that_say_something_else_fail_the_self_test(folder):
    with np.load(folder / "weights.npz") as arrays:
        weights, idf = arrays["weights"][:, ::-1], arrays["idf"]
    packed = io.BytesIO()
    np.savez(packed, weights=weights, idf=idf)
    rewrite(folder, "weights.npz", packed.getvalue())
    bundle = load(folder)
    with pytest.raises(BadBundle, match="self-test failed"):
        wake(bundle)


def test_with_a_key_only_a_bundle_signed_with_it_loads(folder):
    with pytest.raises(BadBundle, match="not signed"):
        load(folder, b"key")
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    signed = msgspec.structs.replace(manifest, signature=sign(manifest, b"key"))
    (folder / "manifest.json").write_bytes(msgspec.json.encode(signed))
    assert load(folder, b"key").name == folder.name
    with pytest.raises(BadBundle, match="not signed"):
        load(folder, b"another key")


def test_an_older_schema_says_which_command_helps(folder):
    manifest = json.loads((folder / "manifest.json").read_bytes())
    older = manifest | {"schema": 4, "block_weights": [0.6, 1.0]}
    (folder / "manifest.json").write_text(json.dumps(older), encoding="utf-8")
    with pytest.raises(BadBundle, match="schema 4, .*triagebot train"):
        read_manifest(folder)


OLDER_CALIBRATION = {"bias": 0.5, "similarity": 4.0, "margin": 2.0, "intent": 1.0}


def test_a_bundle_with_an_older_calibration_of_answers_says_train_again(folder):
    proof = json.loads((folder / "thresholds.json").read_bytes())
    rewrite(
        folder,
        "thresholds.json",
        json.dumps(proof | {"answer_calibration": OLDER_CALIBRATION}).encode(),
    )
    with pytest.raises(BadBundle, match=r"do not fit .*similarity.*`triagebot train`"):
        load(folder)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"schema": 2}), encoding="utf-8")
    with pytest.raises(
        BadBundle, match="schema 2, this version reads 5; train it again with `triagebot train`"
    ):
        load(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"schema": "x"}'])
def test_a_damaged_manifest_is_refused(folder, content):
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(BadBundle, match=r"manifest\.json is damaged"):
        load(folder)


def test_no_folder_is_named(tmp_path):
    with pytest.raises(BadBundle, match=r"no manifest\.json"):
        load(tmp_path / "nothing")


def test_answers_are_chosen_as_they_were_learnt_and_never_by_what_does_not_fit(folder):
    """What the bundle brings is what is learnt without it, and of no other answers."""
    bundle = load(folder)
    texts = ["什么时候发货", "怎么刷机", "发票抬头写错了怎么办", "手机发烫"]
    brought, anew = (wake(each).think(texts) for each in (bundle, replace(bundle, learnt=None)))
    for one, other in zip(brought, anew, strict=True):
        assert [a.answer for a in one.answers] == [a.answer for a in other.answers]
        assert one.answers[0].confidence == pytest.approx(other.answers[0].confidence, abs=1e-5)
    arrays = dict(np.load(folder / "weights.npz"))
    for name, spoilt in {
        "answer_rows": arrays["answer_rows"][:, 1:],
        "answer_weights": arrays["answer_weights"][:-1],
        "answer_names": arrays["answer_names"][::-1],
    }.items():
        content = io.BytesIO()
        np.savez(content, **arrays | {name: spoilt})
        rewrite(folder, "weights.npz", content.getvalue())
        with pytest.raises(BadBundle, match="learnt of answers"):
            wake(load(folder))
