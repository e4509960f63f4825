"""Danger that is said plainly is caught by a pattern alone, however it is dressed."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from latch.content.model import Library
from latch.english import english_words, frequent_words

Found = Callable[[str], set[str]]

EXPLICIT: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("explicit.yml").read_text(encoding="utf-8"))
PAIRS = [(sign, text) for sign, texts in EXPLICIT.items() for text in texts]
LEAST = 2
# A slip in a word of so many letters is put right.
LONG = 6
ENGLISH = english_words() | frequent_words()
QUESTIONS = (
    "How often should a newborn feed?",
    "Can I drink coffee while breastfeeding?",
    "which position is best for reflux",
    "How long does pumped milk keep in the fridge?",
    "My sister says I should give formula.",
)

pairs = pytest.mark.parametrize(("sign", "text"), PAIRS)


def test_every_sign_has_its_messages(library: Library) -> None:
    assert sorted(EXPLICIT) == sorted(library.signs)
    assert [sign for sign, texts in EXPLICIT.items() if len(texts) < LEAST] == []


@pairs
def test_it_is_caught(found: Found, sign: str, text: str) -> None:
    assert sign in found(text)


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title, str.swapcase])
def test_case_makes_no_difference(found: Found, change: Callable[[str], str]) -> None:
    assert [text for sign, text in PAIRS if sign not in found(change(text))] == []


CHANGES: dict[str, Callable[[str], str]] = {
    "no full stop": lambda text: text.rstrip("."),
    "shouted": lambda text: text.rstrip(".") + "!!!",
    "asked": lambda text: text.rstrip(".") + "??",
    "trailing off": lambda text: text.rstrip(".") + "...",
    "no apostrophe": lambda text: text.replace("'", ""),
    "typographic apostrophe": lambda text: text.replace("'", "’"),
    "no comma or hyphen": lambda text: text.replace(",", "").replace("-", " "),
    "in quotes": lambda text: f'"{text}"',
    "in brackets": lambda text: f"({text})",
    "two spaces": lambda text: text.replace(" ", "  "),
    "new lines around": lambda text: f"\n\n{text}\n",
    "an emoji behind": lambda text: f"{text} 😢😢",
    "a dash before": lambda text: f"- {text}",
    "a greeting before": lambda text: f"hi,{text}",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_punctuation_makes_no_difference(found: Found, change: Callable[[str], str]) -> None:
    assert [change(text) for sign, text in PAIRS if sign not in found(change(text))] == []


@pytest.mark.parametrize(
    "around",
    [
        "sorry to bother you but {} thanks",
        "Sorry to bother you, but {} Thanks.",
        "hi everyone, first time mum here. {} what should I do",
        "help please {}",
        "I don't know what to do. {}",
        "It's probably nothing but {}",
        "{} is that normal?",
        "{} Please answer quickly, my mother in law is no help",
        "{} Otherwise everything is fine and there is no fever.",
        *(f"{question} {{}}" for question in QUESTIONS),
        *(f"{{}} {question}" for question in QUESTIONS),
        *(f"{question.rstrip('?.')} and also {{}}" for question in QUESTIONS),
    ],
)
def test_words_around_it_make_no_difference(found: Found, around: str) -> None:
    told = [(sign, around.format(text)) for sign, text in PAIRS]
    assert [text for sign, text in told if sign not in found(text)] == []


def slips(word: str) -> list[str]:
    """Return the word with a letter missing, doubled, exchanged with the next, or another, at every place inside."""
    places = range(1, len(word) - 1)
    letters = string.ascii_lowercase
    return [
        *(word[:at] + word[at + 1 :] for at in places),
        *(word[:at] + word[at] + word[at:] for at in places),
        *(word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in places if word[at] != word[at + 1]),
        *(word[:at] + letters[(letters.index(word[at].lower()) + 7) % 26] + word[at + 1 :] for at in places),
    ]


SLIPS = [
    (sign, text[: word.start()] + slip + text[word.end() :])
    for sign, text in PAIRS
    for word in re.finditer(rf"[A-Za-z]{{{LONG},}}", text)
    for slip in slips(word.group())
    # What is another English word cannot be known for a slip: "selling", "beach", "tables".
    if slip.lower() not in ENGLISH
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SLIPS))
def test_a_slip_in_a_long_word_makes_no_difference(found: Found, slip: tuple[str, str]) -> None:
    sign, text = slip
    assert sign in found(text)


@pytest.mark.parametrize(
    ("sign", "text"),
    [
        ("baby_not_breathing", "She has stoped breathing."),
        ("baby_losing_weight", "My newborn is loosing weight every week."),
        ("mother_breast_abscess", "The doctor said I have a breast abcess."),
        ("psychosis", "I hear voces telling me things."),
    ],
)
def test_a_slip_that_is_a_rare_word_makes_no_difference(found: Found, sign: str, text: str) -> None:
    assert sign in found(text)
