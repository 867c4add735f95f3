"""Large sets learn by batches, and the result is a bundle like any other."""

import pytest

from training.fit import FitSettings
from training.train import train
from training.workers import workers
from triagebot.errors import BadInput
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.registry import load
from triagebot.triage.think import wake

LARGE = FitSettings(large=10, folds=3)


def weights(trained):
    return (trained.folder / "weights.npz").read_bytes()


def test_a_large_set_becomes_a_bundle_that_thinks(small_intents, tmp_path):
    trained = train(read_catalogue(small_intents), [], tmp_path, "large", LARGE, jobs=1)
    mind = wake(load(trained.folder))
    prediction, other = mind.think(["快递到哪了", "今天天气怎么样"])
    assert prediction.intent == "delivery"
    assert other.intent == "out_of_scope"
    assert 5 < len(trained.dataset.rows) < 25
    assert trained.held_out.shape == (len(trained.dataset.rows), 3)
    assert trained.held_out.sum(axis=1) == pytest.approx(1.0)


def test_rows_that_judge_are_not_learnt_by_their_judge(small_intents, tmp_path):
    trained = train(read_catalogue(small_intents), [], tmp_path, "large", LARGE, jobs=1)
    mind = wake(load(trained.folder))
    seen = mind.think([row.text for row in trained.dataset.rows])
    unseen = trained.held_out.max(axis=1)
    right = [p.intent == row.intent for p, row in zip(seen, trained.dataset.rows, strict=True)]
    assert sum(right) / len(right) > 0.9
    assert unseen.mean() < sum(p.confidence for p in seen) / len(seen)


def test_vocabulary_keeps_the_most_frequent(small_intents, tmp_path):
    few = FitSettings(most=40)
    trained = train(read_catalogue(small_intents), [], tmp_path, "few", few, jobs=1)
    vocabulary = load(trained.folder).vocabulary
    assert len(vocabulary.words) == len(vocabulary.characters) == 40
    assert {"快", "递"} <= set(vocabulary.characters)


@pytest.mark.parametrize("settings", [FitSettings(), LARGE])
def test_every_backend_learns_the_same_bytes(small_intents, tmp_path, settings):
    catalogue = read_catalogue(small_intents)
    made = set()
    for backend in ("loky", "threading"):
        with workers(backend):
            trained = train(catalogue, [], tmp_path, f"by-{backend}", settings, jobs=2)
        made.add(weights(trained))
    assert len(made) == 1


@pytest.mark.filterwarnings("ignore")
def test_dask_learns_the_same_bytes(small_intents, tmp_path):
    from distributed import LocalCluster

    catalogue = read_catalogue(small_intents)
    here = train(catalogue, [], tmp_path, "here", jobs=1)
    with (
        LocalCluster(n_workers=1, processes=False, dashboard_address=None) as cluster,
        workers("dask", cluster.scheduler_address),
    ):
        there = train(catalogue, [], tmp_path, "there", jobs=2)
    assert weights(here) == weights(there)


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_is_not_there_is_said(unused_tcp_port):
    with (
        pytest.raises(BadInput, match="does not answer"),
        workers("dask", f"tcp://127.0.0.1:{unused_tcp_port}"),
    ):
        pass
