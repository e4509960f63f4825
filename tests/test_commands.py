"""A few texts mean one thing, with or without a slash."""

from __future__ import annotations

import pytest

from latch.commands import FORGET, PRIVACY, command
from latch.plan import FORGOTTEN, Repertoire, Understanding, Warned, plan
from latch.responses import Book


@pytest.mark.parametrize(
    "text", ["/forget", "forget", "Forget this conversation.", "please delete my data!", "DELETE  this chat, please"]
)
def test_person_wants_to_be_forgotten(text: str) -> None:
    assert command(text) == FORGET


@pytest.mark.parametrize("text", ["/privacy", "privacy", " Privacy "])
def test_person_asks_what_is_kept(text: str) -> None:
    assert command(text) == PRIVACY


@pytest.mark.parametrize(
    "text", ["", "/", "I forget to drink", "forget it, new question", "my baby forgets to feed", "forget " * 1_000]
)
def test_other_texts_are_no_command(text: str) -> None:
    assert command(text) is None


def test_being_forgotten_comes_before_the_care_after_a_danger() -> None:
    book = Book({FORGOTTEN: [{"text": "Done."}], "utter_stay_emergency": [{"text": "I worry."}]})
    heard = Understanding(FORGET, warned=Warned("not_breathing", "emergency", 1))
    assert [step.action for step in plan(heard, Repertoire(book)).steps] == [FORGOTTEN]
