"""Plans over real servers that have a promoted model."""

from functools import partial

import pytest

from triagebot.faults.plan import Load


@pytest.fixture
def load(tmp_path, promoted_models):
    return partial(Load, folder=tmp_path, models=promoted_models)
