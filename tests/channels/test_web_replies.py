"""What the NLG said reaches the widget in its parts."""

from __future__ import annotations

from typing import Any

import pytest

from latch import responses
from latch.channels.web.replies import callable_numbers, paragraphs, rated, reply, starters
from latch.responses import Book

ID = "3f0c2f0e-4f27-4a55-9d0b-6b5a1c5b0a11"
SOURCE = {"id": "s", "publisher": "NHS", "title": "Let-down", "year": "2023", "url": "https://nhs.uk/x", "kind": "page"}


def test_lines_are_paragraphs_and_marked_lines_are_lists() -> None:
    assert paragraphs("One.\nTwo:\n- a\n- b\nThree.\n\n- c") == [
        {"type": "text", "text": "One."},
        {"type": "text", "text": "Two:"},
        {"type": "list", "items": ["a", "b"]},
        {"type": "text", "text": "Three."},
        {"type": "list", "items": ["c"]},
    ]
    assert paragraphs("") == []


def answer(**about: Any) -> dict[str, Any]:
    metadata = {
        "kind": "topic",
        "topic": "let_down",
        "title": "What is let-down?",
        "body": "At let-down milk flows.",
        "when_to_get_help": [{"urgency": "soon", "text": "Your breast is red."}],
        "sources": [SOURCE],
        **about,
    }
    text = responses.full_text(metadata["body"], metadata)
    return {"text": text, "buttons": [{"title": "More?", "payload": "/colostrum"}], "metadata": metadata}


def test_an_answer_comes_in_its_parts() -> None:
    assert reply(answer(), ID, 0, ()) == {
        "id": f"{ID}.0.let_down",
        "kind": "answer",
        "topic": "let_down",
        "title": "What is let-down?",
        "paragraphs": [{"type": "text", "text": "At let-down milk flows."}],
        "when_to_get_help": ["Your breast is red."],
        "danger": None,
        "sources": [{"publisher": "NHS", "title": "Let-down", "year": 2023, "url": "https://nhs.uk/x"}],
        "buttons": [{"id": "colostrum", "title": "More?"}],
        "feedback": True,
    }


def test_what_leads_a_repetition_is_said_too() -> None:
    message = answer()
    message["text"] = f"Here it is once more.\n{message['text']}"
    said = [part["text"] for part in reply(message, ID, 0, ())["paragraphs"]]
    assert said == ["Here it is once more.", "At let-down milk flows."]


def test_a_danger_names_the_numbers_that_ring() -> None:
    danger = {"kind": "danger", "sign": "self_harm", "urgency": "crisis", "topic": None, "title": None}
    found = reply(
        answer(**danger, numbers=["116 123", "50808", "1-800-799-7233"]), ID, 1, {"116 123", "1-800-799-7233"}
    )
    assert found["danger"] == {
        "sign": "self_harm",
        "urgency": "crisis",
        "numbers": [{"label": "116 123", "tel": "116123"}, {"label": "1-800-799-7233", "tel": "18007997233"}],
    }
    assert (found["kind"], found["feedback"], found["id"]) == ("danger", False, f"{ID}.1")


def test_a_message_without_metadata_is_conversation() -> None:
    found = reply({"text": "Hello."}, ID, 0, ())
    assert (found["kind"], found["topic"], found["feedback"]) == ("conversation", None, False)
    assert found["paragraphs"] == [{"type": "text", "text": "Hello."}]


def test_an_id_says_what_is_rated_and_no_other_text_is_an_id() -> None:
    found = rated(f"{ID}.0.let_down")
    assert found is not None
    assert (found.message, found.topic) == (ID, "let_down")
    bare = rated(f"{ID}.12")
    assert bare is not None
    assert bare.topic == ""
    for wrong in ("", ID, f"{ID}.x", f"{ID}.0.Let me say something", f"{ID}.0.let_down\n", "x" * 500):
        assert rated(wrong) is None


def test_the_greeting_offers_what_its_response_offers(project_responses: dict[str, Any]) -> None:
    shown = starters(Book(project_responses))
    assert 4 <= len(shown) <= 5
    assert {"id": "how_milk_is_made", "title": "How is breast milk made?"} in shown


def test_a_model_whose_greeting_offers_nothing_offers_a_topic_of_each_of_some_subjects(
    project_responses: dict[str, Any],
) -> None:
    without = {**project_responses, "utter_greet": [{"text": "Hello."}]}
    book = Book(without)
    shown = [one["id"] for one in starters(book)]
    assert len(shown) == len({book.subjects()[topic] for topic in shown}) == 5


def test_numbers_that_take_texts_alone_do_not_ring(project_responses: dict[str, Any]) -> None:
    numbers = callable_numbers(Book(project_responses))
    assert {"999", "112", "116 123"} <= numbers
    assert not {"85258", "50808", "88788"} & numbers
    assert callable_numbers(Book({})) == frozenset()


@pytest.mark.parametrize("kind", responses.KINDS)
def test_every_kind_of_the_model_has_a_name_in_the_channel(kind: str) -> None:
    assert reply(answer(kind=kind), ID, 0, ())["kind"] in (
        "answer",
        "conversation",
        "outside",
        "doubt",
        "help",
        "danger",
    )
