from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from latch.content.load import load
from latch.evaluation.messages import (
    KINDS,
    URGENCIES,
    Form,
    FormError,
    HeldOut,
    read_messages,
    read_questions,
)

Read = Callable[[str], list[HeldOut]]
SHARED = Path(__file__).parents[3] / "shared" / "questions"


def test_every_topic_has_five_messages_held_out() -> None:
    counts = dict.fromkeys(load().topics, 0)
    for message in read_messages():
        if message.topic:
            counts[message.topic] += 1
    assert {topic for topic, count in counts.items() if count < 5} == set()


def test_a_message_names_only_topics_that_exist() -> None:
    known = set(load().topics)
    named = {name for message in read_messages() for name in (message.topic, *message.also) if name}
    assert named - known == set()


def test_no_id_stands_twice() -> None:
    questions = read_questions()
    ids = [entry.id for entry in (*questions.messages, *questions.conversations)]
    assert len(ids) == len(set(ids))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the development set stands beside the project")
def test_the_development_set_is_read_whole() -> None:
    questions = read_questions(SHARED)
    assert {message.form for message in questions.messages} >= {Form.SUBJECT, Form.OUTSIDE, Form.DANGER, Form.HARMLESS}
    assert any(message.noisy for message in questions.messages)
    assert questions.conversations


def test_a_topic_beside_its_category_is_a_topic(read: Read) -> None:
    (message,) = read("- {id: a, text: how is it made, topic: made, also: [other], category: milk_production}")
    assert message.form is Form.SUBJECT
    assert (message.topic, message.also, message.category) == ("made", ("other",), "milk_production")
    assert message.right("made")
    assert message.right("other")
    assert not message.right("else")


def test_a_topic_alone_is_a_category_by_whatever_name(read: Read) -> None:
    first, second = read(
        "- {id: a, text: one, topic: beyond_12_months}\n- {id: b, text: two, topic: nipple_twiddling, origin: real}"
    )
    assert (first.topic, first.category) == (None, "nursing_beyond_12_months")
    assert second.category == "nipple_tuning"


def test_a_label_is_a_subject_and_what_was_retyped_is_noisy(read: Read) -> None:
    wide, noisy = read(
        "- {id: a, text: one, label: medicines_substances, ask: wine}\n- {id: b, text: two, label: weaning, of: a}"
    )
    assert (wide.category, wide.noisy) == ("medicines_and_substances", False)
    assert (noisy.category, noisy.noisy) == ("weaning", True)


def test_a_style_can_say_that_a_message_is_noisy(read: Read) -> None:
    (message,) = read("- {id: a, text: hw is it made, topic: made, category: milk_production, style: noisy}")
    assert message.noisy


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_outside_is_known(read: Read, kind: str) -> None:
    (message,) = read(f"- {{id: a, text: one, kind: {kind}}}")
    assert (message.form, message.kind) == (Form.OUTSIDE, kind)


def test_where_a_redirect_is_right_too_the_message_says_so(read: Read) -> None:
    plain, borderline, noted = read(
        "- {id: a, text: one, kind: health}\n- {id: b, text: two, kind: health, borderline: true}\n"
        "- {id: c, text: three, kind: adversarial, note: may be sent to a pharmacist}"
    )
    assert [one.redirect_is_right for one in (plain, borderline, noted)] == [False, True, True]


def test_a_danger_has_every_urgency_that_is_right(read: Read) -> None:
    first, second, third = read(
        "- {id: a, text: one, urgency: crisis_mental_health, also: emergency}\n"
        "- {id: b, text: two, urgency: same_day, within: days (see a doctor soon)}\n"
        "- {id: c, text: three, urgency: soon, sign: breast_lump, style: indirect, also: [same_day]}"
    )
    assert first.urgencies == ("crisis", "emergency")
    assert second.urgencies == ("same_day", "soon")
    assert (third.urgencies, third.sign, third.style) == (("soon", "same_day"), "breast_lump", "indirect")
    assert third.form is Form.DANGER


def test_what_is_not_urgent_may_name_a_subject(read: Read) -> None:
    (message,) = read("- {id: a, text: this is killing me, why_not_urgent: idiom, label: enough_milk}")
    assert message.form is Form.HARMLESS


def test_a_message_may_be_in_another_language(read: Read) -> None:
    (message,) = read("- {id: a, text: hola, language: es}")
    assert (message.form, message.language) == (Form.LANGUAGE, "es")


def test_conversations_stand_apart(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(
        "- {id: a1, text: how is it made, topic: made, category: milk_production}\n"
        "- {id: a2, turns: [{user: hello, expect: greet}, {user: and now, expect: made, also_ok: [more], also: x}]}\n",
        encoding="utf-8",
    )
    questions = read_questions(tmp_path)
    assert [message.id for message in questions.messages] == ["a1"]
    assert [turn.also for turn in questions.conversations[0].turns] == [(), ("x", "more")]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("{id: a7, text: one}", "the form is not known"),
        ("{id: a7, text: one, kind: strange}", "there is no kind 'strange'"),
        ("{id: a7, text: one, label: gardening}", "there is no subject 'gardening'"),
        ("{id: a7, text: one, topic: gardening}", "there is no subject 'gardening'"),
        ("{id: a7, text: one, urgency: tomorrow}", "there is no urgency 'tomorrow'"),
        ("{id: a7, text: one, urgency: soon, also: later}", "there is no urgency 'later'"),
        ("{id: a7, kind: far}", "`text` is missing"),
        ("{id: a7, turns: []}", "at least one turn"),
        ("{id: a7, turns: [{user: hello}]}", "a turn has `user` and `expect`"),
    ],
)
def test_an_unknown_form_names_file_and_id(read: Read, entry: str, reason: str) -> None:
    with pytest.raises(FormError, match=r"messages\.yml, entry a7: ") as found:
        read(f"- {entry}")
    assert reason in str(found.value)


@pytest.mark.parametrize("text", ["a: mapping", "- only a text"])
def test_a_file_that_is_no_list_of_entries_is_named(read: Read, text: str) -> None:
    with pytest.raises(FormError, match=r"messages\.yml"):
        read(text)


def test_a_folder_without_messages_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormError, match="there are no messages"):
        read_questions(tmp_path)


def test_nothing_is_as_urgent_as_an_emergency_but_a_crisis() -> None:
    assert URGENCIES["emergency"] == URGENCIES["crisis"] > URGENCIES["same_day"] > URGENCIES["soon"] > 0
