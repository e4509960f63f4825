"""The examples of intents that are no topics: conversation, and questions that Latch does not answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from latch.content.model import Example, Place, Topic
from latch.content.yaml_file import Fault, YamlFile, read_yaml
from latch.responses import MORE, SHORT, UTTER

# The key under which a file says which topics a response of it offers as buttons: the response's name, and their ids.
OFFERS = "offers"

FOLDERS = ("conversation", "outside")


def other_examples(data: Path) -> Iterator[Example]:
    """Yield every example in the folders of `data` that hold no topics."""
    for _, file in _files(data):
        for index, entry in enumerate(file.data.get("nlu") or ()):
            first = file.line("nlu", index, "examples") + 1
            for offset, line in enumerate(str(entry.get("examples", "")).splitlines()):
                if line.startswith("- "):
                    yield Example(line[2:].strip(), Place(file.path, first + offset))


def response_kinds(data: Path) -> dict[str, str]:
    """Return the kind (the folder's name) of every response in the folders of `data` that hold no topics."""
    return {name: folder for folder, file in _files(data) for name in file.data.get("responses") or ()}


def response_offers(data: Path) -> dict[str, list[str]]:
    """Return the topics that a response offers as buttons, of every response that offers some."""
    return {name: list(topics) for _, file in _files(data) for name, topics in (file.data.get(OFFERS) or {}).items()}


def response_faults(data: Path, topics: Iterable[Topic]) -> list[Fault]:
    """Return a fault for each response that a second file defines, and for each offer of what is not there.

    Of two responses of a name Rasa would take the last and say nothing.
    """
    paths = {topic.id: topic.place.path for topic in topics}
    seen = {f"{UTTER}{topic}{suffix}": path for topic, path in paths.items() for suffix in ("", SHORT, MORE)}
    faults = []
    for _, file in _files(data):
        for name in file.data.get("responses") or ():
            if name in seen:
                faults.append(file.fault(f"{name} stands also in {seen[name]}", "responses", name))
            seen.setdefault(name, file.path)
        for name, offered in (file.data.get(OFFERS) or {}).items():
            if name not in (file.data.get("responses") or ()):
                faults.append(file.fault(f"{name} is no response of this file", OFFERS, name))
            faults += [file.fault(f"there is no topic {one}", OFFERS, name) for one in offered if one not in paths]
    return faults


def _files(data: Path) -> Iterator[tuple[str, YamlFile]]:
    """Yield the folder's name and each file of the folders of `data` that hold no topics."""
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*.yml")):
            yield folder, read_yaml(path)
