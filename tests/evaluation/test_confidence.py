from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from latch.evaluation.asking import Asked
from latch.evaluation.confidence import confidence, guesses
from latch.evaluation.judging import Knowledge
from latch.evaluation.measures import Sets

MESSAGES = "- {id: a, text: one, topic: made, category: milk_production}\n- {id: b, text: two, kind: far}"


def test_a_guess_is_the_likeliest_intent(
    ask: Callable[..., list[Asked]], answer: Callable[..., Any], knowledge: Knowledge
) -> None:
    asked = ask(MESSAGES, answer(), answer(), ranking=(("more", 0.6), ("made", 0.3)))
    first, _ = guesses(asked, knowledge)
    assert (first.confidence, first.answers, first.right) == (0.6, True, False)


def test_what_is_not_understood_is_no_guess(
    ask: Callable[..., list[Asked]], answer: Callable[..., Any], knowledge: Knowledge
) -> None:
    first, _ = guesses(ask(MESSAGES, answer(), answer()), knowledge)
    assert (first.confidence, first.answers, first.right) == (0.0, False, False)


def test_the_curve_shows_what_outside_messages_would_get(
    ask: Callable[..., list[Asked]], answer: Callable[..., Any], knowledge: Knowledge
) -> None:
    asked = ask(MESSAGES, answer(), answer(), ranking=(("made", 0.5),))
    found = confidence(Sets.of(asked, knowledge), knowledge)
    by_threshold = {row["threshold"]: row for row in found["curve"]}
    assert by_threshold[0.5] == {"threshold": 0.5, "coverage": 1.0, "error": 0.0, "false": 1.0}
    assert by_threshold[0.55] == {"threshold": 0.55, "coverage": 0.0, "error": 0.0, "false": 0.0}
    assert found["expected_calibration_error"] == pytest.approx(0.5)
    assert (found["inside"], found["elsewhere"]) == (1, 1)


def test_what_latch_does_now_is_taken_from_its_answers(
    ask: Callable[..., list[Asked]], answer: Callable[..., Any], knowledge: Knowledge
) -> None:
    text = "\n".join(f"- {{id: {one}, text: {one}, topic: made, category: milk_production}}" for one in "abcd")
    asked = ask(text, answer("made"), answer("more"), answer(doubt=True), answer("made"), ranking=(("made", 0.1),))
    found = confidence(Sets.of(asked, knowledge), knowledge)
    assert found["now"] == {"coverage": 3 / 4, "error": pytest.approx(1 / 3)}
