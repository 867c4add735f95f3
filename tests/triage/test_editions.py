"""What staff publish lies over a bundle: which version counts when, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.desk.mind import CATALOGUE
from triagebot.domain.catalogue import KeywordRule, Risk
from triagebot.domain.edition import ALL_RULES, AnswerWords, Edition, Subject
from triagebot.errors import BadInput
from triagebot.triage.edition_checks import check_answer, check_rules, check_sentence
from triagebot.triage.editions import differences, fingerprint, lay_over, next_change, words_of

NOW = datetime(2024, 11, 11, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHEN = "delivery/when"
TRAINED = fingerprint(words_of(CATALOGUE, Subject.ANSWER, WHEN))


def words(text):
    return AnswerWords("什么时候发货", (), text, Risk.LOW)


def edition(number, said, begin=None, end=None, base=TRAINED, name=WHEN, subject=Subject.ANSWER):
    begin, end = (None if hours is None else NOW + hours * HOUR for hours in (begin, end))
    said = words(said) if isinstance(said, str) and subject is Subject.ANSWER else said
    return Edition(number, subject, name, said, base, begin, end, "li", NOW)


def text_of(catalogue):
    answer = catalogue.answers.get(WHEN)
    return answer and answer.text


@pytest.mark.parametrize(
    ("editions", "text"),
    [
        ([], "{brand}三天内发货"),
        ([edition(1, "一天")], "一天"),
        ([edition(1, "一天"), edition(2, "两天")], "两天"),
        ([edition(1, "一天"), edition(2, "大促", -1, 1)], "大促"),
        ([edition(1, "一天"), edition(2, "大促", -2, -1)], "一天"),
        ([edition(1, "一天"), edition(2, "大促", 1, 2)], "一天"),
        ([edition(1, "大促", -2, 0)], "{brand}三天内发货"),
        ([edition(1, None)], None),
        ([edition(1, None), edition(2, "一天")], "一天"),
    ],
)
def test_the_newest_valid_version_counts(editions, text):
    assert text_of(lay_over(CATALOGUE, editions, NOW)) == text


def retrained(text):
    answers = {**CATALOGUE.answers, WHEN: replace(CATALOGUE.answers[WHEN], text=text)}
    return replace(CATALOGUE, answers=answers)


def test_a_bundle_trained_from_what_was_published_changes_nothing():
    editions = [edition(1, "一天"), edition(2, "两天")]
    assert text_of(lay_over(retrained("一天"), editions, NOW)) == "两天"
    assert text_of(lay_over(retrained("两天"), editions, NOW)) == "两天"


def test_files_that_were_edited_elsewhere_since_have_the_newest_word_until_the_next_version():
    by_hand = retrained("手改")
    assert text_of(lay_over(by_hand, [edition(1, "一天")], NOW)) == "手改"
    base = fingerprint(words_of(by_hand, Subject.ANSWER, WHEN))
    after = [edition(1, "一天"), edition(2, "两天", base=base)]
    assert text_of(lay_over(by_hand, after, NOW)) == "两天"
    assert text_of(lay_over(CATALOGUE, after, NOW)) == "两天"


def test_a_new_answer_needs_its_intent():
    new = [
        edition(1, "在", base="", name="delivery/new"),
        edition(2, "x", base="", name="gone/new"),
    ]
    answers = lay_over(CATALOGUE, new, NOW).answers
    assert answers["delivery/new"].intent == "delivery"
    assert "gone/new" not in answers


def test_a_rule_goes_with_its_answer():
    rule = KeywordRule("发货", ("发货",), "answer", answer=WHEN)
    rules = edition(1, (rule,), base=fingerprint(()), name=ALL_RULES, subject=Subject.RULES)
    assert lay_over(CATALOGUE, [rules], NOW).rules == (rule,)
    assert lay_over(CATALOGUE, [rules, edition(2, None)], NOW).rules == ()


def test_the_bots_own_sentences_are_edited_one_by_one():
    base = fingerprint(CATALOGUE.policy.texts["welcome"])
    welcome = edition(1, "新年好", name="welcome", subject=Subject.SENTENCE, base=base)
    texts = lay_over(CATALOGUE, [welcome], NOW).policy.texts
    assert (texts["welcome"], texts["help"]) == ("新年好", CATALOGUE.policy.texts["help"])


def test_words_come_and_go_one_by_one():
    catalogue = replace(CATALOGUE, words=("快递员", "线刷包"))
    new = edition(1, "蓝岭核", name="蓝岭核", subject=Subject.WORD, base="")
    gone = edition(2, None, name="线刷包", subject=Subject.WORD, base=fingerprint("线刷包"))
    edited = lay_over(catalogue, [new, gone], NOW)
    assert edited.words == ("快递员", "蓝岭核")
    assert differences(catalogue, edited) == [(Subject.WORD, "线刷包"), (Subject.WORD, "蓝岭核")]


def test_the_next_moment_at_which_something_changes_is_known():
    editions = [edition(1, "一天", -2, 3), edition(2, "两天", 1, 2)]
    assert next_change(editions, NOW) == NOW + HOUR
    assert next_change(editions, NOW + 3 * HOUR) is None


@pytest.mark.parametrize(
    ("identity", "said", "field"),
    [
        (WHEN, AnswerWords("问", (), "", Risk.LOW), "text"),
        (WHEN, AnswerWords("问", (), "长" * 700, Risk.LOW), "text"),
        (WHEN, AnswerWords("问", (), "{price} 元", Risk.LOW), "text"),
        (WHEN, AnswerWords("？！", (), "答", Risk.LOW), "question"),
        (WHEN, AnswerWords("问", ("怎么查物流？",), "答", Risk.LOW), "similar"),
        ("nothing/when", AnswerWords("问", (), "答", Risk.LOW), "id"),
        ("delivery/When!", AnswerWords("问", (), "答", Risk.LOW), "id"),
    ],
)
def test_an_answer_that_fans_must_not_get_is_refused(identity, said, field):
    with pytest.raises(BadInput) as caught:
        check_answer(identity, said, CATALOGUE)
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ([KeywordRule("a", (), "human")], "words"),
        ([KeywordRule("a", ("？",), "human"), KeywordRule("a", ("b",), "human")], "name"),
        ([KeywordRule("a", ("b",), "silent")], "action"),
        ([KeywordRule("a", ("b",), "answer")], "answer"),
        ([KeywordRule("a", ("b",), "answer", answer="delivery/gone")], "answer"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(rules, field):
    with pytest.raises(BadInput) as caught:
        check_rules(rules, CATALOGUE)
    assert list(caught.value.fields) == [field]


def test_the_words_of_rules_are_matched_as_messages_are():
    (rule,) = check_rules([KeywordRule("a", (" ＡＢＣ ",), "human")], CATALOGUE)
    assert rule.words == ("abc",)


def test_only_the_holding_text_knows_the_place():
    check_sentence("holding", "第 {place} 位")
    with pytest.raises(BadInput):
        check_sentence("welcome", "第 {place} 位")
    with pytest.raises(BadInput):
        check_sentence("unknown", "您好")
