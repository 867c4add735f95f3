from collections import Counter
from itertools import pairwise

import pytest

from triagebot.loadtest.plan import Plan, Shape


def plan(messages=2000, rate=100.0, **options):
    return Plan(["你好", "发货了吗", "怎么刷机"], messages, rate, 1_700_000_000, "abc", **options)


@pytest.mark.parametrize("shape", list(Shape))
def test_every_message_is_delivered_in_order_of_time(shape):
    deliveries = list(plan(shape=shape, duplicates=0.2).deliveries())
    assert all(one.due <= other.due for one, other in pairwise(deliveries))
    assert Counter(each.place for each in deliveries).keys() == set(range(2000))


def test_the_share_asked_for_comes_twice_and_nothing_thrice():
    times = Counter(each.place for each in plan(duplicates=0.1).deliveries())
    assert max(times.values()) == 2
    assert sum(count == 2 for count in times.values()) == pytest.approx(200, rel=0.2)


def test_the_same_plan_is_the_same_run():
    assert list(plan(duplicates=0.1).deliveries()) == list(plan(duplicates=0.1).deliveries())


@pytest.mark.parametrize("shape", list(Shape))
def test_a_run_takes_its_time_and_its_repeats_do_not_outlast_it(shape):
    last = list(plan(shape=shape, duplicates=0.5).deliveries())[-1]
    assert last.due == pytest.approx(20.0, rel=0.1)


def test_a_day_is_busiest_in_the_evening():
    day = plan(20_000, 1000.0, shape=Shape.DAY)
    hours = Counter(int(each.due / day.seconds * 24) for each in day.deliveries())
    assert hours.most_common(1)[0][0] in (19, 20, 21)
    assert hours[3] < hours[20] / 10


def test_in_a_quiz_answers_come_in_the_seconds_after_a_question():
    quiz = plan(30_000, 500.0, shape=Shape.QUIZ)
    within = Counter(int(each.due % 30) for each in quiz.deliveries())
    assert sum(within[second] for second in range(6)) > 0.6 * 30_000
    assert sum(quiz.text(place) in "ABCDab" for place in range(1000)) > 300


def test_a_fans_id_says_which_run_it_was():
    letter = plan(fans=10).letter(3, 1.5)
    assert letter.fan.startswith("oLTabc_")
    assert len(letter.fan) == 23
