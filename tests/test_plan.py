"""What is said to a message, in order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latch import responses
from latch.plan import (
    DANGER,
    DID_YOU_MEAN,
    FALLBACK,
    FIND_HELP,
    NEAREST,
    NO_MORE,
    NOTHING_BEFORE,
    NOTHING_NEAR,
    OFFERS,
    STAYS,
    STILL_LOST,
    SUBJECTS_KNOWN,
    UNREADABLE,
    URGENT,
    Plan,
    Repertoire,
    Step,
    Understanding,
    Warned,
    offers,
    plan,
)

KINDS = {
    "let_down": responses.KIND_TOPIC,
    "milk_colour": responses.KIND_TOPIC,
    "oversupply": responses.KIND_TOPIC,
    "biting": responses.KIND_TOPIC,
    "greet": responses.KIND_CONVERSATION,
    "help": responses.KIND_CONVERSATION,
    "find_help": responses.KIND_CONVERSATION,
    "feedback_helped": responses.KIND_CONVERSATION,
    "still_lost": responses.KIND_CONVERSATION,
    "weather": responses.KIND_OUTSIDE,
}
SIGNS = {"choking": "emergency", "suicide": "crisis", "wound": "same_day", "lump": "soon"}
SOURCE = {"title": "Signs", "publisher": "NHS", "url": "https://www.nhs.uk/signs", "year": 2020}
FORMS = (
    "utter_let_down_short",
    "utter_let_down_more",
    "utter_biting_short",
    *(f"{UNREADABLE}{why}" for why in ("empty", "no_words", "foreign", "foreign_es")),
    *(f"utter_stay_{urgency}" for urgency in SIGNS.values()),
)
WITHOUT_SOURCES = ("greet", "weather")


def _about(name: str, kind: str) -> dict[str, Any]:
    sources = [] if name in WITHOUT_SOURCES else [SOURCE]
    return {"text": name, "metadata": responses.packed({responses.KIND: kind, responses.SOURCES: sources})}


BOOK = responses.Book(
    {f"utter_{name}": [_about(name, kind)] for name, kind in KINDS.items()}
    | {f"{DANGER}{sign}": [_about(sign, responses.KIND_DANGER)] for sign in SIGNS}
    | {name: [{"text": "..."}] for name in FORMS}
)
REPERTOIRE = Repertoire(BOOK, {"feedback_helped": "action_record_feedback"})
FOLLOW_UPS = ("show_sources", "say_again", "say_shorter", "tell_me_more", "follow_up")
DOUBT = [(FALLBACK, 0.7), ("let_down", 0.2)]


def _plan(intent: str | None, ranking: Any = (), **heard: Any) -> Plan:
    return plan(Understanding(intent, ranking, **heard), REPERTOIRE)


def _steps(intent: str | None, ranking: Any = (), **heard: Any) -> list[Step]:
    return list(_plan(intent, ranking, **heard).steps)


def _actions(intent: str | None, ranking: Any = (), **heard: Any) -> list[str]:
    return [step.action for step in _steps(intent, ranking, **heard)]


def _signs(*names: str) -> list[tuple[str, str]]:
    return [(name, SIGNS[name]) for name in names]


def _warned(sign: str, ago: int = 1) -> Warned:
    return Warned(sign, SIGNS[sign], ago)


urgent = pytest.mark.parametrize("sign", [sign for sign, urgency in SIGNS.items() if urgency in URGENT])
can_wait = pytest.mark.parametrize("sign", [sign for sign, urgency in SIGNS.items() if urgency not in URGENT])
every_sign = pytest.mark.parametrize("sign", SIGNS)


# Questions


def test_a_topic_is_answered_and_remembered() -> None:
    assert _plan("let_down") == Plan((Step("utter_let_down", topic="let_down"),))


def test_a_greeting_is_answered_and_is_no_topic() -> None:
    assert _plan("greet") == Plan((Step("utter_greet"),))


def test_a_question_from_outside_is_answered_and_remembered() -> None:
    assert _plan("weather") == Plan((Step("utter_weather", topic="weather"),))


def test_two_questions_are_answered_in_the_order_asked() -> None:
    assert _steps("let_down", questions=["milk_colour", "let_down"]) == [
        Step("utter_milk_colour", topic="milk_colour"),
        Step("utter_let_down", topic="let_down"),
    ]


def test_two_clear_questions_are_answered_though_the_whole_was_unclear() -> None:
    answered = _plan(FALLBACK, questions=["milk_colour", "let_down"])
    assert [step.action for step in answered.steps] == ["utter_milk_colour", "utter_let_down"]
    assert not answered.missed


def test_a_greeting_before_a_question_is_no_second_question() -> None:
    assert _actions("let_down", questions=["greet", "let_down"]) == ["utter_let_down"]


@pytest.mark.parametrize(
    ("command", "action"),
    [("restart", "action_restart"), ("back", "action_back"), ("session_start", "action_session_start")],
)
def test_the_slash_commands_of_rasa_work(command: str, action: str) -> None:
    assert _actions(command) == [action]


@every_sign
def test_the_slash_commands_of_rasa_work_after_a_danger(sign: str) -> None:
    assert _actions("restart", warned=_warned(sign)) == ["action_restart"]


def test_an_action_has_a_line_for_when_it_is_silent() -> None:
    assert _steps("feedback_helped") == [Step("action_record_feedback", otherwise="utter_feedback_helped")]


def test_someone_to_talk_to_is_said_without_an_action() -> None:
    assert _plan("find_help") == Plan((Step(FIND_HELP),))


@pytest.mark.parametrize("intent", ["weather", "let_down", "greet", FALLBACK, None])
def test_user_who_names_her_country_and_no_more_is_shown_whom_to_call(intent: str | None) -> None:
    """The country alone is like a question from outside, or like nothing."""
    assert _plan(intent, only_country=True) == Plan((Step(FIND_HELP),))


# What was not understood


def test_in_doubt_the_user_is_asked() -> None:
    assert _plan(FALLBACK, DOUBT) == Plan((Step(DID_YOU_MEAN),), missed=True)


@pytest.mark.parametrize("ranking", [[], [(FALLBACK, 1.0)], [(FALLBACK, 0.9), ("let_down", 0.001)]])
def test_where_nothing_is_near_it_is_said(ranking: list[tuple[str, float]]) -> None:
    assert _plan(FALLBACK, ranking) == Plan((Step(NOTHING_NEAR),), missed=True)


def test_where_nothing_at_all_was_understood_it_is_said() -> None:
    assert _plan(None) == Plan((Step(NOTHING_NEAR),), missed=True)


def test_an_intent_without_a_response_is_said_to_be_unknown() -> None:
    assert _plan("unheard_of") == Plan((Step(NOTHING_NEAR),), missed=True)


def test_a_doubtful_question_from_outside_is_said_to_be_outside() -> None:
    assert _plan(FALLBACK, [(FALLBACK, 0.7), ("weather", 0.2), ("let_down", 0.1)]) == Plan(
        (Step("utter_weather", topic="weather"),)
    )


@pytest.mark.parametrize("why", ["empty", "no_words", "foreign_es", "foreign"])
def test_an_unreadable_message_is_told_why(why: str) -> None:
    told = _plan("let_down", questions=["let_down", "biting"], unreadable=why)
    assert told == Plan((Step(f"{UNREADABLE}{why}"),), missed=True)


@pytest.mark.parametrize("language", ["xx", "en", "de_AT"])
def test_a_language_without_a_line_of_its_own_gets_the_general_one(language: str) -> None:
    assert _actions(None, unreadable=f"foreign_{language}") == [f"{UNREADABLE}foreign"]


def test_the_second_miss_in_a_row_shows_the_way_to_a_person() -> None:
    assert _plan(FALLBACK, DOUBT, misses=1) == Plan((Step(STILL_LOST), Step(FIND_HELP)), missed=True)


def test_the_third_miss_in_a_row_shows_what_can_be_asked() -> None:
    assert _plan(FALLBACK, DOUBT, misses=2) == Plan((Step(SUBJECTS_KNOWN),), missed=True)


def test_the_fourth_miss_in_a_row_is_like_the_first() -> None:
    assert _plan(FALLBACK, DOUBT, misses=3) == _plan(FALLBACK, DOUBT)


@pytest.mark.parametrize(
    "heard",
    [{"intent": FALLBACK, "ranking": DOUBT}, {"intent": FALLBACK}, {"intent": None, "unreadable": "empty"}],
)
def test_no_two_misses_in_a_row_are_answered_alike(heard: dict[str, Any]) -> None:
    said = [_actions(**heard, misses=misses) for misses in range(8)]
    assert all(not set(first) & set(second) for first, second in zip(said, said[1:]))


@pytest.mark.parametrize("misses", [1, 2])
def test_a_question_that_is_understood_is_answered_after_any_number_of_misses(misses: int) -> None:
    assert _plan("let_down", misses=misses) == _plan("let_down")


# Follow-ups


def test_the_sources_of_the_last_answer_are_shown() -> None:
    assert _actions("show_sources", last_topic="let_down") == ["utter_show_sources"]


def test_what_has_no_sources_has_none_to_show() -> None:
    assert _actions("show_sources", last_topic="weather") == [NOTHING_BEFORE]


@pytest.mark.parametrize(
    ("intent", "action"),
    [("say_again", "utter_let_down"), ("say_shorter", "utter_let_down_short"), ("tell_me_more", "utter_let_down_more")],
)
def test_a_follow_up_gives_another_form_of_the_last_answer(intent: str, action: str) -> None:
    assert _steps(intent, last_topic="let_down") == [Step(action, topic="let_down")]


def test_where_there_is_no_more_to_tell_it_is_said() -> None:
    assert _actions("tell_me_more", last_topic="biting") == [NO_MORE]


@pytest.mark.parametrize("intent", FOLLOW_UPS)
def test_a_follow_up_to_nothing_is_said_to_be_one(intent: str) -> None:
    assert _actions(intent) == [NOTHING_BEFORE]


def test_a_short_question_leads_to_the_topic_that_it_means() -> None:
    followed = _steps("follow_up", last_topic="let_down", follows="oversupply")
    assert followed == [Step("utter_oversupply", topic="oversupply")]


def test_a_short_question_that_means_no_other_topic_is_told_more() -> None:
    assert _steps("follow_up", last_topic="let_down", follows="") == [Step("utter_let_down_more", topic="let_down")]


def test_a_short_question_after_all_was_told_is_said_to_have_no_more() -> None:
    assert _steps("follow_up", last_topic="let_down", follows="", said_more=True) == [Step(NO_MORE, topic="let_down")]


def test_a_short_question_on_a_topic_without_more_is_said_to_have_no_more() -> None:
    assert _steps("follow_up", last_topic="biting", follows="") == [Step(NO_MORE, topic="biting")]


def test_a_short_question_on_a_subject_from_outside_is_still_outside() -> None:
    assert _steps("follow_up", last_topic="weather") == [Step("utter_weather", topic="weather")]


def test_a_doubtful_message_is_read_with_what_was_asked_before() -> None:
    followed = _plan(FALLBACK, DOUBT, last_topic="let_down", follows="oversupply")
    assert followed == Plan((Step("utter_oversupply", topic="oversupply"),))


def test_a_doubtful_message_that_leads_nowhere_is_asked_about() -> None:
    assert _actions(FALLBACK, DOUBT, last_topic="oversupply", follows="") == [DID_YOU_MEAN]


def test_a_doubtful_message_that_is_nearest_to_the_last_answer_is_about_it() -> None:
    assert _actions(FALLBACK, DOUBT, last_topic="let_down", follows="") == ["utter_let_down_more"]


def test_a_clear_question_is_answered_whatever_it_would_mean_with_the_last_one() -> None:
    assert _actions("biting", last_topic="let_down", follows="oversupply") == ["utter_biting"]


def test_a_topic_that_is_asked_twice_is_answered_once() -> None:
    assert _actions("let_down", questions=["let_down", "let_down", "biting"]) == ["utter_let_down", "utter_biting"]


# Danger


@urgent
@pytest.mark.parametrize(
    "heard",
    [
        {"intent": "let_down"},
        {"intent": "let_down", "questions": ["milk_colour", "let_down"]},
        {"intent": FALLBACK, "ranking": DOUBT, "misses": 1},
        {"intent": "find_help"},
        {"intent": "follow_up", "last_topic": "let_down", "follows": "biting"},
        {"intent": "weather", "only_country": True},
        {"intent": None, "unreadable": "foreign_es"},
    ],
)
def test_to_an_urgent_danger_nothing_else_is_said(sign: str, heard: dict[str, Any]) -> None:
    said = _plan(**heard, dangers=_signs(sign))
    assert said == Plan((Step(f"{DANGER}{sign}", topic=f"danger_{sign}"),), danger=(sign, SIGNS[sign]))


@can_wait
def test_a_danger_that_can_wait_is_followed_by_the_topic_asked(sign: str) -> None:
    said = _plan("let_down", dangers=_signs(sign))
    assert said.steps == (Step(f"{DANGER}{sign}", topic=f"danger_{sign}"), Step("utter_let_down", topic="let_down"))
    assert said.danger == (sign, SIGNS[sign])


@can_wait
def test_a_danger_that_can_wait_is_followed_by_both_topics_asked(sign: str) -> None:
    said = _actions("let_down", questions=["milk_colour", "let_down"], dangers=_signs(sign))
    assert said == [f"{DANGER}{sign}", "utter_milk_colour", "utter_let_down"]


@can_wait
@pytest.mark.parametrize("intent", ["greet", "weather", "find_help", "feedback_helped", FALLBACK, None])
def test_a_danger_that_can_wait_is_followed_by_nothing_but_a_topic(sign: str, intent: str | None) -> None:
    assert _actions(intent, DOUBT, dangers=_signs(sign)) == [f"{DANGER}{sign}"]


def test_of_several_dangers_the_first_is_said() -> None:
    said = _plan("let_down", dangers=_signs("choking", "wound"))
    assert [step.action for step in said.steps] == [f"{DANGER}choking"]
    assert said.danger == ("choking", "emergency")


def test_a_danger_that_nothing_can_be_said_of_is_passed_over() -> None:
    unknown = ("unheard_of", "emergency")
    assert _plan("let_down", dangers=[unknown]) == _plan("let_down")
    assert _actions("let_down", dangers=[unknown, *_signs("wound")]) == [f"{DANGER}wound", "utter_let_down"]


@every_sign
def test_a_danger_is_no_miss(sign: str) -> None:
    assert not _plan(FALLBACK, DOUBT, dangers=_signs(sign), misses=1).missed


@pytest.mark.parametrize("ago", range(1, STAYS + 1))
@every_sign
def test_a_danger_that_is_told_again_or_anew_leads(sign: str, ago: int) -> None:
    assert _actions("greet", dangers=_signs(sign), warned=_warned("choking", ago)) == [f"{DANGER}{sign}"]


# After a danger


@every_sign
@pytest.mark.parametrize("intent", ["greet", "feedback_helped", FALLBACK, None])
def test_reassurance_after_a_danger_is_met_with_care(sign: str, intent: str | None) -> None:
    assert _actions(intent, DOUBT, warned=_warned(sign)) == [f"utter_stay_{SIGNS[sign]}"]


@urgent
@pytest.mark.parametrize("ago", range(1, STAYS + 1))
def test_reassurance_that_sounds_like_a_topic_is_met_with_care(sign: str, ago: int) -> None:
    """It's fine, she is feeding now."""
    assert _actions("let_down", warned=_warned(sign, ago)) == [f"utter_stay_{SIGNS[sign]}"]


