import numpy as np
import pytest

from training.measures import calibration_error, coverage_at, reliability, risk_curve, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_wilson(hits, n, low, high):
    interval = wilson(hits, n)
    assert (interval.low, interval.high) == (
        pytest.approx(low, abs=1e-4),
        pytest.approx(high, abs=1e-4),
    )


def arrays(*rows):
    confidence, right, answerable = zip(*rows, strict=True)
    return np.array(confidence, float), np.array(right, bool), np.array(answerable, bool)


@pytest.mark.parametrize(
    ("rows", "error", "share"),
    [
        ([(0.9, 1, 1), (0.8, 1, 1), (0.7, 0, 1), (0.6, 1, 1)], 0.0, 0.5),
        ([(0.9, 1, 1), (0.8, 1, 1), (0.7, 0, 1), (0.6, 1, 1)], 0.25, 1.0),
        ([(0.9, 0, 1), (0.8, 1, 1), (0.7, 1, 1), (0.6, 1, 1)], 0.25, 1.0),
        ([(0.9, 0, 0), (0.8, 1, 1), (0.7, 1, 0), (0.6, 1, 1)], 0.0, 0.5),
        ([(0.9, 1, 1), (0.9, 0, 1), (0.5, 0, 1)], 0.1, 0.0),
        ([(0.9, 1, 0)], 0.1, 0.0),
    ],
    ids=["stops", "goes on", "recovers", "never answered", "ties together", "none answerable"],
)
def test_coverage_at(rows, error, share):
    assert coverage_at(*arrays(*rows), error) == share


def test_the_calibration_error_of_an_honest_and_of_a_boasting_model():
    rng = np.random.default_rng(0)
    confidence = rng.random(30_000)
    honest = reliability(confidence, rng.random(30_000) < confidence)
    boasting = reliability(confidence, rng.random(30_000) < confidence**2)
    assert [point.n for point in honest] == [2000] * 15
    assert calibration_error(honest) < 0.02
    assert calibration_error(boasting) == pytest.approx(1 / 6, abs=0.02)


def test_the_curve_ends_with_all_that_is_answerable_and_bounds_its_risk():
    curve = risk_curve(*arrays((0.9, 1, 1), (0.8, 0, 1), (0.7, 1, 0), (0.6, 1, 1)))
    assert [(p.coverage, p.risk) for p in curve] == [(0.25, 0.0), (0.5, 0.5), (0.75, 1 / 3)]
    assert all(p.bound > p.risk for p in curve)
    assert risk_curve(*arrays((0.9, 1, 0))) == []
