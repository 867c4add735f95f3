"""Count what is written for each intent."""

from __future__ import annotations

from training.near_duplicates import group_near_duplicates
from triagebot.domain.catalogue import Catalogue
from triagebot.triage.answers import bare
from triagebot.triage.normalise import normalise


def stats(catalogue: Catalogue) -> list[dict[str, object]]:
    """Return counts for each intent: sentences, different ones, answers, mean characters."""
    examples = catalogue.examples
    groups = group_near_duplicates([bare(normalise(example.text)) for example in examples])
    rows: list[dict[str, object]] = []
    for name, intent in sorted(catalogue.intents.items()):
        mine = [i for i, example in enumerate(examples) if example.intent == name]
        characters = sum(len(examples[i].text) for i in mine)
        rows.append(
            {
                "intent": name,
                "title": intent.title["zh"],
                "risk": intent.risk.value,
                "sentences": len(mine),
                "different": len({int(groups[i]) for i in mine}),
                "answers": sum(a.intent == name for a in catalogue.answers.values()),
                "mean_characters": round(characters / len(mine), 1) if mine else 0.0,
            }
        )
    return rows
