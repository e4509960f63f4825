"""A valid danger sign for the small data folder."""

from __future__ import annotations

from pathlib import Path

from tests.content.conftest import Data, examples

SIGN_FILE = Path("safety/baby/baby_limp.yml")
WORDS_FILE = Path("safety/words.yml")
HARMLESS_FILE = Path("safety/harmless.yml")
URGENT_FACTS = """\
- id: baby-limp
  statement: "EMERGENCY (baby): a baby who is limp for 10 minutes needs an ambulance now."
  sources: [nhs]
  certainty: established
- id: baby-sleepy
  statement: "SAME DAY (baby): a baby who is sleepy for 12 hours needs a doctor."
  sources: [nhs]
  certainty: established
questions:
"""
SIGN = f"""\
sign:
  title: A limp baby
  urgency: emergency
  call: emergency
  facts: [baby-limp, baby-sleepy, milk-made]
  say:
    now: A limp baby needs help now.
    waiting: After 10 minutes, call once more.
  patterns:
  - "<baby> ... limp"
  - "<not> move"
  examples: |
{examples("what a limp baby has")}  harmless: |
{examples("how floppy hats are washed")}"""
WORDS = """\
groups:
  not: ["not", "n't", "no"]
  baby: [baby, he, she]
fillers: [a, the, is]
"""
HARMLESS = """\
# Messages that sound alarming.
harmless: |
  - my coffee is limp and lukewarm
  - the baby monitor has a blue light
"""


def with_sign(data: Data) -> Data:
    """Return the folder, to which a valid danger sign was added."""
    data.spoil(data.article, "questions:\n", URGENT_FACTS)
    data.write(SIGN_FILE, SIGN)
    data.write(WORDS_FILE, WORDS)
    data.write(HARMLESS_FILE, HARMLESS)
    return data
