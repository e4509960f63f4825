"""Latch beside other ways to answer, trained on the same part of the data and asked the same messages.

Compared is the ranking of topics alone: no threshold, so nothing asks back where the others would answer.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from latch.assistant import Assistant
from latch.content.load import load
from latch.evaluation.keyword_menu import KeywordMenu
from latch.evaluation.messages import HeldOut
from latch.evaluation.project import copy_project
from latch.evaluation.statistics import Share, share
from latch.run import environment, program

BASELINES = Path(__file__).with_name("baselines")
OURS = Path("config.yml")
RASA_DEFAULT = BASELINES / "rasa_default.yml"
TOPICS = 40
FIRST = 3
LAST_LINES = 10


class TrainingError(Exception):
    """A system cannot be trained; the message ends with what Rasa said."""


@dataclass(frozen=True)
class Row:
    """What one system reached: shares of messages, seconds of training, milliseconds of CPU a message."""

    name: str
    topic: Share
    top_three: Share
    category: Share
    training: float
    message: float


@dataclass(frozen=True)
class Cut:
    """A part of the project: where it stands, its topics, and the held-out messages that they answer."""

    project: Path
    titles: Mapping[str, str]
    categories: Mapping[str, str]
    messages: Sequence[HeldOut]

    @classmethod
    def of(cls, project: Path, messages: Sequence[HeldOut], topics: int = TOPICS) -> Cut:
        """Write a project with so many topics, evenly spread, into the folder `project`; return the cut.

        Raises:
            ValueError: when no message names one of these topics.
        """
        names = copy_project(project, topics, others=False)
        library = load(project / "data")
        kept = [message for message in messages if message.topic in names]
        if not kept:
            raise ValueError("a comparison needs messages that name their topic, as in tests/questions")
        return cls(
            project,
            {name: library.topics[name].title for name in names},
            {name: library.topics[name].category for name in names},
            kept,
        )


def compare(messages: Sequence[HeldOut], topics: int = TOPICS) -> Iterator[Row]:
    """Yield Latch, the pipeline of `rasa init` and the keyword menu, on so many topics; say what is being trained."""
    with tempfile.TemporaryDirectory() as folder:
        cut = Cut.of(Path(folder), messages, topics)
        for config in (OURS, RASA_DEFAULT):
            print(f"comparison: training {config.name} on {len(cut.titles)} topics ...", file=sys.stderr, flush=True)
            yield rasa_pipeline(config, cut)
        yield keyword_menu(cut)


def rasa_pipeline(config: Path, cut: Cut) -> Row:
    """Train `config` from nothing on the cut and return what it reaches.

    Raises:
        TrainingError: when Rasa does not train it.
    """
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        command = [program("rasa"), "train", "--config", str(config.resolve()), "--out", folder, "--force"]
        done = subprocess.run(
            command, cwd=cut.project, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if done.returncode:
            raise TrainingError(f"{' '.join(command)} failed:\n" + "\n".join(done.stdout.splitlines()[-LAST_LINES:]))
        training = time.monotonic() - started
        assistant = Assistant.load(Path(folder))
        loop = asyncio.new_event_loop()

        def ranking(text: str) -> list[str]:
            return [name for name, _ in loop.run_until_complete(assistant.understand(text))]

        for message in cut.messages[:5]:  # the first messages pay for what is loaded late
            ranking(message.text)
        name = config.stem if config != OURS else "Latch"
        row = _row(name, ranking, cut, training)
        loop.close()
        return row


def keyword_menu(cut: Cut) -> Row:
    """Return what the keyword menu reaches on the cut."""
    started = time.monotonic()
    menu = KeywordMenu(cut.titles, cut.categories)
    return _row("keyword_menu", menu.ranking, cut, time.monotonic() - started)


def _row(name: str, ranking: Callable[[str], list[str]], cut: Cut, training: float) -> Row:
    before = time.process_time()
    rankings = [ranking(message.text) for message in cut.messages]
    spent = 1000 * (time.process_time() - before) / len(cut.messages)
    found = [[topic for topic in names if topic in cut.categories] for names in rankings]
    firsts = [names[0] if names else "" for names in rankings]
    return Row(
        name=name,
        topic=share(message.right(first) for message, first in zip(cut.messages, firsts)),
        top_three=share(any(map(message.right, names[:FIRST])) for message, names in zip(cut.messages, found)),
        category=share(cut.categories.get(first) == message.category for message, first in zip(cut.messages, firsts)),
        training=training,
        message=spent,
    )
