"""Between Rasa's training data and triagebot: as labels, and as a whole folder of intents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from training.interchange.rasa_document import Example, IntentItem, RasaDocument
from training.interchange.rasa_read import read_document
from training.interchange.rasa_write import write_domain, write_nlu, write_one
from training.interchange.rows import full_name, imported, write_whole
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.label import Label
from triagebot.triage.normalise import mask


def read(path: Path) -> Iterator[Label]:
    """Yield one label an example of a file or folder, without entity marks."""
    yield from labels_of(read_document(path), path.name)


def labels_of(document: RasaDocument, place: str = "rasa") -> Iterator[Label]:
    """Yield one label an example."""
    for item in document.intents:
        for example in item.examples:
            yield imported(f"{place}:{example.line}", example.text, item.name)


def write(path: Path, labels: Iterable[Label]) -> int:
    """Write labels as one `.yml` file, or as `nlu.yml` and `domain.yml` into a folder.

    Personal data is masked, equal sentences of one intent are written once. Returns how many were.
    """
    document = document_of_labels(labels)
    write_document(path, document)
    return sum(len(item.examples) for item in document.intents)


def write_document(path: Path, document: RasaDocument) -> None:
    """Write a document as one `.yml` file, or into a folder."""
    if path.suffix in (".yml", ".yaml"):
        write_whole(path, write_one(document).encode())
        return
    write_whole(path / "nlu.yml", write_nlu(document).encode())
    write_whole(path / "domain.yml", write_domain(document).encode())


def document_of_labels(labels: Iterable[Label]) -> RasaDocument:
    """Return the labels' sentences by intent or answer, in their order."""
    sentences: dict[str, dict[str, None]] = {}
    for label in labels:
        sentences.setdefault(full_name(label), {})[" ".join(mask(label.text).split())] = None
    items = (
        IntentItem(name, tuple(Example(text) for text in texts if text))
        for name, texts in sorted(sentences.items())
    )
    return RasaDocument(tuple(item for item in items if item.examples))


def document_of_catalogue(catalogue: Catalogue) -> RasaDocument:
    """Return a whole folder of intents: sentences, wordings of questions, replies."""
    sentences: dict[str, list[Example]] = {name: [] for name in catalogue.intents}
    for example in catalogue.examples:
        sentences.setdefault(example.answer or example.intent, []).append(Example(example.text))
    items = tuple(
        IntentItem(name, tuple(found)) for name, found in sorted(sentences.items()) if found
    )
    replies = {
        f"utter_{answer.id}": ({"text": answer.text},) for answer in catalogue.answers.values()
    }
    return RasaDocument(items, responses=replies)
