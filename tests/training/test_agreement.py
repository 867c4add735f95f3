from datetime import timedelta

import pytest
from sklearn.metrics import cohen_kappa_score

from training.agreement import agreement


def test_agreement_of_two_people(label, clock):
    first, second = list("aabbccab"), list("abbbccaa")
    labels = [
        label(intent=intent, by=by, message_id=str(i))
        for by, said in (("li", first), ("wang", second))
        for i, intent in enumerate(said)
    ]
    found = agreement([*labels, label("只有一个人看过", by="li", shown="delivery")])
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.n, pair.agreed) == ("li", "wang", 8, 6)
    assert pair.kappa == pytest.approx(cohen_kappa_score(first, second))
    assert (found.messages, found.judged_twice) == (9, 8)
    assert found.disputes == (("a", "b", 2),)
    assert (found.shown, found.followed) == (1, 1)


def test_a_person_may_change_their_mind(label, clock):
    labels = [
        label(intent="b", by="li", at=clock() + timedelta(minutes=1)),
        label(intent="a", by="li"),
        label(intent="b", by="wang"),
    ]
    (pair,) = agreement(labels).pairs
    assert (pair.n, pair.agreed, pair.kappa) == (1, 1, None)
