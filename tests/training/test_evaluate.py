import gzip
import json
from pathlib import Path

import pytest
from sklearn.metrics import accuracy_score, f1_score

from training.evaluate import measure, summarise
from training.mistakes import cause_in
from training.outcomes import Judged, Outcome, held_out_outcomes, read_judged
from triagebot.errors import BadInput, NothingToDo

FOUND = [
    Outcome("甲", "a", None, "a", 0.9, True),
    Outcome("乙", "a", "b", "b", 0.8, True, True),
    Outcome("丙", "b", None, "b", 0.7),
    Outcome("丁", "out_of_scope", None, "a", 0.6),
    Outcome("戊", "a", None, "out_of_scope", 0.95),
]


def test_the_figures_of_five_messages():
    found = summarise(FOUND)
    assert (found.n, found.accuracy, found.accuracy_alt) == (5, 0.4, 0.6)
    assert (found.coverage, found.selective_error) == (0.4, 0.5)
    assert found.coverage_at == {"0.02": 0.2, "0.05": 0.2, "0.10": 0.2}
    assert found.per_intent["a"].confused_with == "b"
    assert found.matrix["a"] == {"a": 1, "b": 1, "out_of_scope": 1}
    assert [mistake.text for mistake in found.worst] == ["戊", "乙", "丁"]


def test_of_equally_frequent_confusions_the_one_that_spoils_more_of_its_intent_is_worse():
    pairs = [(pair.intent, pair.examples, pair.share) for pair in summarise(FOUND).confusions]
    assert pairs == [
        ("out_of_scope", ("丁",), 1.0),
        ("a", ("乙",), 1 / 3),
        ("a", ("戊",), 1 / 3),
    ]


def test_the_json_has_the_promised_names_and_is_json():
    plain = json.loads(json.dumps(summarise(FOUND).as_json()))
    promised = "n accuracy macro_f1 coverage selective_error coverage_at ece per_intent"
    assert list(plain)[:8] == promised.split()
    assert plain["accuracy_alt"] == pytest.approx(0.6)


def test_without_second_labels_there_is_no_second_accuracy():
    assert "accuracy_alt" not in summarise(FOUND[:1]).as_json()


def test_accuracy_and_macro_f1_are_those_of_scikit_learn(small_mind):
    rows = [Judged(text, intent) for intent, text in HARD]
    predicted = [p.intent for p in small_mind.think([row.text for row in rows])]
    truth = [row.intent for row in rows]
    found = measure(small_mind, rows)
    assert found.accuracy == accuracy_score(truth, predicted)
    assert found.macro_f1 == pytest.approx(
        f1_score(truth, predicted, labels=sorted(set(truth)), average="macro")
    )


HARD = [
    ("delivery", "快递还没到，今天能收到吗"),
    ("delivery", "讲个发货的笑话"),
    ("purchase", "多少钱能发货"),
    ("purchase", "哪里有优惠"),
    ("no_such_intent", "今天天气好吗"),
    ("out_of_scope", ""),
]


def test_an_answer_of_another_intent_or_another_answer_than_named_is_wrong(small_mind):
    text = "关于delivery"
    rows = [
        Judged(text, "delivery"),
        Judged(text, "delivery", answer="delivery/main"),
        Judged(text, "delivery", answer="delivery/other"),
        Judged(text, "purchase"),
    ]
    found = measure(small_mind, rows)
    assert (found.coverage, found.selective_error) == (1.0, 0.5)


def test_words_that_caused_a_mistake_are_words_of_the_message(small_mind):
    outcome = Outcome("催一下快递", "purchase", None, "delivery", 0.9)
    words = cause_in(small_mind)(outcome)
    assert words
    assert all(word.token in outcome.text and word.weight > 0 for word in words)
    assert cause_in(small_mind)(Outcome("快递", "unheard_of", None, "delivery", 0.9))


def test_held_out_rows_are_answered_from_their_threshold_up(small_trained):
    thresholds = {"delivery": 0.0}
    found = held_out_outcomes(
        small_trained.dataset, small_trained.intents, small_trained.held_out, thresholds
    )
    assert len(found) == len(small_trained.dataset.rows)
    assert {o.predicted for o in found if o.answered} == {"delivery"}
    assert all(o.wrong_answer == (o.answered and not o.right) for o in found)


def test_rows_of_one_split_plain_or_gzipped(tmp_path):
    lines = '{"text":"甲","label":"a","split":"dev"}\n{"text":"乙","intent":"b","split":"train"}\n'
    (tmp_path / "r.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    assert [r.intent for r in read_judged(tmp_path / "r.jsonl.gz")] == ["a", "b"]
    assert [r.text for r in read_judged(tmp_path / "r.jsonl.gz", "dev")] == ["甲"]
    with pytest.raises(NothingToDo):
        read_judged(tmp_path / "r.jsonl.gz", "test")


@pytest.mark.parametrize("line", ["{", '{"text":"a"}', '{"intent":"a"}', "[" * 3000])
def test_a_row_that_cannot_be_read_is_named(tmp_path, line):
    (tmp_path / "r.jsonl").write_text('{"text":"甲","intent":"a"}\n' + line, "utf-8")
    with pytest.raises(BadInput, match=r"^r\.jsonl:2: "):
        read_judged(tmp_path / "r.jsonl")


def test_nothing_cannot_be_measured():
    with pytest.raises(NothingToDo):
        summarise([])


def test_the_real_messages_fit(small_mind):
    path = Path(__file__).parents[3] / "shared/data/domain_dev.jsonl"
    if not path.exists():
        pytest.skip("the shared data is not here")
    found = measure(small_mind, read_judged(path))
    assert found.n == 421
    assert found.accuracy_alt is not None
    assert found.accuracy_alt >= found.accuracy
