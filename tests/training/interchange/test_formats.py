"""Every format there and back, what other tools write, and what is said of broken files."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from training.interchange import formats
from triagebot.domain.label import Label, Source
from triagebot.errors import BadInput

WHEN = datetime(2026, 11, 22, 9, 11, 2, tzinfo=UTC)
TEXTS = ("=SUM(A1) 这是什么", "-10度能用吗", '快递,到"哪"了', "'单引号", "😀 F码怎么用")


@pytest.fixture
def labels():
    return [
        Label(text, "faq", Source.IMPORT, "li", WHEN, f"m{i}", "faq/how" if i % 2 else None)
        for i, text in enumerate(TEXTS)
    ]


def said(labels):
    return [(label.text, label.intent, label.answer) for label in labels]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("l.jsonl", "jsonl"),
        ("l.csv", "csv"),
        ("l.xlsx", "xlsx"),
        ("l.json", "label-studio"),
        ("d.jsonl", "doccano"),
        ("p.jsonl", "prodigy"),
        ("a.jsonl", "argilla"),
    ],
)
def test_there_and_back(tmp_path, labels, file, name):
    path = tmp_path / file
    assert formats.write(path, labels, name) == len(labels)
    assert formats.guess(path, reading=True) == name
    back = list(formats.read(path))
    assert said(back) == said(labels)
    if name != "doccano":
        assert {label.by for label in back} == {"li"}


@pytest.mark.parametrize("target", ["r.yml", "folder"])
def test_rasa_there_and_back(tmp_path, labels, target):
    path = tmp_path / target
    assert formats.write(path, labels) == len(labels)
    assert sorted(said(formats.read(path)), key=str) == sorted(said(labels), key=str)


@pytest.mark.parametrize("name", [name for name in formats.FORMATS if name != "rasa"])
def test_personal_data_never_leaves(tmp_path, name):
    label = Label("我电话13812345678", "faq", Source.AGENT, "li", WHEN)
    path = tmp_path / "out.x"
    formats.write(path, [label], name)
    assert b"138123" not in path.read_bytes()
    assert "☎" in next(iter(formats.read(path, name))).text


def test_spreadsheet_cells_are_never_formulas(tmp_path, labels):
    import openpyxl

    path = tmp_path / "l.xlsx"
    formats.write(path, labels)
    cells = [row[0] for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2)]
    assert all(cell.data_type == "s" and cell.value[:1] != "=" for cell in cells)


def test_csv_of_chinese_excel(tmp_path):
    path = tmp_path / "l.csv"
    path.write_bytes("消息;意图;坐席\r\n几时发货;delivery;小李\r\n\r\n".encode("gb18030"))
    (label,) = formats.read(path)
    assert (label.text, label.intent, label.by) == ("几时发货", "delivery", "小李")


FOREIGN = {
    "doccano": (
        '{"id": 7, "text": "几时发货", "label": ["delivery"]}\n{"text": "未标", "label": []}\n'
    ),
    "prodigy": (
        '{"text":"几时发货","label":"delivery","answer":"accept","_annotator_id":"db-li"}\n'
        '{"text":"不是","label":"delivery","answer":"reject"}\n'
        '{"text":"几点发","options":[{"id":"delivery"}],"accept":["delivery"],"answer":"accept"}\n'
    ),
    "argilla": (
        '{"id":"1","fields":{"text":"几时发货"},"responses":{"label":[{"value":"delivery",'
        '"user_id":"u1","status":"submitted"},{"value":"x","user_id":"u2","status":"discarded"}]}}\n'
        '{"text":"几点发","annotation":"delivery","annotation_agent":"li","status":"Validated"}\n'
    ),
}


@pytest.mark.parametrize(("name", "count"), [("doccano", 1), ("prodigy", 2), ("argilla", 2)])
def test_what_other_tools_write(tmp_path, name, count):
    path = tmp_path / "rows.jsonl"
    path.write_text(FOREIGN[name], encoding="utf-8")
    assert formats.guess(path, reading=True) == name
    found = list(formats.read(path))
    assert [label.intent for label in found] == ["delivery"] * count
    assert found[0].text == "几时发货"


def test_label_studio_as_it_exports(tmp_path):
    task = {
        "id": 3,
        "data": {"text": "几时发货"},
        "annotations": [
            {
                "completed_by": {"id": 1, "email": "li@example.com"},
                "created_at": "2026-11-22T09:11:02.123456Z",
                "result": [{"type": "choices", "value": {"choices": ["delivery"]}}],
            },
            {"was_cancelled": True, "result": [{"type": "choices", "value": {"choices": ["x"]}}]},
        ],
    }
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps([task]))
    (label,) = formats.read(path)
    assert (label.intent, label.by, label.message_id) == ("delivery", "li@example.com", "3")


BROKEN = [
    ("x.jsonl", "doccano", '{"text": "a", "label": ["b", "c"]}', "x.jsonl:1: 2 labels"),
    ("x.jsonl", "doccano", '{"text": "a", "label": [" "]}', "x.jsonl:1: the label is missing"),
    ("x.jsonl", "prodigy", '\n{"text": 5}', "x.jsonl:2: Expected `str`"),
    ("x.jsonl", "prodigy", '{"text":"a","accept":["b","c"]}', "x.jsonl:1: 2 choices"),
    ("x.jsonl", "argilla", '{"fields":{"t":"a"},"responses":{"p":[],"q":[]}}', "which question"),
    ("x.json", None, "{}", "x.json: Expected `array`"),
    (
        "x.json",
        None,
        '[{"data":{},"annotations":[{"result":[{"type":"choices","value":{"choices":["a"]}}]}]}]',
        "x.json: task 1: the text is missing",
    ),
    ("x.csv", None, "", "x.csv:1: the file is empty"),
    ("x.csv", None, "消息,甲\n1,2\n", "x.csv:1: no column for the intent"),
    ("x.csv", None, "text,intent\n几时,\n", "x.csv:2: the label is missing"),
    ("x.csv", None, 'text,intent\n"几时,a\n', "x.csv:"),
    ("x.csv", None, "text,intent,at\na,b,昨天\n", "x.csv:2: '昨天' is no time"),
    ("x.xlsx", None, "no zip", "x.xlsx: not an .xlsx workbook"),
    ("x.jsonl", "nothing", "", "known are jsonl, csv"),
]


@pytest.mark.parametrize(("file", "name", "written", "words"), BROKEN)
def test_what_is_broken_is_named(tmp_path, file, name, written, words):
    path = tmp_path / file
    path.write_text(written, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        list(formats.read(path, name))
    assert words in caught.value.message


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        list(formats.read(tmp_path / "nowhere.csv"))


def test_gzipped_rows_of_another_tool(tmp_path):
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(FOREIGN["doccano"].encode()))
    assert [label.intent for label in formats.read(path)] == ["delivery"]
