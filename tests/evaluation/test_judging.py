from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from latch.content.load import load
from latch.evaluation.judging import (
    Knowledge,
    category_offered,
    category_right,
    said,
    topic_offered,
    topic_right,
)
from latch.evaluation.messages import HeldOut
from latch.plan import SAY_SHORTER, SHOW_SOURCES

MESSAGE = "- {id: a, text: one, topic: made, category: milk_production}"


def test_only_the_first_reply_counts(read: Callable[[str], list[HeldOut]], answer: Callable[..., Any]) -> None:
    (message,) = read(MESSAGE)
    assert topic_right(message, answer("made", "bites"))
    assert not topic_right(message, answer("bites", "made"))
    assert not topic_right(message, answer())
    assert category_right(message, answer("more"))
    assert not category_right(message, answer("bites", "made"))


def test_what_stands_on_a_button_is_offered(
    read: Callable[[str], list[HeldOut]], answer: Callable[..., Any], knowledge: Knowledge
) -> None:
    (message,) = read(MESSAGE)
    assert topic_offered(message, answer(doubt=True, offered=["bites", "made"]))
    assert not topic_offered(message, answer(doubt=True, offered=["more"]))
    assert category_offered(message, answer(doubt=True, offered=["more"]), knowledge)
    assert not category_offered(message, answer("bites", offered=["unheard_of"]), knowledge)


def test_a_message_that_names_a_category_is_right_with_any_of_its_topics(
    read: Callable[[str], list[HeldOut]], knowledge: Knowledge
) -> None:
    exact, loose = read(f"{MESSAGE}\n- {{id: b, text: two, topic: milk_production}}")
    assert not knowledge.right(exact, "more")
    assert knowledge.right(loose, "more")
    assert not knowledge.right(loose, "bites")


def test_the_project_knows_its_topics_and_its_other_intents() -> None:
    data = Path("data")
    knowledge = Knowledge.of(load(data), data)
    assert knowledge.answers("milk_production")
    assert {SHOW_SOURCES, SAY_SHORTER, "greet"} <= knowledge.others


def test_what_latch_did_is_said_in_plain_words(answer: Callable[..., Any], knowledge: Knowledge) -> None:
    danger = {"sign": "baby_floppy", "urgency": "emergency", "words": "floppy"}
    assert said(answer("made", dangers=[danger]), knowledge.titles) == "danger reply: baby_floppy (emergency)"
    assert said(answer("made"), knowledge.titles) == "answered: How is milk made?"
    assert said(answer(doubt=True, offered=["more"]), knowledge.titles) == "asked back: How do I make more?"
    assert said(answer(out_of_scope=True), knowledge.titles) == "said it has no checked answer"
    assert said(answer(intent="greet"), knowledge.titles) == "replied as to greet"