@urgent
def test_a_question_after_an_urgent_danger_is_answered_behind_the_reminder(sign: str) -> None:
    said = _steps("let_down", warned=_warned(sign), asks=True)
    assert said == [Step(f"utter_stay_{SIGNS[sign]}"), Step("utter_let_down", topic="let_down")]


@urgent
@pytest.mark.parametrize("ago", range(2, STAYS + 1))
def test_a_later_question_is_answered_without_another_reminder(sign: str, ago: int) -> None:
    assert _plan("let_down", warned=_warned(sign, ago), asks=True) == _plan("let_down")


@can_wait
@pytest.mark.parametrize("asks", [True, False])
def test_a_topic_after_a_danger_that_can_wait_is_answered(sign: str, asks: bool) -> None:
    assert _plan("let_down", warned=_warned(sign), asks=asks) == _plan("let_down")


@can_wait
@pytest.mark.parametrize("ago", range(2, STAYS + 1))
def test_a_danger_that_can_wait_is_reminded_of_once(sign: str, ago: int) -> None:
    assert _plan("greet", warned=_warned(sign, ago)) == _plan("greet")


@every_sign
@pytest.mark.parametrize("intent", ["greet", "let_down", "find_help", FALLBACK])
@pytest.mark.parametrize("asks", [True, False])
def test_some_messages_after_a_danger_all_is_as_usual(sign: str, intent: str, asks: bool) -> None:
    assert _plan(intent, DOUBT, warned=_warned(sign, STAYS + 1), asks=asks) == _plan(intent, DOUBT, asks=asks)


