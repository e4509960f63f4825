"""Grounding: each sentence stands on a fact that its topic cites, each number in one of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latch.content.load import load
from latch.content.model import Place
from latch.content.rules import grounding
from latch.content.rules.grounding import Support, numbers


class WordEncoder:
    """Encodes a text by the words it holds: closeness is the cosine of words shared."""

    def encode(self, texts: list[str]) -> Any:
        """Return unit vectors over the words of all texts."""
        split = [re.findall(r"[a-z0-9]+", text.casefold()) for text in texts]
        known = {word: index for index, word in enumerate(sorted({word for words in split for word in words}))}
        vectors = np.zeros((len(texts), len(known)), dtype=np.float32)
        for row, words in enumerate(split):
            vectors[row, [known[word] for word in words]] = 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _supports(data: Any) -> list[Support]:
    return grounding.closeness(load(data.folder), WordEncoder())  # type: ignore[arg-type]


def _number_reasons(data: Any) -> list[str]:
    return [
        str(fault).removeprefix(f"{data.folder}/")
        for fault in grounding.number_faults(load(data.folder).topics.values())
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8 to 12 times", {"8", "12"}),
        ("1,500 ml", {"1500"}),
        ("38.5 C", {"38.5"}),
        ("twelve months", {"12"}),
        ("Twice a day", {"2"}),
        ("someone", set()),
        ("", set()),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(text: str, found: set[str]) -> None:
    assert numbers(text) == found


def test_numbers_that_stand_in_a_fact_have_no_fault(data: Any) -> None:
    assert _number_reasons(data) == []


@pytest.mark.parametrize(("number", "said"), [("14", "14"), ("fourteen", "14"), ("2", "2"), ("12.5", "12.5")])
def test_a_number_that_no_fact_holds_is_named(data: Any, number: str, said: str) -> None:
    data.spoil(data.often, "8 to 12 times", f"8 to {number} times")
    line = data.line(data.often, "- text:")
    assert _number_reasons(data) == [f"{data.often}:{line}: the number {said} stands in no fact that the topic cites"]


@pytest.mark.parametrize("word", ["one", "two", "once", "half", "first"])
def test_small_numbers_in_words_need_no_fact(data: Any, word: str) -> None:
    data.spoil(data.often, "8 to 12 times", f"8 to 12 times, {word}")
    assert _number_reasons(data) == []


def test_a_number_in_the_note_of_a_fact_may_be_said(data: Any) -> None:
    data.spoil(data.article, "  certainty: likely\n", "  certainty: likely\n  note: Some say 14.\n")
    data.spoil(data.often, "8 to 12 times", "8 to 14 times")
    assert _number_reasons(data) == []


def test_a_number_in_a_fact_that_the_topic_does_not_cite_is_a_fault(data: Any) -> None:
    data.spoil(data.made, "in small sacs.", "in 12 small sacs.")
    assert len(_number_reasons(data)) == 1


def test_a_sentence_that_says_its_fact_is_close_to_it(data: Any) -> None:
    best = max(_supports(data))
    assert best.closeness > 0.8
    assert best.fact.startswith(("Milk is made", "A new baby feeds"))


def test_a_sentence_that_no_fact_says_comes_first_and_is_a_fault(data: Any) -> None:
    strange = "Purple elephants dance under seven bright wooden umbrellas."
    data.spoil(data.made, "Milk is made in the breast in small sacs.", strange)
    supports = _supports(data)
    assert supports[0].sentence == strange
    (fault,) = [fault for fault in grounding.closeness_faults(supports) if strange in fault.reason]
    assert fault.line == data.line(data.made, "- text:")
    assert "closeness 0.00" in fault.reason


def test_a_line_of_warmth_needs_no_fact(data: Any) -> None:
    data.spoil(data.made, "Milk is made in the breast in small sacs.", "That sounds hard. Purple elephants dance.")
    assert not any("elephants" in support.sentence for support in _supports(data))


def test_danger_sign_lines_are_grounded_too(data: Any) -> None:
    supports = {support.sentence: support.fact for support in _supports(data)}
    assert supports["Get care today if your baby is too sleepy to feed."].startswith("A baby who is too sleepy")


def test_only_the_topics_asked_for_are_measured(data: Any) -> None:
    library = load(data.folder)
    only = [library.topics["milk_made"]]
    places = {support.place.path.name for support in grounding.closeness(library, WordEncoder(), only)}  # type: ignore[arg-type]
    assert "milk_made.yml" in places
    assert "feeds_often.yml" not in places


def test_a_library_of_nothing_has_nothing_to_ground() -> None:
    from latch.content.model import Library

    assert grounding.closeness(Library(), WordEncoder()) == []  # type: ignore[arg-type]
    near = Support(grounding.LEAST_CLOSENESS, "a", "b", Place(Path("a.yml"), 1))
    assert list(grounding.closeness_faults([near])) == []
