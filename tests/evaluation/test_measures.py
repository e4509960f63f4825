from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from latch.evaluation.asking import Asked
from latch.evaluation.judging import Knowledge
from latch.evaluation.measures import Sets, by_category, by_topic, measures

MESSAGES = """\
- {id: a, text: one, topic: made, category: milk_production}
- {id: b, text: two, topic: more, category: milk_production, style: noisy}
- {id: c, text: three, topic: nipple_twiddling}
- {id: d, text: four, label: nipple_twiddling, of: c}
- {id: e, text: five, label: weaning}
- {id: f, text: six, label: weaning, of: e}
- {id: g, text: seven, kind: near}
- {id: h, text: eight, kind: clinc_oos}
- {id: i, text: nine, kind: neighbour_health, borderline: true}
- {id: j, text: zehn, language: de}
- {id: k, text: Juergen says eleven, language: en}
- {id: l, text: twelve, urgency: soon}
"""


@pytest.fixture
def asked(ask: Callable[..., list[Asked]], answer: Callable[..., Any]) -> list[Asked]:
    return ask(
        MESSAGES,
        answer("made"),
        answer("made", offered=["more"]),
        answer(doubt=True, offered=["bites"]),
        answer("bites"),
        answer("more"),
        answer(out_of_scope=True),
        answer(out_of_scope=True),
        answer("made"),
        answer("made"),
        answer("made"),
        answer("made"),
        answer("made"),
    )


@pytest.fixture
def found(asked: list[Asked], knowledge: Knowledge) -> dict[str, tuple[float, float]]:
    rows = measures(Sets.of(asked, knowledge), knowledge)
    return {row.key: (row.share["share"], row.share["of"]) for row in rows}


def test_topics_are_measured_where_the_file_names_them(found: dict[str, tuple[float, float]]) -> None:
    assert found["core.topic"] == (1 / 2, 2)
    assert found["core.topic_offered"] == (1, 2)


def test_categories_are_measured_of_every_core_message(found: dict[str, tuple[float, float]]) -> None:
    assert found["core.category"] == (pytest.approx(2 / 3), 3)
    assert found["core.category_offered"] == (1, 3)
    assert found["core.doubt"] == (pytest.approx(1 / 3), 3)
    assert found["core.outside"] == (0, 3)


def test_what_is_typed_in_haste_is_measured_apart(found: dict[str, tuple[float, float]]) -> None:
    assert found["noisy.category"] == (1, 2)


def test_a_neighbouring_subject_should_get_no_topic(found: dict[str, tuple[float, float]]) -> None:
    assert found["wide.wrong"] == (1, 1)
    assert found["noisy_wide.wrong"] == (0, 1)


def test_a_subject_that_gets_topics_is_no_neighbour_any_more(asked: list[Asked], knowledge: Knowledge) -> None:
    grown = Knowledge(knowledge.titles, {**knowledge.categories, "wean": "weaning"}, knowledge.others)
    sets = Sets.of(asked, grown)
    assert [one.message.id for one in sets.core] == ["a", "b", "c", "e"]
    assert sets.wide == []


def test_near_and_far_are_measured_apart_and_far_by_kind(found: dict[str, tuple[float, float]]) -> None:
    assert found["outside.near"] == (0, 1)
    assert found["outside.far"] == (1, 1)
    assert found["outside.kind.clinc_oos"] == (1, 1)


def test_where_a_redirect_is_right_an_answer_is_not_held_against_latch(found: dict[str, tuple[float, float]]) -> None:
    assert "outside.kind.neighbour_health" not in found


def test_another_language_should_get_no_topic(found: dict[str, tuple[float, float]]) -> None:
    assert found["language.answered"] == (1, 1)
    assert "language.told" not in found


def test_what_language_latch_took_a_message_for_is_measured_where_it_says_so(
    ask: Callable[..., list[Asked]], answer: Callable[..., Any], knowledge: Knowledge
) -> None:
    asked = ask(
        "- {id: a, text: eins, language: de}\n- {id: b, text: ek, language: hi-Latn}\n- {id: c, text: x, language: en}",
        answer(language="de"),
        answer(language=None),
        answer(language="es"),
    )
    rows = {row.key: row.share["share"] for row in measures(Sets.of(asked, knowledge), knowledge)}
    assert rows == {"language.answered": 0, "language.told": 1 / 2, "language.english": 1}


def test_shares_are_given_by_category_and_by_topic(asked: list[Asked], knowledge: Knowledge) -> None:
    sets = Sets.of(asked, knowledge)
    assert {name: row["of"] for name, row in by_category(sets.inside).items()} == {
        "milk_production": 2,
        "nipple_tuning": 2,
    }
    assert {name: row["share"] for name, row in by_topic(sets.inside).items()} == {"made": 1, "more": 0}


def test_nothing_is_said_of_what_is_not_there(knowledge: Knowledge) -> None:
    assert measures(Sets.of([], knowledge), knowledge) == []