@every_sign
@pytest.mark.parametrize("ago", range(1, STAYS + 1))
def test_a_bare_country_after_a_danger_repeats_the_danger_reply(sign: str, ago: int) -> None:
    """Now with the number of that country."""
    said = _steps("weather", warned=_warned(sign, ago), only_country=True)
    assert said == [Step(f"{DANGER}{sign}", topic=f"danger_{sign}")]


@urgent
def test_user_who_asks_whom_to_call_after_an_urgent_danger_is_told_again(sign: str) -> None:
    assert _actions("find_help", warned=_warned(sign), asks=True) == [f"{DANGER}{sign}"]


@every_sign
@pytest.mark.parametrize("ago", [1, STAYS, STAYS + 1])
def test_the_sources_of_a_danger_reply_can_be_shown(sign: str, ago: int) -> None:
    assert _actions("show_sources", last_topic=f"danger_{sign}", warned=_warned(sign, ago)) == ["utter_show_sources"]


@every_sign
def test_a_danger_reply_can_be_said_again(sign: str) -> None:
    said = _steps("say_again", last_topic=f"danger_{sign}", warned=_warned(sign))
    assert said == [Step(f"{DANGER}{sign}", topic=f"danger_{sign}")]


@every_sign
def test_a_short_question_about_a_danger_repeats_what_to_do(sign: str) -> None:
    """And what do I do?"""
    said = _actions("follow_up", last_topic=f"danger_{sign}", warned=_warned(sign), asks=True)
    assert said[-1] == f"{DANGER}{sign}"


