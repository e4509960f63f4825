"""What is said to a message, in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latch import responses
from latch.plan import (
    DID_YOU_MEAN,
    FALLBACK,
    NEAREST,
    NO_MORE,
    NOTHING_BEFORE,
    NOTHING_NEAR,
    Repertoire,
    Step,
    Understanding,
    offers,
    plan,
)

KINDS = {
    "let_down": responses.KIND_TOPIC,
    "milk_colour": responses.KIND_TOPIC,
    "oversupply": responses.KIND_TOPIC,
    "biting": responses.KIND_TOPIC,
    "greet": responses.KIND_CONVERSATION,
    "find_help": responses.KIND_CONVERSATION,
    "weather": responses.KIND_OUTSIDE,
}
FORMS = ("utter_let_down_short", "utter_let_down_more", "utter_biting_short")
BOOK = responses.Book(
    {f"utter_{name}": [{"metadata": responses.packed({responses.KIND: kind})}] for name, kind in KINDS.items()}
    | {name: [{"text": "..."}] for name in FORMS}
)
REPERTOIRE = Repertoire(BOOK, {"find_help": "action_find_help"})


def _actions(heard: Understanding) -> list[str]:
    return [step.action for step in plan(heard, REPERTOIRE)]


def test_a_topic_is_answered_and_remembered() -> None:
    assert plan(Understanding("let_down"), REPERTOIRE) == [Step("utter_let_down", topic="let_down")]


def test_a_greeting_is_answered_and_is_no_topic() -> None:
    assert plan(Understanding("greet"), REPERTOIRE) == [Step("utter_greet")]


def test_two_questions_are_answered_in_the_order_asked() -> None:
    heard = Understanding("let_down", questions=["milk_colour", "let_down"])
    assert plan(heard, REPERTOIRE) == [
        Step("utter_milk_colour", topic="milk_colour"),
        Step("utter_let_down", topic="let_down"),
    ]


def test_two_clear_questions_are_answered_though_the_whole_was_unclear() -> None:
    assert _actions(Understanding(FALLBACK, questions=["milk_colour", "let_down"])) == [
        "utter_milk_colour",
        "utter_let_down",
    ]


def test_a_greeting_before_a_question_is_no_second_question() -> None:
    assert _actions(Understanding("let_down", questions=["greet", "let_down"])) == ["utter_let_down"]


@pytest.mark.parametrize("reason", ["empty", "no_words"])
def test_an_unreadable_message_is_told_why(reason: str) -> None:
    heard = Understanding("let_down", questions=["let_down", "biting"], unreadable=reason)
    assert _actions(heard) == [f"utter_unreadable_{reason}"]


@pytest.mark.parametrize(
    ("command", "action"),
    [("restart", "action_restart"), ("back", "action_back"), ("session_start", "action_session_start")],
)
def test_the_slash_commands_of_rasa_work(command: str, action: str) -> None:
    assert _actions(Understanding(command)) == [action]


def test_in_doubt_the_user_is_asked() -> None:
    assert _actions(Understanding(FALLBACK, [(FALLBACK, 0.7), ("let_down", 0.2)])) == [DID_YOU_MEAN]


def test_where_nothing_is_near_it_is_said() -> None:
    assert _actions(Understanding(FALLBACK, [(FALLBACK, 0.9), ("let_down", 0.001)])) == [NOTHING_NEAR]
    assert _actions(Understanding(None)) == [NOTHING_NEAR]
    assert _actions(Understanding(FALLBACK, [(FALLBACK, 1.0)])) == [NOTHING_NEAR]


def test_a_doubtful_question_from_outside_is_said_to_be_outside() -> None:
    heard = Understanding(FALLBACK, [(FALLBACK, 0.7), ("weather", 0.2), ("let_down", 0.1)])
    assert _actions(heard) == ["utter_weather"]


def test_an_intent_without_a_response_is_said_to_be_unknown() -> None:
    assert _actions(Understanding("unheard_of")) == [NOTHING_NEAR]


def test_an_action_has_a_line_for_when_it_is_silent() -> None:
    assert plan(Understanding("find_help"), REPERTOIRE) == [Step("action_find_help", otherwise="utter_find_help")]


def test_the_sources_of_the_last_answer_are_shown() -> None:
    assert _actions(Understanding("show_sources", last_topic="let_down")) == ["utter_show_sources"]


@pytest.mark.parametrize(
    ("intent", "action"),
    [("say_again", "utter_let_down"), ("say_shorter", "utter_let_down_short"), ("tell_me_more", "utter_let_down_more")],
)
def test_a_follow_up_gives_another_form_of_the_last_answer(intent: str, action: str) -> None:
    assert plan(Understanding(intent, last_topic="let_down"), REPERTOIRE) == [Step(action, topic="let_down")]


def test_where_there_is_no_more_to_tell_it_is_said() -> None:
    assert _actions(Understanding("tell_me_more", last_topic="biting")) == [NO_MORE]


@pytest.mark.parametrize("intent", ["show_sources", "say_again", "say_shorter", "tell_me_more"])
def test_a_follow_up_to_nothing_is_said_to_be_one(intent: str) -> None:
    assert _actions(Understanding(intent)) == [NOTHING_BEFORE]


def test_the_nearest_three_topics_are_offered_the_likeliest_first() -> None:
    ranking = [
        (FALLBACK, 0.3),
        ("biting", 0.2),
        ("greet", 0.15),
        ("let_down", 0.1),
        ("oversupply", 0.05),
        ("milk_colour", 0.04),
    ]
    assert offers(ranking, REPERTOIRE) == ["biting", "let_down", "oversupply"]


def test_a_topic_that_is_not_near_is_not_offered() -> None:
    assert offers([("biting", NEAREST), ("let_down", NEAREST / 2)], REPERTOIRE) == ["biting"]


_INTENTS = st.sampled_from([*KINDS, FALLBACK, "unheard_of", "say_again", "tell_me_more", "show_sources", "restart", ""])


@given(
    st.builds(
        Understanding,
        intent=st.none() | _INTENTS,
        ranking=st.lists(st.tuples(_INTENTS, st.floats(0, 1))),
        questions=st.lists(_INTENTS, max_size=4),
        unreadable=st.sampled_from([None, "empty"]),
        last_topic=st.sampled_from([None, "let_down", "biting"]),
    )
)
def test_something_is_said_to_every_message(heard: Understanding) -> None:
    assert plan(heard, REPERTOIRE)
