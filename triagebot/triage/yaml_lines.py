"""YAML whose mappings remember their line, so that an error can say where."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triagebot.errors import BadCatalogue

if TYPE_CHECKING:
    import yaml


class Located(dict[str, Any]):
    """A mapping with the line it starts on and the line of each value, counted from 1."""

    line: int = 0
    lines: dict[str, int]

    def line_of(self, key: str) -> int:
        """Return the line of the value under `key`, or of the mapping."""
        return self.lines.get(key, self.line)


def _construct_mapping(loader: yaml.CSafeLoader, node: yaml.MappingNode) -> Any:
    located = Located()
    located.line = node.start_mark.line + 1
    located.lines = {}
    yield located
    for key, value in node.value:
        name = loader.construct_object(key, deep=True)
        if not isinstance(name, str | int | bool):
            from yaml.constructor import ConstructorError

            raise ConstructorError(None, None, "a name must be plain text", key.start_mark)
        located.lines[str(name)] = value.start_mark.line + 1
        located[str(name)] = loader.construct_object(value, deep=True)


@cache
def _loader() -> type[yaml.CSafeLoader]:
    import yaml

    class Loader(yaml.CSafeLoader):
        pass

    Loader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)
    return Loader


def load_yaml(path: Path) -> Located:
    """Return the mapping in a file. Raises `BadCatalogue` naming file and line."""
    import yaml  # a server reads bundles, which have none

    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_loader())  # noqa: S506 - a CSafeLoader
    except FileNotFoundError:
        raise BadCatalogue(f"{path.name}: this file is missing") from None
    except UnicodeDecodeError as error:
        raise BadCatalogue(f"{path.name}: not UTF-8 at byte {error.start}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadCatalogue(f"{path.name}:{line}: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise BadCatalogue(f"{path.name}: not YAML: {error}") from error
    if not isinstance(document, Located):
        raise BadCatalogue(f"{path.name}:1: expected names and values, found something else")
    return document
