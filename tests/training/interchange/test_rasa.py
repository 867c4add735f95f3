"""Rasa's YAML there and back: nothing is lost on the way, and what is broken is named by line."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from training.interchange.rasa_document import Entity, Example, IntentItem, RasaDocument, WordList
from training.interchange.rasa_markup import parse_marks, write_marks
from training.interchange.rasa_read import read_document
from training.interchange.rasa_write import write_domain, write_nlu, write_one
from triagebot.errors import TriagebotError

letters = st.characters(codec="utf-8", exclude_characters="[]")
texts = st.text(letters, min_size=1, max_size=30).map(str.strip).filter(bool)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}(/[a-z0-9_]{1,8})?", fullmatch=True)
lines = (
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)
scalars = st.none() | st.booleans() | st.integers(-999, 999) | st.text(letters, max_size=8)
metadata = st.none() | st.dictionaries(st.sampled_from(["id", "是"]), scalars, min_size=1)


@st.composite
def examples(draw):
    text = draw(texts)
    if len(text) < 3 or not draw(st.booleans()):
        return Example(text, (), draw(metadata))
    start = draw(st.integers(0, len(text) - 2))
    stop = draw(st.integers(start + 1, len(text)))
    words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)
    entity = Entity(
        start, stop, draw(words), *(draw(st.none() | words) for _ in ("value", "role", "group"))
    )
    return Example(text, (entity,), draw(metadata))


@st.composite
def documents(draw):
    items = draw(st.lists(names, unique=True, max_size=4))
    intents = tuple(
        IntentItem(n, tuple(draw(st.lists(examples(), min_size=1, max_size=4))), draw(metadata))
        for n in sorted(items)
    )
    kinds = draw(st.lists(st.sampled_from(["lookup", "regex", "synonym"]), unique=True))
    words = tuple(
        WordList(kind, draw(names), tuple(draw(st.lists(lines, min_size=1, max_size=3))))
        for kind in sorted(kinds)
    )
    said = draw(st.dictionaries(names.map("utter_{}".format), st.text(letters), max_size=2))
    responses = {name: ({"text": text},) for name, text in said.items()}
    return RasaDocument(intents, words, responses)


@settings(max_examples=150, deadline=None)
@given(document=documents())
def test_written_and_read_again_is_the_same(document, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "round.yml"
    written = write_one(document)
    path.write_bytes(written.encode())
    read = read_document(path)
    assert read == document
    assert write_one(read) == written


@pytest.mark.parametrize(
    ("marked", "text", "entity"),
    [
        ("[米2](model)的线刷包", "米2的线刷包", Entity(0, 2, "model")),
        ("有[米2](model:小米2)吗", "有米2吗", Entity(1, 3, "model", "小米2")),
        (
            '从[北京]{"entity": "city", "role": "from", "group": "1"}发',
            "从北京发",
            Entity(1, 3, "city", None, "from", "1"),
        ),
    ],
)
def test_marks_as_rasa_documents_them(marked, text, entity):
    assert parse_marks("f:1", marked) == (text, (entity,))
    assert parse_marks("f:1", write_marks(text, [entity])) == (text, (entity,))


def test_brackets_that_only_look_marked_become_full_width():
    written = write_marks("看[这个](链接)", ())
    assert parse_marks("f:1", written) == ("看\uff3b这个\uff3d(链接)", ())
    assert write_marks("[微笑]谢谢", ()) == "[微笑]谢谢"


RASAS_OWN = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hey
    - - hello
- intent: faq/ask_name
  examples:
  - text: |
      what
      is your name
    metadata: {sentiment: neutral}
- synonym: credit
  examples: |
    - credit card account
- regex: order_no
  examples: |
    - \\d{10,16}
- lookup: banks
  examples: |
    - JPMC
responses:
  utter_faq/ask_name:
  - text: I am a bot
    buttons: [{title: ok, payload: /ok}]
stories:
- story: greet and leave
  steps: []
rules:
- rule: one
- rule: two
"""


def test_everything_that_rasa_writes_is_read_or_counted(tmp_path):
    path = tmp_path / "nlu.yml"
    path.write_text(RASAS_OWN)
    document = read_document(path)
    assert [item.name for item in document.intents] == ["greet", "faq/ask_name"]
    assert [example.text for example in document.intents[0].examples] == ["hey", "- hello"]
    assert document.intents[1].examples[0].text == "what\nis your name"
    assert [one.kind for one in document.word_lists] == ["synonym", "regex", "lookup"]
    assert document.responses["utter_faq/ask_name"][0]["text"] == "I am a bot"
    assert document.skipped == {"stories": 1, "rules": 2}


def test_domain_names_intents_without_their_answers(tmp_path):
    path = tmp_path / "nlu.yml"
    path.write_text(RASAS_OWN)
    domain = yaml.safe_load(write_domain(read_document(path)))
    assert domain["intents"] == ["faq", "greet"]
    assert "utter_faq/ask_name" in domain["responses"]


@pytest.mark.parametrize("name", ["yes", "no", "123", "null", "1e3", "~"])
def test_names_stay_text_whatever_they_look_like(name):
    document = RasaDocument((IntentItem(name, (Example("您好"),)),))
    assert yaml.safe_load(write_nlu(document))["nlu"][0]["intent"] == name


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ('version: "1.0"\nnlu: []\n', "bad.yml:1: version '1.0'"),
        ("nlu: 5\n", "bad.yml:1: 'nlu:' must be a list"),
        ("nlu:\n- intent: a\n  examples: |\n    - x\n    y\n", "bad.yml:5: each line"),
        ("nlu:\n- intent: a\n  examples:\n  - 5\n", "needs 'text:'"),
        ("nlu:\n- intent: 5\n  examples: ''\n", "bad.yml:2: the name"),
        ("nlu:\n- other: a\n", "bad.yml:2: expected intent"),
        ("nlu:\n- intent: a\n  examples: |\n    - [x]{oops}\n", "bad.yml:4: entity"),
        ("nlu: [\n", "bad.yml:2"),
        ("responses: []\n", "bad.yml"),
        ("responses:\n  utter_a: 5\n", "must be a list of variants"),
    ],
)
def test_what_is_broken_is_named_with_file_and_line(tmp_path, written, words):
    path = tmp_path / "bad.yml"
    path.write_text(written)
    if words == "bad.yml":
        assert read_document(path).responses == {}
        return
    with pytest.raises(TriagebotError) as caught:
        read_document(path)
    assert words in caught.value.message
