"""The examples of intents that are no topics: conversation, and questions that Latch does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from latch.content.model import Example, Place
from latch.content.yaml_file import read_yaml

FOLDERS = ("conversation", "outside")


def other_examples(data: Path) -> Iterator[Example]:
    """Yield every example in the folders of `data` that hold no topics."""
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*.yml")):
            file = read_yaml(path)
            for index, entry in enumerate(file.data.get("nlu") or ()):
                first = file.line("nlu", index, "examples") + 1
                for offset, line in enumerate(str(entry.get("examples", "")).splitlines()):
                    if line.startswith("- "):
                        yield Example(line[2:].strip(), Place(path, first + offset))


def response_kinds(data: Path) -> dict[str, str]:
    """Return the kind (the folder's name) of every response in the folders of `data` that hold no topics."""
    return {
        name: folder
        for folder in FOLDERS
        for path in sorted((data / folder).rglob("*.yml"))
        for name in read_yaml(path).data.get("responses") or ()
    }
