import pytest

from triagebot.triage.registry import load
from triagebot.triage.think import wake


@pytest.fixture(scope="session")
def mind(bundle_folder):
    return wake(load(bundle_folder), {"brand": "星火手机", "hotline": "400"})
