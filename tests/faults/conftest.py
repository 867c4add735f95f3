"""The shipped intents' bundle, promoted, for servers that are to be hurt."""

import json
import shutil

import pytest


@pytest.fixture(scope="session")
def models(bundle_folder, tmp_path_factory):
    """A models folder with one promoted bundle."""
    folder = tmp_path_factory.mktemp("promoted")
    shutil.copytree(bundle_folder, folder / bundle_folder.name)
    current = {"name": bundle_folder.name}
    (folder / "current.json").write_text(json.dumps(current), encoding="utf-8")
    return folder
