"""Evaluation messages: files of what people type, with what is right to answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from latch.content.yaml_file import read_yaml

DEFAULT_FOLDER = Path("tests/questions")


@dataclass(frozen=True)
class HeldOut:
    """One message: the topic that answers it (none for one outside), topics that are right too, and its category."""

    id: str
    text: str
    topic: str | None
    also: tuple[str, ...]
    category: str
    kind: str

    def right(self, topic: str) -> bool:
        """Tell whether this topic answers the message."""
        return topic == self.topic or topic in self.also


def read_messages(folder: Path = DEFAULT_FOLDER) -> list[HeldOut]:
    """Return the single messages of a folder; conversations (entries with `turns`) are left out."""
    messages = []
    for path in sorted(folder.glob("*.yml")):
        for entry in read_yaml(path).data or ():
            if "text" in entry:
                category = str(entry.get("category") or entry.get("topic") or entry.get("kind") or path.stem)
                messages.append(
                    HeldOut(
                        id=str(entry["id"]),
                        text=str(entry["text"]),
                        topic=entry.get("topic"),
                        also=tuple(entry.get("also") or ()),
                        category=category,
                        kind=str(entry.get("kind") or "topic"),
                    )
                )
    return messages
