import shutil

import pytest

from triagebot.errors import BadCatalogue
from triagebot.triage.catalogue import read_catalogue

GOOD = """\
version: "3.1"
nlu:
- intent: "delivery"
  metadata: {title: {zh: 物流, en: Delivery}, risk: low}
  examples: |
    - 几时发货
    - [米2](model)到哪了
- intent: "delivery/when"
  metadata: {question: 什么时候发货}
  examples: |
    - 多久发
responses:
  utter_delivery/when:
  - text: 三天内发货，详询{hotline}。
"""

BROKEN = [
    ("a tab", GOOD.replace("  metadata: {title", "\tmetadata: {title"), "delivery.yml:4:"),
    ("no nlu", "version: '3.1'\n", "delivery.yml:1: expected a list under 'nlu:'"),
    ("a list", "- a\n- b\n", "delivery.yml:1: expected names and values"),
    ("no name", GOOD.replace('- intent: "delivery"\n', "- x: 1\n", 1), "delivery.yml:3:"),
    ("bad line", GOOD.replace("    - 几时发货", "    几时发货"), "delivery.yml:6: each example"),
    ("bad risk", GOOD.replace("risk: low", "risk: tiny"), "delivery.yml:4: risk 'tiny'"),
    ("no reply", GOOD.replace("utter_delivery/when", "utter_x"), "delivery.yml:8: no reply"),
    ("no 标准问", GOOD.replace("question: 什么时候发货", "q: x"), "delivery.yml:8: answer"),
    ("variable", GOOD.replace("{hotline}", "{price}"), "delivery.yml:14: reply"),
    ("too long", GOOD.replace("三天内", "三" * 700), "delivery.yml:14: reply"),
    ("orphan", GOOD.replace('"delivery/when"', '"other/when"'), "delivery.yml:8: answer"),
    ("twice", GOOD.replace('"delivery/when"', '"delivery"'), "delivery.yml:8: intent 'delivery'"),
]


@pytest.fixture
def folder(tmp_path, intents_folder):
    for name in ("_rules.yml", "_policy.yml", "words.txt"):
        shutil.copy(intents_folder / name, tmp_path / name)
    (tmp_path / "delivery.yml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_a_good_file_gives_intents_answers_and_examples(folder):
    catalogue = read_catalogue(folder)
    answer = catalogue.answers["delivery/when"]
    assert (answer.question, answer.similar) == ("什么时候发货", ("多久发",))
    assert [example.text for example in catalogue.examples] == [
        "几时发货",
        "米2到哪了",
        "什么时候发货",
        "多久发",
    ]
    assert [example.line for example in catalogue.examples] == [6, 7, 8, 11]


@pytest.mark.parametrize(("name", "text", "message"), BROKEN, ids=[b[0] for b in BROKEN])
def test_a_broken_file_is_named_with_its_line(folder, name, text, message):
    (folder / "delivery.yml").write_text(text, encoding="utf-8")
    with pytest.raises(BadCatalogue) as error:
        read_catalogue(folder)
    assert message in error.value.message


def test_bytes_that_are_no_utf8_are_named(folder):
    (folder / "delivery.yml").write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(BadCatalogue, match=r"delivery.yml: not UTF-8 at byte"):
        read_catalogue(folder)


def test_an_empty_folder_says_what_it_expected(tmp_path):
    with pytest.raises(BadCatalogue, match=r"expected one \.yml file an intent"):
        read_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("_policy.yml", "max_error: 0.02", "max_error: 2", "max_error must be a number"),
        ("_policy.yml", "{high: 0.02}", "{high: 0.03}", "high must be a number from 0 to 0.02"),
        ("_policy.yml", "{high: 0.02}", "{huge: 0.01}", "by_risk holds low, medium and high only"),
        ("_policy.yml", "{high: 0.02}", "[0.01]", "by_risk holds low, medium and high only"),
        ("_policy.yml", "  ask: 0.5", "  ask: much", "ask must be a number"),
        ("_policy.yml", "\npromise:", "\npromises:", "section 'promise:' is missing"),
        ("_policy.yml", "  holding: ", "  holdin: ", "texts.holding is missing"),
        ("_rules.yml", "words: [转人工", "wordz: [转人工", "a rule without words"),
        ("_rules.yml", "reason: asks_for_person", "reason: because", "action must be"),
    ],
)
def test_rules_and_policy_are_checked_too(folder, file, old, new, message):
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadCatalogue) as error:
        read_catalogue(folder)
    assert message in error.value.message


def test_an_object_tag_runs_no_code(folder):
    (folder / "delivery.yml").write_text("!!python/object/apply:os.system ['true']\n")
    with pytest.raises(BadCatalogue):
        read_catalogue(folder)


def test_the_shipped_intents_are_enough_to_open_with(intents_folder):
    catalogue = read_catalogue(intents_folder)
    assert len(catalogue.intents) >= 12
    assert len(catalogue.answers) >= 60
    counts = {name: 0 for name in catalogue.intents}
    for example in catalogue.examples:
        counts[example.intent] += 1
    assert min(counts.values()) >= 150
