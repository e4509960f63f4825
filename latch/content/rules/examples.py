"""Rules for training examples: enough of them, long ones among them, none twice, none from an evaluation set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from latch.content.model import Example, Topic
from latch.content.yaml_file import Fault
from latch.text import folded, words

AT_LEAST = 20
LONG_WORDS = 12
LONG_SHARE = 1 / 3
MOST_WORDS = 60
# Cosine of character trigrams at which two messages are the same sentence in other dress.
NEAR_COPY = 0.9
NEAR_EVALUATION = 0.8
# Cosines in so many projected dimensions differ from the true ones by less than this, all but never.
PROJECTED = 256
PROJECTION_ERROR = 0.25
BLOCK = 1000


def faults(topics: Iterable[Topic], other_examples: Iterable[Example], evaluation: Iterable[Path]) -> Iterator[Fault]:
    """Yield what is wrong with the examples of `topics`.

    `other_examples` are those of danger signs and of intents that are no topics; `evaluation` are folders of evaluation
    messages.
    """
    topics = list(topics)
    for topic in topics:
        yield from _count(topic)
    examples = [example for topic in topics for example in topic.examples] + list(other_examples)
    yield from _copies(examples, [message for folder in evaluation for message in evaluation_messages(folder)])


def _count(topic: Topic) -> Iterator[Fault]:
    count = len(topic.examples)
    if count < AT_LEAST:
        yield topic.place.fault(f"{count} examples; at least {AT_LEAST} are needed")
    long = sum(len(words(example.text)) > LONG_WORDS for example in topic.examples)
    if long < LONG_SHARE * count:
        yield topic.place.fault(f"{long} of {count} examples are longer than {LONG_WORDS} words; a third is needed")
    yield from form_faults(topic.examples)


def form_faults(examples: Iterable[Example]) -> Iterator[Fault]:
    """Yield examples that are too long, or that Rasa would read otherwise than they are meant."""
    for example in examples:
        if len(words(example.text)) > MOST_WORDS:
            yield example.place.fault(f"an example of more than {MOST_WORDS} words")
        if "[" in example.text or "]" in example.text:
            yield example.place.fault("square brackets would be read as an entity")


def _copies(examples: list[Example], held_out: list[Example]) -> Iterator[Fault]:
    """Yield examples that stand twice, almost twice, or almost among the held-out messages."""
    seen: dict[str, Example] = {}
    for example in examples:
        first = seen.setdefault(folded(example.text), example)
        if first is not example:
            yield example.place.fault(f"the example stands also at {first.place.path}:{first.place.line}")
    single = list(seen.values())
    plain = [*seen, *(folded(message.text) for message in held_out)]
    for earlier, later, cosine in _near(plain, NEAR_EVALUATION):
        if later >= len(single):
            if earlier < len(single):
                place = (single + held_out)[later].place
                yield single[earlier].place.fault(f"copies or nearly copies an evaluation message ({place.path})")
        elif cosine >= NEAR_COPY:
            first = single[earlier]
            yield single[later].place.fault(f"almost the same example as {first.place.path}:{first.place.line}")


def _near(texts: list[str], limit: float) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs of positions (the earlier first) whose character trigrams have at least this cosine, with it."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if len(texts) < 2:
        return
    trigrams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), use_idf=False, dtype=np.float32)
    rows = trigrams.fit_transform(texts)
    # Every pair exactly would take most of the check's time: a projection finds the few that may be near.
    projection = np.random.default_rng(0).standard_normal((rows.shape[1], PROJECTED), dtype=np.float32)
    small = np.asarray(rows @ (projection / np.float32(np.sqrt(PROJECTED))))
    for start in range(0, len(texts), BLOCK):
        found, others = np.nonzero(small[start : start + BLOCK] @ small[start:].T >= limit - PROJECTION_ERROR)
        found, others = found[found < others] + start, others[found < others] + start
        cosines = np.asarray(rows[found].multiply(rows[others]).sum(axis=1)).ravel()
        near = cosines >= limit
        yield from zip(found[near].tolist(), others[near].tolist(), cosines[near].tolist())


def evaluation_messages(folder: Path) -> list[Example]:
    """Return every message in a folder of evaluation files (`text`, or the `user` turns of a conversation)."""
    from latch.content.model import Place

    messages = []
    for path in sorted(folder.glob("*.yml")):
        entries = yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        messages += [Example(text, Place(path, 1)) for text in _texts(entries)]
    return messages


def _texts(entries: Any) -> Iterator[str]:
    for entry in entries or ():
        if "text" in entry:
            yield str(entry["text"])
        for turn in entry.get("turns", ()):
            yield str(turn["user"])
