import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from xml.etree import ElementTree

import msgspec
import pytest

from training.evaluate import summarise
from training.mistakes import cause_in
from training.outcomes import Outcome
from training.report import Report, render, write_report
from training.suspects import MendedLabels, Suspect
from training.train import train
from triagebot.domain.catalogue import Intent, IntentKind, Risk
from triagebot.domain.label import Source
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.proof import IntentProof, Proof
from triagebot.triage.verdicts import FILE, read_verdicts

NASTY = '<script>alert("1")</script>&'


@pytest.fixture
def report():
    found = [Outcome(NASTY, "a", None, "b", 0.9), Outcome("好", "b", None, "b", 0.8, True)]
    found += [Outcome(f"句{i}", "a", None, "a", 0.5 + i / 100) for i in range(30)]
    intents = {
        name: Intent(name, IntentKind.BUSINESS, Risk.LOW, {"zh": f"{title}<", "en": name}, {})
        for name, title in (("a", "甲"), ("b", "乙"))
    }
    proof = Proof(
        0.02,
        0.95,
        True,
        {"a": IntentProof(0.9, 300, 1, 0.018, 0.5), "b": IntentProof(None, 9, 0, 0.4, 0.0, 253)},
    )
    return Report("m-1", summarise(found), intents, "数据", proof, {"事实": NASTY})


class Tags(HTMLParser):
    """Collects tags and checks that each is closed."""

    VOID = ("meta",)

    def __init__(self):
        super().__init__()
        self.seen, self.open = [], []

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_takes_nothing_from_outside(report):
    tags = Tags()
    tags.feed(render(report))
    assert tags.open == []
    for name, attributes in tags.seen:
        assert name not in ("script", "link", "img", "iframe")
        assert not {"style", "src", "href", "onclick"} & set(attributes)


def test_what_fans_wrote_is_only_ever_text(report):
    page = render(report)
    assert NASTY not in page
    assert page.count("&lt;script&gt;alert") >= 2


def test_every_figure_reads_aloud_and_has_its_table(report):
    figures = re.findall(r"<figure.*?</figure>", render(report), re.DOTALL)
    assert len(figures) == 3
    for figure in figures:
        drawing = ElementTree.fromstring(re.search(r"<svg.*?</svg>", figure, re.DOTALL)[0])
        title, described = drawing[0], drawing[1]
        assert drawing.get("role") == "img"
        assert drawing.get("aria-labelledby") == f"{title.get('id')} {described.get('id')}"
        assert title.text
        assert described.text
        assert "<details>" in figure
        assert "<table>" in figure


def test_the_worst_confusion_comes_before_everything_else(report):
    page = render(report)
    first = page.index("第 1 名")
    assert all(first < page.index(heading) for heading in ("混淆矩阵", "信心可信吗", "门槛与证明"))


def test_an_unproven_intent_says_what_it_needs_and_a_provisional_one_that_it_is(report):
    page = render(report)
    assert "还需 253 条正确标注" in page
    assert "暂定 provisional" in page


def test_a_proof_that_hangs_on_one_message_is_said_and_a_firm_one_is_not(report):
    assert "悬于一条 hangs on one" in render(report)
    firm = IntentProof(0.9, 900, 1, 0.006, 0.5)
    intents = {**report.proof.intents, "a": firm}
    proof = msgspec.structs.replace(report.proof, intents=intents)
    assert "悬于一条" not in render(replace(report, proof=proof))


def test_mended_labels_are_shown_escaped_and_none_where_nothing_was_judged(report):
    assert "改动的标注" not in render(report)
    one = Suspect(NASTY, "a", "b", Source.AGENT, "li", "m1", 0.93, 0.1, 2, 3.7)
    page = render(replace(report, mended=MendedLabels((one,), 120, 0.08)))
    assert "改动的标注" in page
    assert escape(NASTY) in page
    assert NASTY not in page
    assert "93.0%" in page


def test_a_model_without_mistakes_and_without_proof_has_a_report_too(report):
    clean = Report("m", summarise([Outcome("好", "b", None, "b", 0.8)]), report.intents, "数据")
    page = render(clean)
    assert "没有混淆" in page
    assert "门槛与证明" not in page


def test_the_report_of_a_trained_model_lies_beside_it_and_is_the_same_each_time(small_trained):
    path = write_report(small_trained)
    first = path.read_bytes()
    assert path == small_trained.folder / "report.html"
    assert write_report(small_trained).read_bytes() == first


def test_mistakes_show_their_words(small_mind):
    found = summarise(
        [Outcome("催一下快递", "purchase", None, "delivery", 0.9)], cause_in(small_mind)
    )
    page = render(Report("m", found, small_mind.catalogue.intents, "数据"))
    assert "<mark>快递" in page


def test_labels_worth_a_second_look_lie_beside_the_model_and_in_its_report(new_intents, tmp_path):
    planted = new_intents / "purchase.yml"
    text = planted.read_text(encoding="utf-8")
    planted.write_text(
        text.replace("    - 几点开抢\n", "    - 今天快递能收到吗\n"), encoding="utf-8"
    )
    trained = train(read_catalogue(new_intents), [], tmp_path, name="noisy", jobs=1)
    verdict = read_verdicts(trained.folder)["今天快递能收到吗", "purchase"]
    assert verdict.better == "delivery"
    assert verdict.chance > 0.3
    page = write_report(trained).read_text(encoding="utf-8")
    assert "值得再看的标注" in page
    assert "今天快递能收到吗" in page.split("值得再看的标注")[1]
    (trained.folder / FILE).write_text('{"text": 1}\n', encoding="utf-8")
    assert read_verdicts(trained.folder) == {}
