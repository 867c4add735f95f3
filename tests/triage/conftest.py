from pathlib import Path

import pytest

from training.train import train
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.registry import load
from triagebot.triage.think import wake


@pytest.fixture(scope="session")
def intents_folder():
    return Path(__file__).parents[2] / "intents"


@pytest.fixture(scope="session")
def bundle_folder(intents_folder, tmp_path_factory):
    """The bundle of the shipped intents, trained once a session."""
    return train(read_catalogue(intents_folder), [], tmp_path_factory.mktemp("models")).folder


@pytest.fixture(scope="session")
def mind(bundle_folder):
    return wake(load(bundle_folder), {"brand": "星火手机", "hotline": "400"})
