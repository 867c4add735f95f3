"""Write what staff published into the files that they edit, touching only the lines it is of.

What else stands in a file, comments too, stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from triagebot.domain.catalogue import Answer, Catalogue, KeywordRule
from triagebot.domain.edition import ALL_RULES, Subject
from triagebot.triage.catalogue import WORDS, word_of
from triagebot.triage.editions import differences
from triagebot.triage.yaml_lines import load_yaml

RULES, POLICY = "_rules.yml", "_policy.yml"
_HEAD = "rules:"


def written(folder: Path, before: Catalogue, after: Catalogue) -> dict[Path, str]:
    """Return the new text of each file of `folder`, which says `before`, so that it says `after`.

    Files that need no change are left out.
    """
    found = differences(before, after)
    texts: dict[Path, str] = {}
    by_file: dict[Path, list[str]] = {}
    for name in (name for subject, name in found if subject is Subject.ANSWER):
        by_file.setdefault(_file_of(folder, name.partition("/")[0]), []).append(name)
    for path, names in by_file.items():
        texts[path] = _with_answers(path, names, after.answers)
    if (Subject.RULES, ALL_RULES) in found:
        path = folder / RULES
        texts[path] = _with_rules(path.read_text(encoding="utf-8"), after.rules)
    said = {
        name: after.policy.texts[name] for subject, name in found if subject is Subject.SENTENCE
    }
    if said:
        texts[folder / POLICY] = _with_sentences(folder / POLICY, said)
    if any(subject is Subject.WORD for subject, _ in found):
        texts[folder / WORDS] = _with_words(text_of(folder / WORDS), after.words)
    return texts


def text_of(path: Path) -> str:
    """Return what a file says now; nothing if it is not there, as words.txt need not be."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _file_of(folder: Path, intent: str) -> Path:
    """Return the file that defines an intent: usually the one of its name."""
    usual = folder / f"{intent}.yml"
    if usual.is_file():
        return usual
    for path in sorted(folder.glob("*.yml")):
        items = load_yaml(path).get("nlu") or []
        if any(item.get("intent") == intent for item in items):
            return path
    return usual


def _with_answers(path: Path, names: Iterable[str], answers: Mapping[str, Answer]) -> str:
    text = path.read_text(encoding="utf-8")
    for name in names:
        answer = answers.get(name)
        text = _replaced(text, "nlu", "- intent:", name, _question(answer) if answer else [])
        text = _replaced(text, "responses", "  utter_", name, _reply(answer) if answer else [])
    return text


def _replaced(text: str, section: str, mark: str, name: str, block: Sequence[str]) -> str:
    """Put `block` in place of the item of `name` in a section, at its end where there is none."""
    lines = text.splitlines()
    start, end = _section(lines, section)
    at = [i for i in range(start, end) if lines[i].startswith(mark)]
    for place, i in enumerate(at):
        if _named(lines[i], mark) == name:
            after = at[place + 1] if place + 1 < len(at) else end
            lines[i:after] = block
            break
    else:
        lines[end:end] = block
    return "\n".join(lines) + "\n"


def _section(lines: Sequence[str], name: str) -> tuple[int, int]:
    """Return the lines of a top-level section, without its head."""
    start = lines.index(f"{name}:") + 1
    for i in range(start, len(lines)):
        if lines[i][:1] not in ("", " ", "-", "#"):
            return start, i
    return start, len(lines)


def _named(line: str, mark: str) -> str:
    value = line.removeprefix(mark).strip()
    return value.rstrip(":").strip("\"'") if mark == "  utter_" else value.strip("\"'")


def _question(answer: Answer) -> list[str]:
    question = json.dumps(answer.question, ensure_ascii=False)
    metadata = f"{{question: {question}, risk: {answer.risk}}}"
    lines = [f'- intent: "{answer.id}"', f"  metadata: {metadata}", "  examples: |"]
    return [*lines, *(f"    - {wording}" for wording in answer.similar)]


def _reply(answer: Answer) -> list[str]:
    lines = answer.text.splitlines()
    return [f"  utter_{answer.id}:", "  - text: |-", *(f"      {line}".rstrip() for line in lines)]


def _with_rules(text: str, rules: Sequence[KeywordRule]) -> str:
    head = text[: text.index(_HEAD) + len(_HEAD)]
    body = yaml.safe_dump(
        [_rule(rule) for rule in rules], allow_unicode=True, sort_keys=False, width=10_000,
        default_flow_style=None,
    )  # fmt: skip
    return f"{head}\n{body}"


def _rule(rule: KeywordRule) -> dict[str, Any]:
    parts: dict[str, Any] = {"name": rule.name, "words": list(rule.words)}
    given = {
        "action": rule.action if rule.action != "human" else None,
        "answer": rule.answer,
        "reason": rule.reason if rule.reason != "keyword_rule" else None,
        "unless": list(rule.unless),
        "exact": rule.exact,
        "switch": rule.switch,
    }
    return parts | {name: value for name, value in given.items() if value}


def _with_sentences(path: Path, texts: Mapping[str, str]) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    start, end = _section(lines, "texts")
    at = [i for i in range(start, end) if lines[i].startswith("  ") and lines[i][2:3].strip()]
    for place in reversed(range(len(at))):
        name = lines[at[place]].strip().partition(":")[0]
        if name in texts:
            after = at[place + 1] if place + 1 < len(at) else end
            block = [
                f"  {name}: |-",
                *(f"    {line}".rstrip() for line in texts[name].splitlines()),
            ]
            lines[at[place] : after] = block
    return "\n".join(lines) + "\n"


def _with_words(text: str, words: Sequence[str]) -> str:
    wanted = {"", *words}
    kept = [line for line in text.splitlines() if word_of(line) in wanted]
    new = sorted(wanted - {"", *map(word_of, kept)})
    return "".join(f"{line}\n" for line in (*kept, *new))
