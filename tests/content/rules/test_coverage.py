"""Coverage: every question of the evidence has a topic, and danger signs are carried over."""

from __future__ import annotations

from typing import Any

from latch.content.load import load
from latch.content.rules import coverage


def _reasons(data: Any) -> list[str]:
    return [str(fault).removeprefix(f"{data.folder}/") for fault in coverage.faults(load(data.folder))]


def test_a_covered_subject_has_no_fault(data: Any) -> None:
    assert _reasons(data) == []


def test_a_question_without_a_topic_is_named(data: Any) -> None:
    data.spoil(data.often, "questions: [q-often]", "questions: []")
    line = data.line(data.article, "- id: q-often")
    assert f"{data.article}:{line}: no topic answers 'How often does a baby feed?' (q-often)" in _reasons(data)


def test_a_subject_without_any_topic_is_left_for_later(data: Any) -> None:
    text = (data.folder / data.article).read_text(encoding="utf-8")
    data.write("articles/sleep.yml", text.replace("id: milk-made", "id: sleep").replace("id: feeds-often", "id: naps"))
    assert _reasons(data) == []


def test_a_question_with_danger_signs_needs_them_in_its_topic(data: Any) -> None:
    data.spoil(data.often, "  help: [sleepy_baby, floppy_baby]\n", "")
    (reason,) = _reasons(data)
    assert reason.startswith(f"{data.often}:2: its question has danger signs")


def test_a_fact_that_is_not_to_be_repeated_is_named(data: Any) -> None:
    data.spoil(data.article, "  certainty: established\n", "  certainty: established\n  note: Do not repeat this.\n")
    reasons = _reasons(data)
    assert f"{data.made}:2: fact 'milk-made' is not to be repeated, its note says" in reasons
