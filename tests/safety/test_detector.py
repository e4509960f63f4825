"""The detector joins patterns and recogniser: by age, by urgency, and without what is excused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from latch.safety.detector import HARMLESS, PATTERN, RECOGNISER, WHOLE_WORDS, Danger, Detector, Sign
from latch.safety.patterns import PatternBook
from latch.safety.words import Words

SIGNS = {
    "limp": Sign("emergency"),
    "fever": Sign("same_day"),
    "fever_newborn": Sign("emergency", age_under=3),
    "older": Sign("soon", age_from=6),
    "lump": Sign("soon"),
    "thoughts": Sign("crisis", yields_to=("suicide",)),
    "suicide": Sign("crisis"),
}
LINES = {
    "limp": ["limp"],
    "fever": ["temperature>=38"],
    "fever_newborn": ["temperature>=38"],
    "older": ["tired"],
    "thoughts": ["thoughts"],
    "suicide": ["want die"],
}


class Stub:
    """A recogniser that finds a sign by one word of the text, with the probability that stands behind it."""

    intents = (*SIGNS, HARMLESS)

    def scores(self, texts: Sequence[str], vectors: Any) -> Sequence[str]:
        """Return the texts, which `probabilities` reads."""
        return texts

    def probabilities(self, texts: Sequence[str]) -> Any:
        """Return for "lump=0.7" that sign with that probability, what is left over being harmless."""
        found = np.zeros((len(texts), len(self.intents)), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.split():
                name, _, share = word.partition("=")
                if share:
                    found[row, self.intents.index(name)] = float(share.rstrip(".,"))
        found[:, -1] = 1 - found.sum(axis=1)
        return found


DETECTOR = Detector(
    SIGNS,
    PatternBook(LINES, Words({}, ["to"]), {}),
    Stub(),  # type: ignore[arg-type]
    threshold=0.5,
    urgent_share=0.3,
)


def _dangers(*texts: str, months: float | None = None) -> list[Danger]:
    vectors = np.zeros((len(texts), 3), dtype=np.float32)
    return DETECTOR.dangers(texts, vectors, months, texts[0], lambda more: np.zeros((len(more), 3), dtype=np.float32))


def _signs(*texts: str, months: float | None = None) -> list[str]:
    return [danger.sign for danger in _dangers(*texts, months=months)]


def test_a_pattern_is_enough_alone() -> None:
    (danger,) = _dangers("he is limp, how do I latch him")
    assert danger == Danger("limp", "emergency", "limp", PATTERN, 0.0)


def test_the_recogniser_is_enough_alone() -> None:
    (danger,) = _dangers("it is lump=0.6 you know")
    assert (danger.sign, danger.urgency, danger.by) == ("lump", "soon", RECOGNISER)
    assert danger.words == "it is lump=0.6 you know"
    assert danger.confidence == pytest.approx(0.6)


def test_below_the_threshold_there_is_no_danger() -> None:
    assert _dangers("lump=0.4") == []
    assert _dangers("how is milk made") == []


def test_several_signs_together_may_pass_the_threshold() -> None:
    assert _signs("lump=0.3 fever=0.25") == ["lump"]


def test_it_is_taken_for_urgent_where_urgent_signs_have_their_share() -> None:
    assert _signs("lump=0.5 limp=0.3") == ["limp"]
    assert _signs("lump=0.6 limp=0.1") == ["lump"]


def test_a_sign_found_both_ways_stands_once_with_the_recognisers_confidence() -> None:
    (danger,) = _dangers("limp limp=0.8")
    assert (danger.by, danger.words) == (PATTERN, "limp")
    assert danger.confidence == pytest.approx(0.8)


def test_the_most_urgent_comes_first() -> None:
    assert _signs("I want to die. He is 38.5 and limp. lump=0.6") == ["limp", "suicide", "fever", "lump"]


@pytest.mark.parametrize(("months", "signs"), [(None, ["fever"]), (1, ["fever_newborn", "fever"]), (3, ["fever"])])
def test_a_pattern_of_an_age_holds_at_that_age_only(months: float | None, signs: list[str]) -> None:
    assert _signs("it is 38.5 now", months=months) == signs


@pytest.mark.parametrize(("months", "signs"), [(None, []), (5.9, []), (6, ["older"]), (30, ["older"])])
def test_a_sign_may_hold_from_an_age_on(months: float | None, signs: list[str]) -> None:
    assert _signs("so tired", months=months) == signs


def test_the_recogniser_names_no_sign_of_another_age() -> None:
    assert _signs("fever_newborn=0.9", months=1) == ["fever_newborn"]
    assert _signs("fever_newborn=0.9", months=12) == []


def test_without_an_age_the_recogniser_names_an_urgent_sign_of_an_age_only() -> None:
    assert _signs("fever_newborn=0.9", months=None) == ["fever_newborn"]
    assert _signs("older=0.9", months=None) == []


def test_the_words_of_a_danger_are_those_of_the_part_that_shows_it() -> None:
    (danger,) = _dangers("a long story lump=0.9", "a story", "lump=0.8")
    assert danger.words == "lump=0.8"


def test_a_part_alone_is_explained_by_the_rest() -> None:
    assert _dangers("a long story", "lump=1.0") == []


def test_a_part_of_what_the_encoder_cannot_read_whole_counts_by_itself_and_must_be_surer() -> None:
    story = " ".join(["word"] * (WHOLE_WORDS + 1))
    assert _dangers(story, "lump=0.9") == []
    assert _signs(story, "lump=1.0") == ["lump"]


def test_a_sign_steps_back_before_the_one_it_yields_to() -> None:
    assert _signs("such thoughts") == ["thoughts"]
    assert _signs("such thoughts. I want to die") == ["suicide"]
    assert _signs("such thoughts suicide=0.9") == ["suicide"]


def test_what_is_excused_is_no_danger_either_way() -> None:
    assert _dangers("he was limp two years ago limp=0.9") == []
    assert _dangers("my sister had it limp=0.9") == []


def test_a_crisis_is_not_excused_by_somebody_else() -> None:
    assert _signs("my sister said she would want to die") == ["suicide"]
    assert _signs("my sister said it suicide=0.9") == ["suicide"]


def test_the_recogniser_looks_again_at_what_is_left() -> None:
    (danger,) = _dangers("my sister had it. lump=0.9")
    assert danger.words == "lump=0.9"
    assert _dangers("general question lump=0.9") == []


def test_patterns_alone_find_what_is_plainly_said() -> None:
    found = DETECTOR.certain("mi bebe limp, such thoughts, I want to die", None)
    assert [(danger.sign, danger.by, danger.confidence) for danger in found] == [
        ("limp", PATTERN, 0.0),
        ("suicide", PATTERN, 0.0),
    ]
    assert DETECTOR.certain("general question: limp", None) == []


@pytest.mark.parametrize("place", [0, 1000, 2000])
def test_danger_anywhere_in_a_long_text_is_found(place: int) -> None:
    words = ["word"] * 2000
    words.insert(place, "limp")
    assert [danger.sign for danger in DETECTOR.certain(" ".join(words), None)] == ["limp"]
