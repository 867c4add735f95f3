"""Judge by reading, without knowing what made them, which clusters' ticks mix meanings.

    triagebot --json cluster --input TEXTS.jsonl > now.json    (and so for each version to compare)
    python tests/benchmarks/judge_clusters.py sheet TEXTS.jsonl now.json before.json
    python tests/benchmarks/judge_clusters.py keep TEXTS.jsonl now.json before.json --mixed MIXED
    python tests/benchmarks/judge_clusters.py share docs/performance/clusters_judged.json

`sheet` prints what is ticked together in all versions, each group once, in a shuffled order. Who
reads writes the numbers of those of which one answer would not do for all into MIXED. `keep`
prints the judgement as JSON, by numbers of lines, as texts of others are not kept; `share` counts.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from pathlib import Path

from training.measures import wilson

LOOSE = "intent"
SEED = 5

Group = tuple[str, tuple[int, ...]]
"""What the members share, and the numbers of their lines, from 1."""


def groups(texts: list[str], files: list[Path]) -> list[tuple[Group, list[str]]]:
    """What is ticked together, two different texts at least, with the names of its versions."""
    found: dict[Group, list[str]] = defaultdict(list)
    for file in files:
        for each in json.loads(file.read_text(encoding="utf-8"))["clusters"]:
            marked = zip(each["lines"], each["ticked"], strict=True)
            lines = sorted(line for line, is_ticked in marked if is_ticked)
            if each["kind"] != LOOSE and len({texts[line - 1] for line in lines}) > 1:
                found[each["kind"], tuple(lines)].append(file.stem)
    return random.Random(SEED).sample(sorted(found.items()), len(found))


def share(judged: list[dict[str, object]]) -> dict[str, object]:
    """The share that mixes by version and by what members share, with its 95 % interval."""
    counts: dict[str, list[bool]] = defaultdict(list)
    for each in judged:
        for version in each["versions"]:
            for name in (f"{version} {each['kind']}", f"{version} all"):
                counts[name].append(each["mixed"])
    return {name: _share(each) for name, each in sorted(counts.items())}


def _share(mixes: list[bool]) -> dict[str, object]:
    part, between = sum(mixes) / len(mixes), wilson(sum(mixes), len(mixes))
    return {
        "decisions": len(mixes),
        "mixed": sum(mixes),
        "share": round(part, 3),
        "between": [round(between.low, 3), round(between.high, 3)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("sheet", "keep", "share"))
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--mixed", type=Path)
    chosen = parser.parse_args()
    if chosen.what == "share":
        print(json.dumps(share(json.loads(chosen.files[0].read_text())["judged"]), indent=1))
        return
    rows = chosen.files[0].read_text(encoding="utf-8").splitlines()
    texts = [json.loads(row)["text"] for row in rows]
    found = groups(texts, chosen.files[1:])
    if chosen.what == "sheet":
        for number, ((kind, lines), _) in enumerate(found):
            print(number, kind, " | ".join(dict.fromkeys(texts[line - 1] for line in lines)))
        return
    mixed = {int(word) for word in chosen.mixed.read_text().split()}
    judged = [
        {"kind": kind, "versions": versions, "mixed": number in mixed, "lines": lines}
        for number, ((kind, lines), versions) in enumerate(found)
    ]
    print(json.dumps({"judged": judged}, separators=(",", ":")))


if __name__ == "__main__":
    main()