# Offers


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


# Properties

_INTENTS = st.sampled_from([*KINDS, FALLBACK, "unheard_of", *FOLLOW_UPS, "restart", ""])
_TOPICS = st.sampled_from([None, "let_down", "biting", "weather", "danger_choking", "danger_lump", "unheard_of"])
_URGENCIES = st.sampled_from([*SIGNS.items(), ("unheard_of", "emergency")])
_HEARD = st.fixed_dictionaries(
    {
        "intent": st.none() | _INTENTS,
        "ranking": st.lists(st.tuples(_INTENTS, st.floats(0, 1)), max_size=5),
        "questions": st.lists(_INTENTS, max_size=4),
        "unreadable": st.sampled_from([None, "empty", "foreign", "foreign_es", "foreign_xx"]),
        "last_topic": _TOPICS,
        "follows": st.sampled_from([None, "", "oversupply"]),
        "said_more": st.booleans(),
        "misses": st.integers(0, 9),
        "warned": st.none() | st.builds(lambda sign, ago: Warned(*sign, ago), _URGENCIES, st.integers(1, STAYS + 2)),
        "asks": st.booleans(),
        "only_country": st.booleans(),
    }
)
_FEW_DANGERS = st.lists(_URGENCIES, max_size=3)


@given(_HEARD, _FEW_DANGERS)
def test_something_is_said_to_every_message(heard: dict[str, Any], dangers: list[tuple[str, str]]) -> None:
    said = _plan(**heard, dangers=dangers)
    assert said.steps
    actions = [step.action for step in said.steps]
    assert len(set(actions)) == len(actions)


