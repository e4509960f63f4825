"""The words around a text, and what a response carries beside it."""

from __future__ import annotations

from typing import Any

import pytest

from latch.responses import (
    FORM,
    FORM_ANSWER,
    FORM_SHORT,
    HELP,
    HELP_HEADING,
    KIND,
    KIND_CONVERSATION,
    KIND_TOPIC,
    SOURCES,
    TITLE,
    TOPIC,
    Book,
    full_text,
    packed,
    source_line,
    source_list,
    source_name,
)


def _source(name: str, year: int | None = None) -> dict[str, Any]:
    return {"publisher": f"{name} Press", "title": f"On {name}", "year": year, "url": f"https://{name}.example"}


MILK, SLEEP, TEETH, WORK, LOVE = (_source(name, 2020) for name in ("Milk", "Sleep", "Teeth", "Work", "Love"))


def test_a_source_is_named_by_publisher_title_and_year() -> None:
    assert source_name(MILK) == "Milk Press, On Milk (2020)"


def test_a_source_without_a_year_is_named_without_one() -> None:
    assert source_name(_source("Milk")) == "Milk Press, On Milk"
    assert source_name({"publisher": "Milk Press", "title": "On Milk"}) == "Milk Press, On Milk"


def test_one_source_is_one() -> None:
    assert source_line([MILK]) == "Source: Milk Press, On Milk (2020)."


def test_several_sources_stand_in_their_order() -> None:
    assert source_line([SLEEP, MILK]) == "Sources: Sleep Press, On Sleep (2020); Milk Press, On Milk (2020)."


def test_three_sources_are_all_named() -> None:
    assert source_line([MILK, SLEEP, TEETH]).endswith("Teeth Press, On Teeth (2020).")


def test_of_many_sources_the_first_three_are_named_and_the_rest_counted() -> None:
    line = source_line([MILK, SLEEP, TEETH, WORK, LOVE])
    assert "Teeth" in line
    assert "Work" not in line
    assert line.endswith("; and 2 more.")


def test_without_sources_there_is_no_line() -> None:
    assert source_line([]) == ""
    assert source_list([]) == ""


def test_the_list_of_sources_gives_their_addresses() -> None:
    assert source_list([MILK, SLEEP]) == (
        "- Milk Press, On Milk (2020): https://Milk.example\n- Sleep Press, On Sleep (2020): https://Sleep.example"
    )


def test_a_full_text_is_the_answer_then_help_then_sources() -> None:
    metadata = {HELP: [{"text": "Call now."}, {"text": "See a doctor."}], SOURCES: [MILK]}
    assert full_text("Milk is made.", metadata).splitlines() == [
        "Milk is made.",
        HELP_HEADING,
        "- Call now.",
        "- See a doctor.",
        "Source: Milk Press, On Milk (2020).",
    ]


def test_a_full_text_has_no_blank_line_where_something_is_missing() -> None:
    """Rasa would send what stands behind a blank line as a message of its own."""
    assert full_text("Milk is made.", {}) == "Milk is made."
    assert "\n\n" not in full_text("Milk is made.", {HELP: [], SOURCES: [MILK]})


@pytest.fixture
def book() -> Book:
    """Return a book of one topic and a greeting."""
    topic = {KIND: KIND_TOPIC, TOPIC: "let_down", TITLE: "What is let-down?", FORM: FORM_ANSWER, SOURCES: [MILK]}
    return Book(
        {
            "utter_let_down": [{"text": "Milk flows.", "metadata": packed(topic)}],
            "utter_let_down_short": [{"text": "Flow.", "metadata": packed({TOPIC: "let_down", FORM: FORM_SHORT})}],
            "utter_greet": [{"text": "Hello.", "metadata": packed({KIND: KIND_CONVERSATION})}],
            "utter_bare": [{"text": "Bare."}],
            "utter_none": [],
        }
    )


def test_a_book_holds_its_responses_and_no_others(book: Book) -> None:
    assert "utter_let_down" in book
    assert "utter_unheard_of" not in book


def test_a_book_tells_topics_from_the_rest(book: Book) -> None:
    assert book.is_topic("let_down")
    assert not any(book.is_topic(intent) for intent in ("greet", "bare", "none", "unheard_of"))
    assert book.kind("greet") == KIND_CONVERSATION
    assert book.kind("unheard_of") is None


def test_metadata_that_is_packed_comes_out_as_it_was(book: Book) -> None:
    assert book.metadata("utter_let_down")[SOURCES] == [MILK]
    assert book.metadata("utter_bare") == book.metadata("utter_none") == book.metadata("utter_unheard_of") == {}


def test_the_short_form_of_a_topic_has_the_sources_of_the_topic(book: Book) -> None:
    short = book.metadata("utter_let_down_short")
    assert short[SOURCES] == [MILK]
    assert short[FORM] == FORM_SHORT
    assert book.metadata("utter_let_down")[FORM] == FORM_ANSWER


def test_a_topic_has_a_button_and_what_has_no_title_has_none(book: Book) -> None:
    assert book.buttons(["let_down", "greet"]) == [{"title": "What is let-down?", "payload": "/let_down"}]
