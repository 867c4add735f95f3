from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def intents_folder():
    return Path(__file__).parents[2] / "intents"