@given(_HEARD, _FEW_DANGERS)
def test_whatever_is_said_can_be_said(heard: dict[str, Any], dangers: list[tuple[str, str]]) -> None:
    """Every project has the lines of doubt, which this book leaves out; no other name may be made up."""
    always = {DID_YOU_MEAN, NOTHING_NEAR, NOTHING_BEFORE, NO_MORE, STILL_LOST, FIND_HELP, SUBJECTS_KNOWN}
    # What is remembered is what was said by the same model.
    last_topic, warned = heard["last_topic"], heard["warned"]
    heard["last_topic"] = None if last_topic == "unheard_of" else last_topic
    heard["warned"] = None if warned and warned.sign == "unheard_of" else warned
    for step in _plan(**heard, dangers=dangers).steps:
        name = step.otherwise or step.action
        assert name in BOOK or name in always or name in ("action_restart", "utter_show_sources"), name


@given(_HEARD, _FEW_DANGERS)
def test_the_first_step_to_a_danger_is_the_danger_reply(heard: dict[str, Any], dangers: list[tuple[str, str]]) -> None:
    known = [danger for danger in dangers if danger[0] in SIGNS]
    said = _plan(**heard, dangers=dangers)
    assert said.danger == (known[0] if known else None)
    if known:
        assert said.steps[0].action == f"{DANGER}{known[0][0]}"
        assert len(said.steps) == 1 or known[0][1] not in URGENT


