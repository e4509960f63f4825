"""Reading YAML files with every fault collected, each with its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from latch.content.model import Example, Fact, Place
from latch.content.yaml_file import ContentError, Fault, Key, YamlFile, read_yaml


@dataclass
class Reading:
    """What is being read: the faults so far, and what already has an id."""

    faults: list[Fault] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)

    def mapping(self, file: YamlFile, known: set[str], optional: set[str], *keys: Key) -> dict[str, Any]:
        """Return the mapping at `keys`, with a fault for each key that is unknown or missing."""
        value = at(file.data, keys)
        if not isinstance(value, dict):
            self.faults.append(file.fault("a mapping is expected here", *keys))
            return {}
        for key in sorted(str(key) for key in set(value) - known):
            self.faults.append(file.fault(f"unknown key '{key}'", *keys, key))
        for key in sorted(known - optional - set(value)):
            self.faults.append(file.fault(f"'{key}' is missing", *keys))
        return value

    def text(self, file: YamlFile, *keys: Key) -> str:
        """Return the string at `keys`, with a fault where it is none or empty."""
        value = at(file.data, keys)
        if not isinstance(value, str) or not value.strip():
            hint = " (put it in quotes)" if value is not None and not isinstance(value, str) else ""
            self.faults.append(file.fault(f"'{keys[-1]}' must be a text{hint}", *keys))
            return ""
        return value.strip()

    def names(self, file: YamlFile, *keys: Key) -> tuple[str, ...]:
        """Return the list of strings at `keys`; nothing where the key is absent."""
        value = at(file.data, keys)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.faults.append(file.fault(f"'{keys[-1]}' must be a list of texts", *keys))
            return ()
        if len(set(value)) < len(value):
            self.faults.append(file.fault(f"'{keys[-1]}' names something twice", *keys))
        return tuple(dict.fromkeys(value))

    def facts_named(self, file: YamlFile, *keys: Key) -> tuple[Fact, ...]:
        """Return the facts whose ids stand at `keys`."""
        found = []
        for index, name in enumerate(self.names(file, *keys)):
            if name in self.facts:
                found.append(self.facts[name])
            else:
                self.faults.append(file.fault(f"no article holds a fact '{name}'", *keys, index))
        return tuple(found)

    def file(self, path: Path) -> YamlFile | None:
        """Return a parsed file; None, with its faults kept, where it cannot be read."""
        try:
            return read_yaml(path)
        except ContentError as error:
            self.faults.extend(error.faults)
            return None

    def items(self, file: YamlFile, *keys: Key) -> Sequence[int]:
        """Return the positions in the list at `keys`, with a fault where it is none."""
        value = at(file.data, keys)
        if not isinstance(value, list):
            self.faults.append(file.fault(f"'{keys[-1]}' must be a list", *keys))
            return ()
        return range(len(value))


def at(data: Any, keys: Iterable[Key]) -> Any:
    """Return what stands at `keys` in nested mappings and lists; None where nothing does."""
    for key in keys:
        if isinstance(data, dict):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def example_lines(reading: Reading, file: YamlFile, block: str, *keys: Key) -> list[Example]:
    """Return the examples of a block of lines that begin with "- ", which stands at `keys`."""
    found = []
    first = file.line(*keys) + 1
    for offset, line in enumerate(block.splitlines()):
        place = Place(file.path, first + offset)
        if line.startswith("- ") and line[2:].strip():
            found.append(Example(line[2:].strip(), place))
        elif line.strip():
            reading.faults.append(place.fault("an example is a line that begins with '- '"))
    return found
