"""Answers: short, plain, in one piece."""

from __future__ import annotations

from typing import Any

import pytest

from latch.content.load import load
from latch.content.rules import answers

ANSWER = "      Milk is made in the breast in small sacs.\n"


def _reasons(data: Any) -> list[str]:
    return [str(fault).removeprefix(f"{data.folder}/") for fault in answers.faults(load(data.folder))]


def _say(data: Any, text: str) -> None:
    data.spoil(data.made, ANSWER, "".join(f"      {line}\n" if line else "\n" for line in text.split("\n")))


def test_good_answers_have_no_fault(data: Any) -> None:
    assert _reasons(data) == []
    assert list(answers.corpus_fault(load(data.folder))) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Milk is good. " * 31, "93 words; at most 90"),
        ("Milk is good.\n\nMilk is made.", "a blank line would split the message in two"),
        ("Milk is good for {baby}.", "braces would be read as a slot"),
        ("Milk is " + "very " * 19 + "good.", "a sentence of 22 words; at most 20"),
        ("Physiological galactopoiesis necessitates endocrinological stimulation.", "reading grade"),
    ],
)
def test_an_answer_that_tires_is_named(data: Any, text: str, reason: str) -> None:
    _say(data, text.strip())
    line = data.line(data.made, "- text:")
    found = _reasons(data)
    assert any(fault.startswith(f"{data.made}:{line}: {reason}") for fault in found), found


def test_an_answer_of_ninety_words_is_short_enough(data: Any) -> None:
    _say(data, ("Milk is good. " * 30).strip())
    assert _reasons(data) == []


def test_a_short_answer_has_thirty_words_at_the_most(data: Any) -> None:
    _say(data, "Milk is good.")
    data.spoil(data.made, ANSWER, f"      {('Milk is good. ' * 11).strip()}\n")
    assert _reasons(data) == [f"{data.made}:{data.line(data.made, '_short:') + 1}: 33 words; at most 30"]


@pytest.mark.parametrize("title", ["Milk is made", "How is milk made, " + "and by whom, " * 5 + "where and when?"])
def test_a_title_is_a_short_question(data: Any, title: str) -> None:
    data.spoil(data.made, "How is milk made?", title)
    assert _reasons(data) == [f"{data.made}:2: a title is a question of at most 60 characters"]


def test_two_topics_may_not_have_one_title(data: Any) -> None:
    data.spoil(data.made, "How is milk made?", "How often does a Baby feed?")
    assert any("the title is also that of" in reason for reason in _reasons(data))


def test_two_or_three_topics_come_next(data: Any) -> None:
    data.spoil(data.made, "related: [feeds_often, more_milk]", "related: [feeds_often]")
    assert _reasons(data) == [f"{data.made}:2: related: 2 or 3 topics, the next questions"]


def test_a_long_danger_sign_is_named(data: Any) -> None:
    data.spoil(data.help, "Get care today if", "Get care today if " + "very " * 30)
    (reason,) = _reasons(data)
    assert "a sentence of 41 words; at most 35" in reason
    assert reason.startswith(f"{data.help}:")


def test_the_answers_together_must_be_easy(data: Any) -> None:
    hard = "Every mother produces antibodies because infections occur frequently around babies."
    for path, text in ((data.made, ANSWER), (data.often, "      A new baby feeds 8 to 12 times a day.\n")):
        data.spoil(path, text, f"      {hard}\n")
    (fault,) = answers.corpus_fault(load(data.folder))
    assert "median reading grade" in str(fault)


def test_the_grade_of_a_topic_is_that_of_its_hardest_variation(data: Any) -> None:
    before = answers.grades(load(data.folder))["milk_made"]
    data.spoil(data.made, "  - text: |-\n", "  - text: Every mother produces antibodies frequently.\n  - text: |-\n")
    assert answers.grades(load(data.folder))["milk_made"] > before
