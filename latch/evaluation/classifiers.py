"""`python -m latch.evaluation.classifiers`: the choice of a classifier, measured.

Trains each pipeline on the same topics, understands the same held-out messages with it, and prints a table. DIET's time
grows with topics and examples both: with all topics it takes hours on two cores, so a part of them is the default.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from latch.assistant import Assistant
from latch.content.load import load
from latch.evaluation.messages import DEFAULT_FOLDER, HeldOut, read_messages
from latch.evaluation.project import copy_project
from latch.run import environment, program

BASELINES = Path(__file__).with_name("baselines")
OURS = Path("config.yml")


@dataclass(frozen=True)
class Row:
    """What one pipeline reached: shares of 1, seconds, and milliseconds of CPU a message."""

    name: str
    topic: float
    top_three: float
    category: float
    training: float
    message: float


def main(arguments: list[str] | None = None) -> int:
    """Measure the pipelines and print the table; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m latch.evaluation.classifiers", description=__doc__)
    parser.add_argument("configs", nargs="*", type=Path, help="pipelines (default: Latch's and all baselines)")
    parser.add_argument("--messages", type=Path, default=DEFAULT_FOLDER, help="folder of held-out messages")
    parser.add_argument("--topics", type=int, default=40, help="so many topics, evenly spread (default: %(default)s)")
    options = parser.parse_args(arguments)
    configs = options.configs or [OURS, *sorted(BASELINES.glob("*.yml"))]
    with tempfile.TemporaryDirectory() as folder:
        topics = copy_project(Path(folder), options.topics, others=False)
        messages = [message for message in read_messages(options.messages) if message.topic in topics]
        print(f"{len(messages)} held-out messages, {len(topics)} topics.")
        _print_rows(configs, messages, Path(folder))
    return 0


def _print_rows(configs: list[Path], messages: list[HeldOut], project: Path) -> None:
    categories = {topic.id: topic.category for topic in load(project / "data").topics.values()}
    print("| pipeline | topic | in first three | category | training | CPU a message |")
    print("|---|---|---|---|---|---|", flush=True)
    for config in configs:
        row = measure(config, messages, categories, project)
        print(
            f"| {row.name} | {row.topic:.1%} | {row.top_three:.1%} | {row.category:.1%} "
            f"| {row.training:.0f} s | {row.message:.1f} ms |",
            flush=True,
        )


def measure(config: Path, messages: list[HeldOut], categories: dict[str, str], project: Path) -> Row:
    """Train `config` from nothing on the data of `project` and return what it reaches on `messages`."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        command = [program("rasa"), "train", "--config", str(config.resolve()), "--out", folder, "--force"]
        subprocess.run(
            command, cwd=project, env=environment(), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        training = time.monotonic() - started
        assistant = Assistant.load(Path(folder))
        asyncio.run(_rankings(assistant, messages[:5]))
        before = time.process_time()
        rankings = asyncio.run(_rankings(assistant, messages))
        spent = 1000 * (time.process_time() - before) / len(messages)
    found = [[name for name in ranking if name in categories] or [""] for ranking in rankings]
    firsts = [ranking[0] if ranking else "" for ranking in rankings]
    return Row(
        name=config.stem if config != OURS else "Latch",
        topic=_share(message.right(first) for message, first in zip(messages, firsts)),
        top_three=_share(any(map(message.right, names[:3])) for message, names in zip(messages, found)),
        category=_share(categories.get(first) == message.category for message, first in zip(messages, firsts)),
        training=training,
        message=spent,
    )


async def _rankings(assistant: Assistant, messages: list[HeldOut]) -> list[list[str]]:
    return [[name for name, _ in await assistant.understand(message.text)] for message in messages]


def _share(found: Iterable[bool]) -> float:
    values = list(found)
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    sys.exit(main())
