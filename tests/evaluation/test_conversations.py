from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from latch.evaluation.asking import Talked
from latch.evaluation.conversations import check_expectations, measures, met, missed_turns
from latch.evaluation.judging import Knowledge
from latch.evaluation.messages import Conversation, FormError, Questions, Turn

Answers = Callable[..., Any]


@pytest.mark.parametrize("expect", ["made", "milk_production"])
def test_a_topic_is_met_by_its_category(answer: Answers, knowledge: Knowledge, expect: str) -> None:
    assert met(Turn("x", expect), answer("more"), knowledge)
    assert not met(Turn("x", expect), answer("bites", "made"), knowledge)
    assert not met(Turn("x", expect), answer(doubt=True, offered=["made"]), knowledge)


def test_a_neighbouring_subject_is_met_by_anything_but_a_topic(answer: Answers, knowledge: Knowledge) -> None:
    turn = Turn("can I drink wine", "medicines_substances")
    assert met(turn, answer(out_of_scope=True), knowledge)
    assert met(turn, answer(doubt=True, offered=["made"]), knowledge)
    assert not met(turn, answer("made"), knowledge)


def test_what_is_said_about_the_last_answer_is_met_by_its_intent(answer: Answers, knowledge: Knowledge) -> None:
    assert met(Turn("who says so", "meta_source"), answer("made", intent="show_sources"), knowledge)
    assert met(Turn("who says so", "show_sources"), answer(intent="show_sources"), knowledge)
    assert not met(Turn("simpler", "meta_simplify"), answer("made", intent="show_sources"), knowledge)


def test_small_talk_is_met_by_anything_but_a_topic(answer: Answers, knowledge: Knowledge) -> None:
    assert met(Turn("brb", "chitchat"), answer(intent="greet"), knowledge)
    assert not met(Turn("brb", "chitchat"), answer("made"), knowledge)


def test_a_danger_is_met_by_its_urgency_or_one_that_is_right_too(answer: Answers, knowledge: Knowledge) -> None:
    turn = Turn("I nearly shook him", "red_flag_crisis", ("red_flag_emergency",))
    for urgency, right in (("crisis", True), ("crisis_mental_health", True), ("emergency", True), ("soon", False)):
        found = answer(dangers=[{"sign": "harm", "urgency": urgency, "words": "shook"}])
        assert met(turn, found, knowledge) is right
    assert not met(turn, answer("made"), knowledge)


def test_turns_and_whole_conversations_are_measured(answer: Answers, knowledge: Knowledge) -> None:
    turns = (Turn("one", "made"), Turn("two", "bites"))
    conversation = Conversation("c1", "c.yml", turns)
    talked = [
        Talked(conversation, (answer("more"), answer("bites"))),
        Talked(conversation, (answer("made"), answer("made"))),
    ]
    shares = {row.key: (row.share["share"], row.share["of"]) for row in measures(talked, knowledge)}
    assert shares == {
        "conversations.turns": (3 / 4, 4),
        "conversations.later_turns": (1 / 2, 2),
        "conversations.whole": (1 / 2, 2),
        "conversations.topic": (2 / 4, 4),
    }
    (missed,) = missed_turns(talked, knowledge)
    assert (missed.turn.text, missed.answer["topics"][0]["id"]) == ("two", "made")


def test_an_unknown_expectation_names_file_and_id(knowledge: Knowledge) -> None:
    good = Conversation("c1", "c.yml", (Turn("one", "made", ("weaning", "red_flag_soon", "meta_source")),))
    check_expectations(Questions((), (good,)), knowledge)
    bad = Conversation("c2", "c.yml", (Turn("one", "gardening"),))
    with pytest.raises(FormError, match=r"c\.yml, entry c2: .*'gardening'"):
        check_expectations(Questions((), (good, bad)), knowledge)


def test_the_projects_own_conversations_expect_what_is_known() -> None:
    from latch.content.load import load
    from latch.evaluation.messages import read_questions

    data = Path("data")
    check_expectations(read_questions(), Knowledge.of(load(data), data))
