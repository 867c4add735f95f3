import pytest

from training.findings import Severity
from training.validate import validate


@pytest.fixture
def folder(new_intents):
    return new_intents


def insert(folder, intent, *sentences):
    """Add examples; the first stands at line 7."""
    path = folder / f"{intent}.yml"
    lines = "".join(f"    - {sentence}\n" for sentence in sentences)
    path.write_text(path.read_text().replace("  examples: |\n", f"  examples: |\n{lines}", 1))


def found(folder, code, labels=()):
    return [f for f in validate(folder, labels) if f.code == code]


def test_a_clean_folder_is_only_told_that_it_is_small(folder):
    assert {f.code for f in validate(folder)} == {"too_few"}


@pytest.mark.parametrize("text", ["多少钱一台", "多少錢一臺", "多少钱一台  "])
def test_one_text_in_two_intents_is_an_error_at_its_place(folder, text):
    insert(folder, "delivery", text)
    (finding,) = found(folder, "same_text")
    assert (finding.severity, finding.file) == (Severity.ERROR, "purchase.yml")
    assert "delivery.yml:6" in finding.message


def test_nearly_one_text_in_two_intents_is_a_warning(folder):
    insert(folder, "delivery", "我的手机什么时候才能给我发货呢")
    insert(folder, "purchase", "我的手机什么时候才能给我发货啊")
    (finding,) = found(folder, "near_text")
    assert (finding.severity, finding.file, finding.line) == (Severity.WARNING, "purchase.yml", 6)
    assert found(folder, "same_text") == []


def test_near_duplicates_of_one_intent_count_once(folder):
    insert(folder, "delivery", *(f"我的手机什么时候才能给我发货呢{c}" for c in "啊呀哦"))
    (finding,) = found(folder, "near_duplicates")
    assert "3 nearly equal sentences" in finding.message
    (few,) = [f for f in found(folder, "too_few") if f.file == "delivery.yml"]
    assert "15 different sentences" in few.message


def test_a_question_of_two_answers_is_an_error(folder):
    path = folder / "delivery.yml"
    second = """- intent: "delivery/second"
  metadata: {question: 另一个}
  examples: |
    - 问问delivery的事
responses:
  utter_delivery/second:
  - text: 好
"""
    path.write_text(path.read_text().replace("responses:\n", second))
    (finding,) = found(folder, "same_question")
    assert finding.severity is Severity.ERROR
    assert "delivery/main" in finding.message


def test_answers_that_lack_something(folder):
    path = folder / "delivery.yml"
    path.write_text(path.read_text().replace("    - 问问delivery的事\n", ""))
    (finding,) = found(folder, "no_similar")
    assert "delivery/main" in finding.message
    text = (folder / "purchase.yml").read_text()
    (folder / "purchase.yml").write_text(text[: text.index('- intent: "purchase/main"')])
    (finding,) = found(folder, "no_answer")
    assert finding.file == "purchase.yml"


def test_a_word_that_stands_nowhere_is_dead(folder):
    (folder / "words.txt").write_text("# words\n快递员\n线刷包\n")
    (finding,) = found(folder, "dead_word")
    assert (finding.file, finding.line) == ("words.txt", 3)


@pytest.mark.parametrize("text", ["电话13812345678找我", "单号 123456789012", "发我 a.b@c.com"])
def test_a_persons_data_is_an_error_and_not_repeated(folder, text):
    insert(folder, "delivery", text)
    (finding,) = found(folder, "personal_data")
    assert (finding.severity, finding.line) == (Severity.ERROR, 6)
    assert not any(part in finding.message for part in ("138", "1234", "a.b@c"))


def test_mixed_writing_is_told(folder):
    insert(folder, "delivery", "什麼时候發货", "Ｆ码快递")
    codes = {f.code: f.severity for f in validate(folder)}
    assert codes["mixed_script"] is codes["full_width"] is Severity.INFO


def test_a_file_that_cannot_be_read_is_one_finding_with_its_place(folder):
    (folder / "delivery.yml").write_text("nlu: [\n")
    (finding,) = validate(folder)
    assert (finding.code, finding.file, finding.line) == ("unreadable", "delivery.yml", 2)


def test_labels_are_held_against_the_examples(folder, tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text('\n{"text":"什么时候发货","intent":"purchase"}\n')
    (finding,) = found(folder, "same_text", [path])
    assert (finding.file, finding.line) == ("labels.jsonl", 2)
