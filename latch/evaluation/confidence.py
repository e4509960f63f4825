"""What the confidences are worth: coverage against error, and calibration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from latch.evaluation.asking import Asked
from latch.evaluation.judging import Knowledge
from latch.evaluation.measures import Sets
from latch.evaluation.statistics import Guess, coverage_curve, expected_calibration_error, reliability

THRESHOLDS = tuple(number / 20 for number in range(20))


def guesses(asked: Iterable[Asked], knowledge: Knowledge) -> list[Guess]:
    """Return the likeliest intent of each message, judged; one that was not understood has no confidence."""
    return [_guess(one, knowledge) for one in asked]


def confidence(sets: Sets, knowledge: Knowledge) -> dict[str, Any]:
    """Return curve and calibration as plain data.

    The curve is made from each message's own ranking: what one threshold on the confidence of the likeliest intent,
    and nothing else, would do. `false` is the share of outside and wide messages that would get an answer. `now` is
    what Latch does as it is set up, taken from its answers.
    """
    inside = guesses(sets.inside, knowledge)
    elsewhere = guesses((*sets.outside, *sets.wide, *sets.noisy_wide), knowledge)
    curve = coverage_curve(inside, THRESHOLDS)
    false = coverage_curve(elsewhere, THRESHOLDS)
    bins = reliability(inside)
    return {
        "now": _now(sets.inside, knowledge),
        "curve": [{**asdict(point), "false": other.coverage} for point, other in zip(curve, false)],
        "reliability": [asdict(one) for one in bins],
        "expected_calibration_error": expected_calibration_error(bins),
        "inside": len(inside),
        "elsewhere": len(elsewhere),
    }


def _now(inside: Sequence[Asked], knowledge: Knowledge) -> dict[str, float]:
    """Return the coverage and the error of the first replies."""
    firsts = [(one.message, one.answer["topics"][0]["id"]) for one in inside if one.answer["topics"]]
    wrong = sum(not knowledge.right(message, topic) for message, topic in firsts)
    return {
        "coverage": len(firsts) / len(inside) if inside else 0.0,
        "error": wrong / len(firsts) if firsts else 0.0,
    }


def _guess(one: Asked, knowledge: Knowledge) -> Guess:
    ranking: Sequence[tuple[str, float]] = one.ranking or (("", 0.0),)
    name, sure = ranking[0]
    answers = name in knowledge.titles
    return Guess(min(1.0, max(0.0, sure)), answers, answers and knowledge.right(one.message, name))
