import pytest

from triagebot.loadtest.chart import Line, chart, ticks


@pytest.mark.parametrize(
    ("highest", "marks"),
    [
        (1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (2671.0, [0, 1000, 2000, 3000]),
        (4100.0, [0, 1000, 2000, 3000, 4000, 5000]),
        (139.4, [0, 50, 100, 150]),
        (0.012, [0, 0.0025, 0.005, 0.0075, 0.01, 0.0125]),
    ],
)
def test_an_axis_has_few_and_round_numbers(highest, marks):
    assert ticks(highest) == pytest.approx(marks)


@pytest.mark.parametrize("values", [[], [0.0], [3.0], [1.0, 2.0, 3.0]])
def test_any_number_of_values_is_drawn(values):
    drawn = chart("a < b", [Line("a", "p99", values)], float(len(values)))
    assert "a &lt; b" in drawn
    assert "nan" not in drawn
