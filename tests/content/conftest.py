"""A small valid data folder, of which a test may spoil one thing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

LINES_ARTICLE = Path(__file__).parents[2] / "data" / "articles" / "urgent_signs.yml"
ARTICLE = """\
topic: Milk
sources:
- id: nhs
  title: How milk is made
  publisher: NHS
  url: https://www.nhs.uk/milk
  date_published_or_seen: "2020"
  kind: health-service
- id: seed-milk
  title: All about milk
  publisher: The Milk Site
  url: https://milk.example/all
  date_published_or_seen: seen 2026-11-22
  kind: seed
facts:
- id: milk-made
  statement: Milk is made in the breast in small sacs, and sucking tells the body to make more milk.
  sources: [nhs, seed-milk]
  certainty: established
- id: feeds-often
  statement: A new baby feeds 8 to 12 times a day, and frequent feeds keep up the milk supply.
  sources: [seed-milk]
  certainty: likely
questions:
- id: q-made
  question: How is milk made?
  answer_fact_ids: [milk-made]
- id: q-often
  question: How often does a baby feed?
  answer_fact_ids: [feeds-often]
  red_flags: [A baby who is too sleepy to feed needs urgent care.]
"""
HELP = """\
when_to_get_help:
- id: sleepy_baby
  urgency: same_day
  text: Get care today if your baby is too sleepy to feed.
  flagged_by: [milk/q-often]
- id: floppy_baby
  urgency: emergency
  text: Call now if your baby is floppy and does not feed.
  facts: [feeds-often]
"""
SUBJECTS = ("my sister", "the midwife", "a friend", "my mother", "the nurse", "my partner", "a neighbour")
PLACES = ("in the clinic", "at the party", "on the bus", "over dinner", "by the pool", "in a letter", "on the phone")


def examples(what: str) -> str:
    """Return 21 examples about something, a third of them long."""
    long = [
        f"{who} asked {what} {where} and now I would really like to know too" for who, where in zip(SUBJECTS, PLACES)
    ]
    plain = [f"{what} {where}" for where in PLACES]
    other = [f"tell {who} {what}" for who in SUBJECTS]
    return "".join(f"    - {line}\n" for line in (*long, *plain, *other))


def topic(name: str, title: str, question: str, fact: str, text: str, related: str, what: str, more: str = "") -> str:
    """Return a topic file."""
    return f"""\
version: "3.1"
topic:
  title: {title}
  questions: [{question}]
  facts: [{fact}]
{more}  related: [{related}]
  reviewed: "2026-11-23"
nlu:
- intent: {name}
  examples: |
{examples(what)}responses:
  utter_{name}:
  - text: |-
      {text}
  utter_{name}_short:
  - text: |-
      {text}
"""


MADE = topic(
    "milk_made",
    "How is milk made?",
    "q-made",
    "milk-made",
    "Milk is made in the breast in small sacs.",
    "feeds_often, more_milk",
    "where milk comes from",
)
OFTEN = topic(
    "feeds_often",
    "How often does a baby feed?",
    "q-often",
    "feeds-often",
    "A new baby feeds 8 to 12 times a day.",
    "milk_made, more_milk",
    "how many feeds a baby needs",
    "  help: [sleepy_baby, floppy_baby]\n",
)
MORE = topic(
    "more_milk",
    "How do I make more milk?",
    "q-made",
    "milk-made, feeds-often",
    "To make more milk, feed your baby often.",
    "milk_made, feeds_often",
    "ways to raise a low supply",
)
CONVERSATION = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - good morning
responses:
  utter_greet:
  - text: Hello.
"""

MADE_FILE = Path("topics/milk/milk_made.yml")
OFTEN_FILE = Path("topics/milk/feeds_often.yml")
ARTICLE_FILE = Path("articles/milk.yml")
HELP_FILE = Path("safety/when_to_get_help.yml")


class Data:
    """A data folder, and what spoils it."""

    made = MADE_FILE
    often = OFTEN_FILE
    article = ARTICLE_FILE
    help = HELP_FILE

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write(ARTICLE_FILE, ARTICLE)
        self.write(HELP_FILE, HELP)
        self.write(MADE_FILE, MADE)
        self.write(OFTEN_FILE, OFTEN)
        self.write(Path("topics/milk/more_milk.yml"), MORE)
        self.write(Path("conversation/greet.yml"), CONVERSATION)

    def write(self, path: Path | str, text: str) -> Path:
        """Write one file of the folder; return where it stands."""
        whole = self.folder / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_text(text, encoding="utf-8")
        return whole

    def spoil(self, path: Path, old: str, new: str) -> tuple[Path, int]:
        """Replace the first `old` in a file; return where it stood, path and line."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert old in text
        self.write(path, text.replace(old, new, 1))
        return self.folder / path, text[: text.index(old)].count("\n") + 1

    def line(self, path: Path, text: str) -> int:
        """Return the line on which a text first stands in a file."""
        whole = (self.folder / path).read_text(encoding="utf-8")
        return whole[: whole.index(text)].count("\n") + 1


@pytest.fixture
def data(tmp_path: Path) -> Data:
    """Return a small valid data folder."""
    return Data(tmp_path / "data")


@pytest.fixture
def faults_of() -> Callable[[Data], list[str]]:
    """Return what reads a folder and returns its faults, as `file:line: reason` below the folder."""
    from latch.content.load import read

    return lambda data: [str(fault).removeprefix(f"{data.folder}/") for fault in read(data.folder)[1]]


@pytest.fixture(scope="session")
def facts() -> dict[str, dict[str, Any]]:
    """Return the facts that the table of helplines may rest on, by id."""
    article = yaml.safe_load(LINES_ARTICLE.read_text(encoding="utf-8"))
    return {fact["id"]: fact for fact in article["facts"] if fact["id"].startswith(("helpline-", "helplines-"))}


@pytest.fixture(scope="session")
def article_sources() -> dict[str, dict[str, Any]]:
    """Return the sources of the article that the table of helplines rests on, by id."""
    article = yaml.safe_load(LINES_ARTICLE.read_text(encoding="utf-8"))
    return {source["id"]: source for source in article["sources"]}
