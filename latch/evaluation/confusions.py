"""Which topics are taken for which, and what an editor may write examples for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from latch.evaluation.asking import Asked
from latch.evaluation.judging import Knowledge, said
from latch.evaluation.statistics import Share

WORST = 20
SHOWN = 3
WEAKEST = 20


def confusions(inside: Iterable[Asked], knowledge: Knowledge) -> list[dict[str, Any]]:
    """Return the wrong first replies met most, as plain data: what was asked, what was answered, times, examples."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in inside:
        for topic in one.answer["topics"][:1]:
            if not knowledge.right(one.message, topic["id"]):
                found[one.message.topic or one.message.category or "", topic["id"]].append(one.message.text)
    worst = sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0]))[:WORST]
    return [
        {
            "asked": asked,
            "asked_title": knowledge.titles.get(asked, asked.replace("_", " ")),
            "answered": answered,
            "answered_title": knowledge.titles.get(answered, answered),
            "times": len(texts),
            "messages": texts[:SHOWN],
        }
        for (asked, answered), texts in worst
    ]


def weakest(topics: Mapping[str, Share], inside: Iterable[Asked], knowledge: Knowledge) -> list[dict[str, Any]]:
    """Return the topics with the lowest share right, each with the messages missed and what came instead."""
    missed: dict[str, list[dict[str, str]]] = defaultdict(list)
    for one in inside:
        answered = [topic["id"] for topic in one.answer["topics"][:1]]
        if one.message.topic and not any(map(one.message.right, answered)):
            missed[one.message.topic].append(shown(one, knowledge))
    names = sorted(missed, key=lambda name: (topics[name]["share"], -topics[name]["of"], name))[:WEAKEST]
    return [
        {"topic": name, "title": knowledge.titles.get(name, name), **topics[name], "missed": missed[name]}
        for name in names
    ]


def shown(one: Asked, knowledge: Knowledge) -> dict[str, str]:
    """Return a message for a list: id, text, and what Latch did with it."""
    return {"id": one.message.id, "text": one.message.text, "said": said(one.answer, knowledge.titles)}
