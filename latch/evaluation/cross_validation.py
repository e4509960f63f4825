"""Cross-validation by topic: what the training examples say about each other.

It shows topics whose examples are few, mixed or near those of another topic, without any held-out message. Editors
write the examples of a topic in one go, so it flatters: how people are understood, the held-out messages say.

To take a minute and not ten, a fold is less than a whole training: the sentence encoder as published, and one network.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold

from latch.encoder.runtime import Vectors
from latch.evaluation.pipeline import CLASSIFIER, Example, settings
from latch.evaluation.statistics import share
from latch.nlu.intent_model import IntentModel
from latch.text import clean

FOLDS = 3
NETWORKS = 1
WEAKEST = 20
CONFUSED_WITH = 3

Encode = Callable[[Sequence[str]], Vectors]


def training_examples() -> list[Example]:
    """Return text and intent of everything that the project trains its classifier on."""
    from rasa.shared.nlu.constants import INTENT, TEXT

    from latch.importer import TopicImporter

    data = TopicImporter("config.yml", "domain.yml", ["data"]).get_nlu_data()
    return [(example.get(TEXT), example.get(INTENT)) for example in data.intent_examples if example.get(TEXT)]


def configured_epochs() -> int:
    """Return how often the project's classifier goes through its examples."""
    return int(settings()[CLASSIFIER]["epochs"])


def cross_validate(
    examples: Sequence[Example], categories: Mapping[str, str], encode: Encode, epochs: int, folds: int = FOLDS
) -> dict[str, Any]:
    """Return the accuracy over all topics and by topic, and the weakest topics, as plain data.

    Stratified by intent. All intents are trained and may be answered; counted are the examples of topics, which are
    the keys of `categories`.
    """
    started = time.monotonic()
    texts = np.array([clean(text) for text, _ in examples], dtype=object)
    intents = np.array([intent for _, intent in examples], dtype=object)
    meanings = encode(list(texts))
    found = np.empty_like(intents)
    splits = StratifiedKFold(folds, shuffle=True, random_state=0).split(texts, intents.astype(str))
    for number, (kept, left) in enumerate(splits, start=1):
        model = IntentModel.fit(
            list(texts[kept]), meanings[kept], list(intents[kept]), networks=NETWORKS, epochs=epochs
        )  # fmt: skip
        best = model.scores(list(texts[left]), meanings[left]).argmax(axis=1)
        found[left] = [model.intents[index] for index in best]
        print(f"cross-validation: {number} of {folds} folds, {time.monotonic() - started:.0f} s", file=sys.stderr)
    pairs = [(intent, answer) for intent, answer in zip(intents, found) if intent in categories]
    by_topic = {
        topic: share(answer == topic for intent, answer in pairs if intent == topic)
        for topic in sorted({intent for intent, _ in pairs})
    }
    return {
        "folds": folds,
        "networks": NETWORKS,
        "epochs": epochs,
        "examples": len(pairs),
        "seconds": time.monotonic() - started,
        "topic": share(intent == answer for intent, answer in pairs),
        "category": share(categories[intent] == categories.get(answer) for intent, answer in pairs),
        "by_topic": by_topic,
        "weakest": [
            {"topic": topic, **by_topic[topic], "taken_for": _taken_for(topic, pairs)}
            for topic in sorted(by_topic, key=lambda name: by_topic[name]["share"])[:WEAKEST]
        ],
    }


def _taken_for(topic: str, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Return the intents that the topic's examples were most often taken for."""
    wrong = [answer for intent, answer in pairs if intent == topic and answer != topic]
    return sorted(set(wrong), key=lambda answer: (-wrong.count(answer), answer))[:CONFUSED_WITH]
