from datetime import timedelta

import numpy as np
import pytest

from training.dataset import build
from training.folds import split_folds
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.label import Source
from triagebot.errors import NothingToDo
from triagebot.triage.catalogue import read_catalogue


@pytest.fixture
def catalogue(small_intents):
    return read_catalogue(small_intents)


def intent_of(dataset, text):
    (row,) = [row for row in dataset.rows if row.text == text]
    return row.intent


def test_a_person_wins_over_a_seed_sentence_whatever_the_width_of_its_letters(catalogue, label):
    dataset = build(catalogue, [label("什麼時候發貨", "purchase")])
    assert intent_of(dataset, "什麼時候發貨") == "purchase"
    assert [c.dropped for c in dataset.conflicts] == ["delivery"]
    assert dataset.duplicates == 1


@pytest.mark.parametrize(
    ("older", "newer", "winner"),
    [
        (Source.AGENT, Source.REVIEW, "purchase"),
        (Source.AUDIT, Source.IMPORT, "delivery"),
        (Source.IMPORT, Source.AGENT, "purchase"),
    ],
)
def test_the_newer_judgement_wins_unless_it_is_only_imported(
    catalogue, label, clock, older, newer, winner
):
    labels = [
        label("没听过的话", "purchase", newer, at=clock() + timedelta(hours=1)),
        label("没听过的话", "delivery", older),
    ]
    assert intent_of(build(catalogue, labels), labels[-1].text) == winner


def test_what_must_not_be_learnt_from_is_left_out_and_counted(catalogue, label):
    labels = [
        label("测试用的", "delivery", split="test"),
        label("没有这个", "no_such_intent"),
        label("  ", "delivery"),
    ]
    dataset = build(catalogue, labels)
    assert (dataset.held_out, dataset.unknown, dataset.empty) == (1, 1, 1)
    assert {row.source for row in dataset.rows} == {Source.SEED}


def test_a_label_keeps_the_answer_that_the_seed_sentence_named(catalogue, label):
    dataset = build(catalogue, [label("关于delivery", "delivery")])
    (row,) = [row for row in dataset.rows if row.text == "关于delivery"]
    assert (row.source, row.answer) == (Source.AGENT, "delivery/main")


def test_an_empty_catalogue_without_labels_is_nothing_to_learn_from(catalogue):
    with pytest.raises(NothingToDo):
        build(Catalogue({}, {}, (), catalogue.policy, ()), [])


def test_near_duplicates_never_part_and_every_fold_has_its_share():
    groups = np.array([i // 3 for i in range(300)])
    intents = [("a", "b", "c")[group % 3] for group in groups]
    folds = split_folds(intents, groups, 5, seed=1)
    assert all(len(set(folds[groups == group])) == 1 for group in groups)
    for intent in "abc":
        counts = np.bincount(folds[np.array(intents) == intent], minlength=5)
        assert counts.max() - counts.min() <= 3


def test_folds_depend_on_the_seed_and_on_nothing_else(catalogue):
    dataset = build(catalogue, [])
    first, again = dataset.folds(4, 7), build(catalogue, []).folds(4, 7)
    assert (first == again).all()
    assert (first != dataset.folds(4, 8)).any()