@given(_HEARD, st.sampled_from([sign for sign in SIGNS.items() if sign[1] in URGENT]), _FEW_DANGERS)
def test_to_an_urgent_danger_the_danger_reply_alone_is_said_whatever_else_was_understood(
    heard: dict[str, Any], danger: tuple[str, str], others: list[tuple[str, str]]
) -> None:
    said = _plan(**heard, dangers=[danger, *others])
    assert [step.action for step in said.steps] == [f"{DANGER}{danger[0]}"]


@given(_HEARD)
def test_without_a_danger_now_or_before_no_danger_reply_is_said(heard: dict[str, Any]) -> None:
    heard = {**heard, "warned": None, "last_topic": "let_down"}
    said = [step.action for step in _plan(**heard).steps]
    assert not [action for action in said if action.startswith((DANGER, "utter_stay_"))]


@given(st.lists(st.tuples(_INTENTS, st.floats(0, 1)), max_size=20, unique_by=lambda pair: pair[0]))
def test_only_near_topics_are_offered_and_few_of_them(ranking: list[tuple[str, float]]) -> None:
    offered = offers(ranking, REPERTOIRE)
    assert len(offered) <= OFFERS
    assert all(BOOK.is_topic(intent) and dict(ranking)[intent] >= NEAREST for intent in offered)
