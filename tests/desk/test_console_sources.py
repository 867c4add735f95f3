"""The console's files keep the rules that no linter knows: safe, small, in two languages."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from triagebot.domain.decision import Action, Reason
from triagebot.domain.message import Event, Kind
from triagebot.store.outbound_rows import State
from triagebot.web.static import Static

PACKAGE = Path(__file__).parents[2] / "triagebot"
CONSOLE = PACKAGE / "desk" / "console"
WEBCHAT = PACKAGE / "channels" / "webchat"
CONSOLE_BYTES = 60 * 1024
WEBCHAT_BYTES = 15 * 1024

FORBIDDEN = {
    "an absolute address": r"(?<!xmlns=\")https?://(?!www\.w3\.org/)|[\"'(]//[a-z]",
    "HTML out of text": r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser",
    "code out of text": r"\beval\(|new Function\(|set(?:Timeout|Interval)\(\s*[\"'`]|javascript:",
    "an inline handler": r"<[^>]*\son[a-z]+\s*=",
    "an inline style": r"<[^>]*\sstyle\s*=|<style|setAttribute\([\"']style",
    "an inline script": r"<script(?![^>]*(?:src=|type=\"application/json\"))",
    "a sentence outside the catalogues": r"[\u3400-\u9fff]",
}

ASKED = r"\bt(?:Any)?\([\"']([\w.-]+)[\"'] ?[,)]"


def sources() -> Iterator[Path]:
    for folder in (CONSOLE / "static", CONSOLE / "templates", WEBCHAT):
        for kind in ("*.js", "*.html", "*.css", "*.svg"):
            yield from sorted(folder.rglob(kind))


def catalogues() -> dict[str, dict[str, dict[str, str]]]:
    folders = {"console": CONSOLE / "i18n", "webchat": WEBCHAT / "templates"}
    return {
        name: {
            language: json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
            for language in ("zh", "en")
        }
        for name, folder in folders.items()
    }


def breaches(text: str) -> list[str]:
    return [name for name, pattern in FORBIDDEN.items() if re.search(pattern, text)]


def placeholders(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


def packed(*folders: Path) -> int:
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return sum(len(gzip.compress(path.read_bytes(), 9, mtime=0)) for path in files)


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: path.name)
def test_a_source_has_nothing_that_a_strict_page_forbids(path):
    assert breaches(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "breach"),
    [
        ('<script src="https://cdn.example.com/x.js">', "an absolute address"),
        ("import x from '//cdn.example.com/x.js'", "an absolute address"),
        ("node.innerHTML = text", "HTML out of text"),
        ("setTimeout('go()', 1)", "code out of text"),
        ('<button onclick="go()">', "an inline handler"),
        ('<p style="color: red">', "an inline style"),
        ("<script>go()</script>", "an inline script"),
        ('t("发送")', "a sentence outside the catalogues"),
    ],
)
def test_the_check_sees_a_planted_breach(text, breach):
    assert breach in breaches(text)


@pytest.mark.parametrize("name", ["console", "webchat"])
def test_both_languages_have_the_same_sentences_with_the_same_places(name):
    zh, en = catalogues()[name]["zh"], catalogues()[name]["en"]
    assert list(zh) == list(en)
    assert {key: placeholders(zh[key]) for key in zh} == {key: placeholders(en[key]) for key in en}
    assert all(sentence.strip() for sentence in (*zh.values(), *en.values()))


def test_a_catalogue_cannot_end_the_script_that_it_stands_in():
    sentences = (text for both in catalogues().values() for one in both.values() for text in one)
    assert not any("<" in text for text in sentences)


def test_every_sentence_that_is_asked_for_exists():
    known = catalogues()["console"]["zh"]
    asked = set()
    for path in sources():
        if path.is_relative_to(CONSOLE):
            asked.update(re.findall(ASKED, path.read_text(encoding="utf-8")))
    assert asked - set(known) == set()


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("reason", Reason),
        ("reason_short", Reason),
        ("action", Action),
        ("state", State),
        ("kind", [kind for kind in Kind if kind not in (Kind.TEXT, Kind.EVENT)]),
        ("kind", Event),
    ],
)
def test_every_word_of_the_product_has_its_sentence(prefix, words):
    known = catalogues()["console"]["zh"]
    assert [word for word in words if f"{prefix}.{word}" not in known] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_thresholds_are_called_provisional(language):
    sentences = catalogues()["console"][language]
    word = {"zh": "暂定", "en": "provisional"}[language]
    shown = [key for key, text in sentences.items() if "{needed}" in text]
    assert shown
    assert [key for key in shown if word not in sentences[key]] == []


def test_the_whole_console_stays_small():
    """Script, sheet and icons, all that is sent beside pages, as they go over the line."""
    static = Static({"console": CONSOLE / "static"}, linked=["console"])
    sent = ("js/console.js", "css/console.css", "early.js", "icons.svg", "icon.svg")
    assert sum(static.weight(f"console/{name}") for name in sent) <= CONSOLE_BYTES


def test_the_chat_stays_small():
    assert packed(WEBCHAT / "static", WEBCHAT / "templates") <= WEBCHAT_BYTES
