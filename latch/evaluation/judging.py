"""Whether an answer is right for a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from latch.ask import Answer
from latch.content.intents import FOLDERS
from latch.content.model import Library
from latch.content.yaml_file import read_yaml
from latch.evaluation.messages import HeldOut


@dataclass(frozen=True)
class Knowledge:
    """What Latch can answer: title and category of every topic, and its other intents."""

    titles: Mapping[str, str]
    categories: Mapping[str, str]
    others: frozenset[str]

    @classmethod
    def of(cls, library: Library, data: Path) -> Knowledge:
        """Return what the content in the folder `data`, read as `library`, can answer."""
        return cls(
            titles={topic.id: topic.title for topic in library.topics.values()},
            categories={topic.id: topic.category for topic in library.topics.values()},
            others=frozenset(_other_intents(data)),
        )

    def answers(self, category: str | None) -> bool:
        """Tell whether the category has topics."""
        return category in self.categories.values()

    def right(self, message: HeldOut, topic: str) -> bool:
        """Tell whether a topic is right for a message about a subject, as closely as its file says what is right."""
        if message.topic:
            return message.right(topic)
        return self.categories.get(topic) == message.category


def _other_intents(data: Path) -> Iterator[str]:
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*.yml")):
            yield from (str(entry["intent"]) for entry in read_yaml(path).data.get("nlu") or ())


def topic_right(message: HeldOut, answer: Answer) -> bool:
    """Tell whether the first reply is the message's topic."""
    return any(message.right(topic["id"]) for topic in answer["topics"][:1])


def topic_offered(message: HeldOut, answer: Answer) -> bool:
    """Tell whether the first reply or a button below is the message's topic."""
    return topic_right(message, answer) or any(map(message.right, answer["offered"]))


def category_right(message: HeldOut, answer: Answer) -> bool:
    """Tell whether the first reply is a topic of the message's category."""
    return any(topic["category"] == message.category for topic in answer["topics"][:1])


def category_offered(message: HeldOut, answer: Answer, knowledge: Knowledge) -> bool:
    """Tell whether the first reply or a button below is a topic of the message's category."""
    offered = (knowledge.categories.get(topic) == message.category for topic in answer["offered"])
    return category_right(message, answer) or any(offered)


def said(answer: Answer, titles: Mapping[str, str]) -> str:
    """Return in a few plain words what Latch did with a message."""
    if answer["dangers"]:
        return "danger reply: " + ", ".join(f"{one['sign']} ({one['urgency']})" for one in answer["dangers"])
    if answer["topics"]:
        return "answered: " + "; ".join(titles.get(topic["id"], topic["id"]) for topic in answer["topics"])
    if answer["doubt"]:
        return "asked back: " + "; ".join(titles.get(topic, topic) for topic in answer["offered"])
    if answer["out_of_scope"]:
        return "said it has no checked answer"
    return f"replied as to {answer['intent']}"
