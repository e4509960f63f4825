"""YAML read together with the lines on which things stand, so that every fault can name its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

Key = str | int


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong in a file, in words that say what to do about it."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


class ContentError(Exception):
    """Content that cannot be used; carries all its faults."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass
class YamlFile:
    """One parsed file: its data, and the line (from 1) of every key and list item."""

    path: Path
    data: Any
    lines: dict[tuple[Key, ...], int] = field(default_factory=dict)

    def line(self, *keys: Key) -> int:
        """Return the line of the item at `keys`, or of its nearest known parent."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)

    def fault(self, reason: str, *keys: Key) -> Fault:
        """Return a fault at the item at `keys`."""
        return Fault(self.path, self.line(*keys), reason)


def read_yaml(path: Path) -> YamlFile:
    """Read one YAML file.

    Raises:
        ContentError: when it is not UTF-8, not YAML, or holds one key twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError([Fault(path, 1, f"cannot be read: {error}")]) from None
    loader = _Loader(text)
    file = YamlFile(path, None)
    try:
        node = loader.get_single_node()
        if node is None:
            raise ContentError([Fault(path, 1, "the file is empty")])
        _note_lines(node, (), file)
        file.data = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContentError([Fault(path, line, f"not valid YAML: {error.problem}")]) from None
    except yaml.YAMLError as error:
        raise ContentError([Fault(path, 1, f"not valid YAML: {error}")]) from None
    except (TypeError, ValueError) as error:
        raise ContentError([Fault(path, 1, f"not valid YAML: {error}")]) from None
    finally:
        loader.dispose()
    return file


def _note_lines(node: yaml.Node, keys: tuple[Key, ...], file: YamlFile) -> None:
    file.lines.setdefault(keys, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key_node, value in node.value:
            key = str(key_node.value)
            if key in seen:
                raise ContentError([Fault(file.path, key_node.start_mark.line + 1, f"'{key}' stands here twice")])
            seen.add(key)
            place = (*keys, key)
            file.lines[place] = key_node.start_mark.line + 1
            _note_lines(value, place, file)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_lines(item, (*keys, index), file)
