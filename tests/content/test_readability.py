"""The reading grade of a text, with the words that cannot be replaced set aside."""

from __future__ import annotations

import pytest

from latch.content.readability import UNAVOIDABLE_WORDS, grade

PLAIN = "Feed your baby often. Let her stop when she is done."
HARD = "Physiological galactopoiesis necessitates uninterrupted endocrinological stimulation."


def test_plain_words_are_easier_than_learned_ones() -> None:
    assert grade(PLAIN) < 4
    assert grade(HARD) > 15


def test_short_sentences_are_easier_than_a_long_one() -> None:
    parts = [
        "Feed your baby often",
        "let her stop when she is done",
        "then offer the other breast",
        "and rest when you can",
    ]
    assert grade(". ".join(parts) + ".") < grade(", ".join(parts) + ".")


@pytest.mark.parametrize("word", ["breastfeeding", "Prolactin", "antibiotics", "premature"])
def test_a_word_that_cannot_be_replaced_counts_as_a_plain_one(word: str) -> None:
    assert grade(f"It helps with {word} now.") == grade("It helps with milk now.")


def test_a_part_of_a_longer_word_still_counts() -> None:
    assert grade("It helps with prolactinomas now.") > grade("It helps with prolactin now.")


def test_list_items_are_sentences() -> None:
    assert grade("Call us for:\n- a hot red breast\n- a high fever\n- a new lump") < grade(
        "Call us for a hot red breast and a high fever and a new lump."
    )


def test_a_text_of_one_word_has_a_grade() -> None:
    assert isinstance(grade("Yes."), float)


def test_no_unavoidable_word_stands_twice() -> None:
    lines = [line.strip() for line in UNAVOIDABLE_WORDS.read_text(encoding="utf-8").splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    assert len(found) == len(set(found))
