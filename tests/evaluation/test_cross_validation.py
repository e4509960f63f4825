from __future__ import annotations

import pytest

from latch.evaluation.cross_validation import cross_validate
from tests.evaluation.texts import CATEGORIES, EXAMPLES, encode

EPOCHS = 1


def test_each_example_is_understood_by_a_model_that_had_not_seen_it() -> None:
    found = cross_validate(EXAMPLES, CATEGORIES, encode, EPOCHS, folds=2)
    assert found["topic"]["of"] == found["category"]["of"] == found["examples"] == len(EXAMPLES)
    assert found["topic"]["share"] > 0.9
    assert found["by_topic"]["made"]["of"] == len(EXAMPLES) / 2


def test_intents_that_are_no_topics_are_trained_and_not_counted() -> None:
    others = [(f"hello there friend {number}", "greet") for number in "abcdefgh"]
    found = cross_validate(EXAMPLES + others, CATEGORIES, encode, EPOCHS, folds=2)
    assert set(found["by_topic"]) == {"made", "bites"}


def test_the_weakest_topic_comes_first_with_what_it_is_taken_for() -> None:
    mixed = [*EXAMPLES, *((text, "more") for text, label in EXAMPLES[:4] if label == "made")]
    found = cross_validate(mixed, CATEGORIES, encode, EPOCHS, folds=2)
    weakest = found["weakest"][0]
    assert weakest["share"] == min(row["share"] for row in found["by_topic"].values())
    assert found["weakest"][-1]["share"] == pytest.approx(1, abs=0.2)
    assert "made" in next(row["taken_for"] for row in found["weakest"] if row["topic"] == "more")
