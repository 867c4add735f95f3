"""Learn intents from labels of which some are wrong.

Three unlike learners are taught by what `denoise.py` believes of the labels: its own ridge
regression, a support vector machine by the likeliest labels, and a softmax regression with dropout
by the chance of each. They err differently, so the mean of their scores is better than any of
them; and as all are linear in the same features, the mean is one linear model again, which costs
no more to serve.

Rare intents weigh more than by their rows alone, as their few sentences would else be lost among
those of common neighbours: an intent of n rows counts as n^(1 - BALANCE).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from training.denoise import Judged, judge
from training.fit import FitSettings, learn_weights
from training.minibatch import learn_softmax

BALANCE = 0.25
DROPPED = 0.5
PASSES = 12
_FEW = 1e-6

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Small = NDArray[np.float32]


def learn_mended(
    x: csr_matrix,
    given: Ints,
    n_intents: int,
    row_weights: Floats,
    fixed: NDArray[np.bool_],
    settings: FitSettings,
) -> Small:
    """Return weights of the shape that `fit.learn_weights` returns; `fixed` labels are not doubted.

    The same input gives the same result.
    """
    found = judge(x, given, n_intents, row_weights, fixed)
    return learn_believed(x, found, n_intents, row_weights, settings)


def learn_believed(
    x: csr_matrix, found: Judged, n_intents: int, row_weights: Floats, settings: FitSettings
) -> Small:
    """Return the weights learnt from what is believed of the labels; else as `learn_mended`."""
    scarce = _scarcity(found.believed, row_weights)
    worth = row_weights * scarce[found.better]
    worth *= row_weights.sum() / worth.sum()
    machine = learn_weights(x, found.better, n_intents, worth * found.sure**2, settings)
    softmax = learn_softmax(
        x.astype(np.float32),
        found.believed,
        n_intents,
        worth,
        settings.seed,
        PASSES,
        dropped=DROPPED,
    )
    return _joined(x, (found.opinion * scarce, machine, softmax))


def _scarcity(believed: Small, row_weights: Floats) -> Small:
    """Return the factor by which each intent counts more than by its rows; 1 for a usual one."""
    sizes = row_weights @ believed
    return np.asarray((np.maximum(sizes / sizes.mean(), _FEW)) ** -BALANCE, np.float32)


def _joined(x: csr_matrix, models: Sequence[Small]) -> Small:
    """Return the sum of models' weights, each brought to the same spread of scores."""
    return np.asarray(sum(model / float((x @ model).std()) for model in models), np.float32)
