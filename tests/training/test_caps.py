"""What any one may bring into a training set, and that what it stood before comes back."""

from datetime import timedelta

import pytest

from training.caps import Caps, Kind, Share
from training.dataset import build
from triagebot.domain.label import UNDATED, Source
from triagebot.triage.catalogue import read_catalogue

CAPS = Caps(fan=4, wording=5, agent=Share(0.25, 2, 3), day=Share(0.5, 2, 3))
LONG = "这个手机昨天晚上突然没有办法开机了怎么办第{}次"


@pytest.fixture
def catalogue(small_intents):
    return read_catalogue(small_intents)


@pytest.fixture
def say(label, clock):
    """Labels of one intent: different short texts unless said otherwise, each of another day."""

    def make(n, by="", fan="", text="{}甲乙丙", source=Source.AGENT, at=None, intent="delivery"):
        places = range(n)
        days = [at or clock() + timedelta(days=i) for i in places]
        who = {"by": by, "fan": fan}
        return [
            label(
                text.format(chr(0x5000 + 7 * i + ord(by[:1] or "z"))), intent, source, at=day, **who
            )
            for i, day in zip(places, days, strict=True)
        ]

    return make


def team(say):
    return say(1, by="b") + say(1, by="c")


def capped(dataset):
    return {(one.kind, one.name): one.left_out for one in dataset.capped}


def test_one_fan_brings_no_more_than_a_few(catalogue, say):
    assert capped(build(catalogue, say(9, fan="7"), CAPS)) == {(Kind.FAN, "7"): 5}
    assert build(catalogue, say(4, fan="7") + say(4, by="b", fan="8"), CAPS).capped == ()


def test_one_wording_brings_no_more_than_a_few_whoever_says_so(catalogue, say):
    found = build(catalogue, say(9, by="b", text=LONG) + say(9, by="c", text=LONG), CAPS)
    assert [(one.kind, one.left_out) for one in found.capped] == [(Kind.WORDING, 13)]


def test_one_agent_is_at_most_a_part_of_an_intent_once_there_is_a_team(catalogue, say):
    seeds = sum(example.intent == "delivery" for example in catalogue.examples)
    labels = say(60, by="mallory")
    assert build(catalogue, labels + say(1, by="b"), CAPS).capped == ()
    found = build(catalogue, labels + team(say), CAPS)
    kept = sum(row.by == "mallory" for row in found.rows)
    assert kept == (seeds + 2) // 3
    assert capped(found) == {(Kind.AGENT, "mallory"): 60 - kept}


def test_one_day_is_at_most_a_part_of_an_intent_once_there_are_several(catalogue, say, clock):
    labels = say(60, at=clock()) + say(3, by="b")
    found = build(catalogue, labels, CAPS)
    assert list(capped(found)) == [(Kind.DAY, clock().date().isoformat())]
    undated = build(catalogue, say(60, at=UNDATED) + say(3, by="b"), CAPS)
    assert undated.capped == ()


@pytest.mark.parametrize("source", [Source.SEED, Source.IMPORT])
def test_what_an_engineer_put_there_is_not_capped(catalogue, say, source):
    labels = say(60, by="mallory", fan="7", source=source) + team(say)
    assert build(catalogue, labels, CAPS).capped == ()


def test_three_who_bring_the_same_are_never_capped(catalogue, say):
    labels = [one for by in "bcd" for one in say(300, by=by, text=f"{by}{{}}甲乙丙")]
    assert build(catalogue, labels).capped == ()


def test_what_a_capped_label_stood_before_comes_back(catalogue, say, label, clock):
    later = clock() + timedelta(days=99)
    honest = [one for by in "bcd" for one in say(30, by=by, text=f"{by}{{}}甲乙丙")]
    flips = [
        label(one.text, "purchase", by="mallory", at=later + timedelta(days=i))
        for i, one in enumerate(honest)
    ]
    found = build(catalogue, honest + flips)
    mine = sum(row.by == "mallory" for row in found.rows)
    assert capped(found) == {(Kind.AGENT, "mallory"): 90 - mine}
    assert mine == 20
    assert len(found.rows) == len(build(catalogue, honest).rows)


def test_without_caps_all_is_learnt(catalogue, say):
    labels = say(60, by="mallory", fan="7") + team(say)
    found = build(catalogue, labels, None)
    assert found.capped == ()
    assert sum(row.by == "mallory" for row in found.rows) == 60


def test_the_lot_is_the_same_each_time_and_does_not_ask_who_came_first(catalogue, say):
    labels = say(60, by="mallory") + team(say)
    kept = [row.text for row in build(catalogue, labels, CAPS).rows if row.by == "mallory"]
    again = [row.text for row in build(catalogue, labels[::-1], CAPS).rows if row.by == "mallory"]
    assert sorted(kept) == sorted(again)
    first = [one.text for one in labels[: len(kept)]]
    assert kept != first
    assert kept != [one.text for one in labels[60 - len(kept) : 60]]
