import gzip

import pytest

from training.labels_file import LINE_LIMIT, read_labels, write_labels
from triagebot.domain.label import Source
from triagebot.errors import BadInput


@pytest.mark.parametrize("name", ["labels.jsonl", "labels.jsonl.gz"])
def test_what_is_written_is_read_back(tmp_path, label, name):
    labels = [
        label("快递到哪了", "delivery", Source.AUDIT, p_sample=0.25, message_id="7", shown="x"),
        label("多少钱", "purchase", answer="purchase/main", weight=2.0, split="train", model="m"),
    ]
    assert write_labels(tmp_path / name, labels) == 2
    assert read_labels(tmp_path / name) == labels


def test_the_same_labels_give_the_same_bytes(tmp_path, label):
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        write_labels(tmp_path / name, [label()])
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


def test_no_number_of_a_person_gets_into_the_file(tmp_path, label):
    write_labels(tmp_path / "l.jsonl", [label("打我电话13812345678，邮箱 a@b.cn")])
    assert read_labels(tmp_path / "l.jsonl")[0].text == "打我电话☎，邮箱 ✉"


def test_a_file_of_another_tool_is_an_import(tmp_path):
    path = tmp_path / "theirs.jsonl"
    path.write_text('\n{"text":"在吗","label":"chat","source":"somewhere","more":[1]}\n', "utf-8")
    (read,) = read_labels(path)
    assert (read.intent, read.source, read.p_sample) == ("chat", Source.IMPORT, 1.0)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text":"a"', "Input data was truncated"),
        ("[]", "Expected `object`"),
        ('{"text":"a"}', "'intent' is missing"),
        ('{"text":" ","intent":"b"}', "'text' is missing"),
        ('{"text":5,"intent":"b"}', "Expected `str`"),
        ('{"text":"a","intent":"b","source":"guess"}', "use one of seed, agent"),
        ('{"text":"a","intent":"b","p_sample":0}', "'p_sample' is 0"),
        ('{"text":"a","intent":"b","p_sample":1.5}', "'p_sample' is 1.5"),
        ('{"text":"a","intent":"b","weight":-1}', "'weight' is -1"),
        ('{"text":"a","intent":"b","at":"2026-01-01T00:00:00"}', "needs a time zone"),
        ('{"text":"a","intent":"b","at":"yesterday"}', "Invalid RFC3339"),
        ('{"text":"a","intent":"b","shown":5}', "'shown' must be"),
        ('{"text":"' + "长" * LINE_LIMIT + '"}', "longer than"),
        ("[" * 5000, "l.jsonl:2"),
        ('{"text":"\\ud800","intent":"b"}', "l.jsonl:2"),
    ],
)
def test_an_error_names_file_and_line(tmp_path, line, message):
    path = tmp_path / "l.jsonl"
    path.write_text('{"text":"好","intent":"b"}\n' + line + "\n", "utf-8")
    with pytest.raises(BadInput, match=r"^l\.jsonl:2: ") as caught:
        read_labels(path)
    assert message in caught.value.message


def test_bytes_that_are_not_utf8_are_refused(tmp_path):
    (tmp_path / "l.jsonl").write_bytes(b'{"text":"\xff","intent":"b"}\n')
    with pytest.raises(BadInput, match=r"l\.jsonl:1"):
        read_labels(tmp_path / "l.jsonl")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no gzip", r"l\.jsonl\.gz:1: "),
        (gzip.compress(b"{}" * 999, mtime=0)[:-9], r"l\.jsonl\.gz:1: "),
        (None, r"l\.jsonl\.gz: there is no such file"),
    ],
    ids=["no gzip", "cut off", "missing"],
)
def test_a_damaged_or_missing_file_is_refused(tmp_path, content, message):
    path = tmp_path / "l.jsonl.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=message):
        read_labels(path)
