"""How firmly a proof stands: exactly so many further errors, and the next one breaks it."""

import pytest

from training.spare import hanging, spare_errors
from triagebot.binomial import upper_bound
from triagebot.triage.proof import IntentProof, Proof

PROMISE, SURE = 0.02, 0.95


def proof(**intents):
    return Proof(PROMISE, SURE, True, intents)


@pytest.mark.parametrize(("n", "errors"), [(300, 0), (476, 2), (1000, 3), (5000, 40)])
def test_so_many_more_errors_keep_the_proof_and_one_more_ends_it(n, errors):
    found = proof(a=IntentProof(0.9, n, errors), b=IntentProof(None, 9, 0))
    spare = spare_errors(found)
    assert list(spare) == ["a"]
    delta = (1 - SURE) / 2
    assert upper_bound(errors + spare["a"], n, delta) <= PROMISE
    assert upper_bound(errors + spare["a"] + 1, n, delta) > PROMISE
    assert hanging(found) == (["a"] if spare["a"] == 0 else [])


def test_an_intents_own_promise_counts():
    loose = proof(a=IntentProof(0.9, 300, 1, promised=0.1), b=IntentProof(0.9, 300, 1))
    assert spare_errors(loose)["a"] > spare_errors(loose)["b"] == 0
