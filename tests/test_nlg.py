"""CuratedAnswers says what the model holds, with sources, and never the same line twice running."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from latch import responses
from latch.helplines import (
    COUNTRY_OF_NUMBER,
    CRISIS,
    EMERGENCY,
    POISON,
    URGENT_ADVICE,
    VIOLENCE,
    Country,
    Helpline,
    Helplines,
)
from latch.nlg import SAID_BEFORE, SHELL, CuratedAnswers
from latch.plan import DANGER, DID_YOU_MEAN, FALLBACK, FIND_HELP
from latch.policy import COUNTRY, LAST_TOPIC
from latch.text import sentences

NHS = {"title": "How milk is made", "publisher": "NHS", "url": "https://www.nhs.uk/milk", "year": 2020}
WHO = {"title": "Feeding", "publisher": "WHO", "url": "https://www.who.int/feeding", "year": None}
TITLES = {
    "let_down": "What is let-down?",
    "colostrum": "What is colostrum?",
    "biting": "Why does my baby bite?",
    "oversupply": "What if I make too much?",
}
LEADS = ("Here it is once more.", "Once again, then.")


def _topic(name: str, *variations: dict[str, Any], **metadata: Any) -> list[dict[str, Any]]:
    about = {
        responses.KIND: responses.KIND_TOPIC,
        responses.TOPIC: name,
        responses.FORM: responses.FORM_ANSWER,
        responses.TITLE: TITLES[name],
        responses.SOURCES: [NHS, WHO],
        **metadata,
    }
    first, *others = variations or ({"text": f"About {name}."},)
    return [{**first, "metadata": responses.packed(about)}, *others]


EIRE = {"title": "When to call", "publisher": "HSE", "url": "https://www.hse.ie/call", "year": None}
POISONS = {"title": "Poisons", "publisher": "NPIC", "url": "https://www.poisons.ie", "year": None}
LINES = Helplines(
    {"IE": Country("IE", "Ireland"), "NZ": Country("NZ", "New Zealand")},
    (
        Helpline("IE", EMERGENCY, "Emergency", "fact", EIRE, "2026-11-23", numbers=("112", "999")),
        Helpline("IE", POISON, "Poisons Information Line", "fact", POISONS, "2026-11-23", numbers=("01 809 2166",)),
        Helpline("NZ", EMERGENCY, "Emergency", "fact", EIRE, "2026-11-23", numbers=("111",)),
    ),
)
ANYWHERE = [None, "BR", "FR", "GB", "US", "IE", "ES", "AU", "CA", "NZ", "IN", "ZA", "MX", "EU"]
MOST_SENTENCES = 4


def _sign(now: str, call: str, waiting: str = "") -> list[dict[str, Any]]:
    about = {
        responses.KIND: responses.KIND_DANGER,
        responses.CALL: call,
        responses.WAITING: waiting,
        responses.SOURCES: [NHS],
    }
    return [{"text": now, "metadata": responses.packed(about)}]


HELP = [{"urgency": "emergency", "text": "Call now if your baby is floppy."}]
RESPONSES = {
    "utter_let_down": _topic("let_down", related=["colostrum", "biting", "unheard_of"], when_to_get_help=HELP),
    "utter_let_down_short": [
        {
            "text": "Milk flows.",
            "metadata": responses.packed({responses.TOPIC: "let_down", responses.FORM: responses.FORM_SHORT}),
        }
    ],
    "utter_colostrum": _topic(
        "colostrum",
        {"text": "For two.", "condition": [{"type": "slot", "name": "babies", "value": "twins"}]},
        {"text": "For one."},
    ),
    "utter_biting": _topic("biting"),
    "utter_oversupply": _topic("oversupply"),
    "utter_greet": [{"text": "Hello."}, {"text": "Hi."}],
    "utter_show_sources": [{"text": "My sources are these."}],
    f"{DANGER}choking": _sign("A baby who chokes needs help.", EMERGENCY, "Give five back blows meanwhile."),
    f"{DANGER}poisoned": _sign("This may be poisonous.", POISON),
    f"{DANGER}hot": _sign("A fever of 38 needs care.", URGENT_ADVICE),
    f"{DANGER}lump": _sign("Have the lump looked at by a doctor.", "doctor"),
    FIND_HELP: [{"text": "Talk to a midwife.", "metadata": responses.packed({responses.HELPLINES: LINES.packed()})}],
    DID_YOU_MEAN: [{"text": "Is it one of these?"}],
    SAID_BEFORE: [{"text": lead} for lead in LEADS],
}
SLOTS = {
    name: {"type": "text", "influence_conversation": False, "mappings": [{"type": "custom"}]}
    for name in (LAST_TOPIC, COUNTRY, "babies")
}
DOMAIN = Domain.from_dict({"responses": RESPONSES, "slots": SLOTS})


@pytest.fixture
def answers() -> CuratedAnswers:
    """Return the NLG with the responses of a model."""
    return CuratedAnswers(domain=DOMAIN)


def _tracker(*events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("sender", list(events), DOMAIN.slots)


def _said(answers: CuratedAnswers, name: str, tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return what is said, and note it in the conversation as Rasa does."""
    message = asyncio.run(answers.generate(name, tracker, "test"))
    assert message is not None
    tracker.update(BotUttered(message["text"], metadata={"metadata": message["metadata"]}))
    return message


def test_an_answer_is_followed_by_danger_signs_and_sources(answers: CuratedAnswers) -> None:
    assert _said(answers, "utter_let_down", _tracker())["text"].splitlines() == [
        "About let_down.",
        "When to get help:",
        "- Call now if your baby is floppy.",
        "Sources: NHS, How milk is made (2020); WHO, Feeding.",
    ]


def test_the_parts_of_an_answer_stand_apart_in_the_metadata(answers: CuratedAnswers) -> None:
    metadata = _said(answers, "utter_let_down", _tracker())["metadata"]
    assert metadata[responses.BODY] == "About let_down."
    assert metadata[responses.HELP] == HELP
    assert metadata[responses.SOURCES] == [NHS, WHO]


def test_no_message_holds_a_blank_line(answers: CuratedAnswers) -> None:
    """Rasa would send what follows it as another message."""
    assert all("\n\n" not in _said(answers, name, _tracker())["text"] for name in RESPONSES)


def test_related_topics_are_buttons_with_their_titles(answers: CuratedAnswers) -> None:
    assert _said(answers, "utter_let_down", _tracker())["buttons"] == [
        {"title": TITLES["colostrum"], "payload": "/colostrum"},
        {"title": TITLES["biting"], "payload": "/biting"},
    ]


def test_a_short_form_has_its_topics_sources_and_danger_signs(answers: CuratedAnswers) -> None:
    message = _said(answers, "utter_let_down_short", _tracker())
    assert message["text"].startswith("Milk flows.\nWhen to get help:")
    assert message["metadata"][responses.SOURCES] == [NHS, WHO]


def test_did_you_mean_offers_the_three_nearest_titles(answers: CuratedAnswers) -> None:
    ranked = [(FALLBACK, 0.3), ("biting", 0.2), ("greet", 0.15), ("oversupply", 0.1), ("let_down", 0.05)]
    ranking = [{"name": name, "confidence": sure} for name, sure in [*ranked, ("colostrum", 0.04)]]
    tracker = _tracker(UserUttered("it hurts", parse_data={"intent_ranking": ranking}))
    message = _said(answers, DID_YOU_MEAN, tracker)
    assert [button["title"] for button in message["buttons"]] == [
        TITLES[name] for name in ("biting", "oversupply", "let_down")
    ]
    assert message["metadata"][responses.KIND] == responses.KIND_DOUBT


def test_the_sources_of_the_last_topic_are_shown_with_their_addresses(answers: CuratedAnswers) -> None:
    message = _said(answers, "utter_show_sources", _tracker(SlotSet(LAST_TOPIC, "let_down")))
    assert message["text"].splitlines() == [
        "My sources are these.",
        "- NHS, How milk is made (2020): https://www.nhs.uk/milk",
        "- WHO, Feeding: https://www.who.int/feeding",
    ]


def test_of_several_variations_another_is_said_the_next_time(answers: CuratedAnswers) -> None:
    tracker = _tracker()
    said = [_said(answers, "utter_greet", tracker)["text"] for _ in range(6)]
    assert all(first != second for first, second in zip(said, said[1:]))


def test_a_lone_line_is_led_in_otherwise_each_time(answers: CuratedAnswers) -> None:
    tracker = _tracker()
    said = [_said(answers, "utter_biting", tracker)["text"] for _ in range(5)]
    assert all(first != second for first, second in zip(said, said[1:]))
    assert all(text.endswith(said[0]) for text in said)
    assert said[1].startswith(LEADS)


def test_what_was_said_before_the_last_line_is_said_without_a_lead(answers: CuratedAnswers) -> None:
    tracker = _tracker()
    first = _said(answers, "utter_biting", tracker)["text"]
    _said(answers, "utter_oversupply", tracker)
    assert _said(answers, "utter_biting", tracker)["text"] == first


@pytest.mark.parametrize(("babies", "said"), [("twins", "For two."), ("one", "For one."), (None, "For one.")])
def test_a_variation_with_a_condition_is_said_where_it_holds(
    answers: CuratedAnswers, babies: str | None, said: str
) -> None:
    message = _said(answers, "utter_colostrum", _tracker(SlotSet("babies", babies)))
    assert message["metadata"][responses.BODY] == said
    assert message["metadata"][responses.SOURCES] == [NHS, WHO]


def test_a_response_that_the_model_does_not_have_is_no_message(answers: CuratedAnswers) -> None:
    assert asyncio.run(answers.generate("utter_restart", _tracker(), "test")) is None


def test_responses_of_a_newly_loaded_model_are_taken(answers: CuratedAnswers) -> None:
    """Rasa makes the NLG before it loads the model."""
    empty = CuratedAnswers()
    empty.responses = answers.responses
    assert _said(empty, "utter_let_down", _tracker())["buttons"]


def test_in_rasas_shell_lines_are_broken_between_words(
    answers: CuratedAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a message has buttons, rasa shell cuts off what does not fit a line."""
    monkeypatch.setenv("COLUMNS", "44")
    plain = _said(answers, "utter_let_down", _tracker())["text"]
    message = asyncio.run(answers.generate("utter_let_down", _tracker(), SHELL))
    assert message is not None
    assert max(map(len, message["text"].splitlines())) <= 40 < max(map(len, plain.splitlines()))
    assert message["text"].split() == plain.split()


# Danger


def _heard(**metadata: Any) -> UserUttered:
    return UserUttered("my baby chokes", metadata=metadata)


def test_a_danger_reply_says_what_to_do_whom_to_call_and_what_to_do_meanwhile(answers: CuratedAnswers) -> None:
    message = _said(answers, f"{DANGER}choking", _tracker(SlotSet(COUNTRY, "IE")))
    said = "A baby who chokes needs help. Call 112 or 999 now. Give five back blows meanwhile."
    assert message["text"] == message["metadata"][responses.BODY] == said
    assert message["metadata"][responses.NUMBERS] == ["112", "999"]
    assert message["metadata"][responses.SOURCES] == [NHS, EIRE]
    assert message["buttons"] == []


def test_a_danger_reply_names_the_line_for_that_danger(answers: CuratedAnswers) -> None:
    message = _said(answers, f"{DANGER}poisoned", _tracker(SlotSet(COUNTRY, "IE")))
    line = "Call Poisons Information Line now: 01 809 2166; if your child is very ill, call 112 or 999."
    assert message["text"] == f"This may be poisonous. {line}"
    assert message["metadata"][responses.SOURCES] == [NHS, POISONS, EIRE]


def test_a_country_without_a_line_for_that_danger_is_given_its_emergency_number(answers: CuratedAnswers) -> None:
    message = _said(answers, f"{DANGER}poisoned", _tracker(SlotSet(COUNTRY, "NZ")))
    assert message["text"] == "This may be poisonous. Call 111 now."


def test_a_danger_that_a_doctor_looks_at_has_no_number_and_needs_no_country(answers: CuratedAnswers) -> None:
    for country in (None, "IE"):
        message = _said(answers, f"{DANGER}lump", _tracker(SlotSet(COUNTRY, country)))
        assert message["text"] == "Have the lump looked at by a doctor."
        assert message["metadata"][responses.NUMBERS] == []


def test_the_country_of_the_channel_gives_the_number(answers: CuratedAnswers) -> None:
    message = _said(answers, f"{DANGER}choking", _tracker(_heard(country="NZ")))
    assert "Call 111 now." in message["text"]
    assert COUNTRY_OF_NUMBER not in message["text"]


def test_the_country_that_a_person_says_counts_more_than_that_of_her_channel(answers: CuratedAnswers) -> None:
    tracker = _tracker(SlotSet(COUNTRY, "IE"), _heard(country="NZ"))
    assert "Call 112 or 999 now." in _said(answers, f"{DANGER}choking", tracker)["text"]


@pytest.mark.parametrize("events", [(), (_heard(),), (_heard(country=None),), (_heard(language="en"),)])
def test_where_the_country_is_not_known_it_is_asked_for_and_no_number_is_said(
    answers: CuratedAnswers, events: tuple[Event, ...]
) -> None:
    message = _said(answers, f"{DANGER}choking", _tracker(*events))
    assert "Call your local emergency number now." in message["text"]
    assert message["text"].endswith(COUNTRY_OF_NUMBER)
    assert not re.search(r"\d", message["text"])
    assert message["metadata"][responses.NUMBERS] == []
    assert message["metadata"][responses.SOURCES] == [NHS]


def test_a_person_in_a_country_without_numbers_is_not_asked_for_it_again(answers: CuratedAnswers) -> None:
    message = _said(answers, f"{DANGER}choking", _tracker(SlotSet(COUNTRY, "BR")))
    assert "Call your local emergency number now." in message["text"]
    assert "country" not in message["text"]


def test_a_danger_reply_that_is_said_again_has_no_lead(answers: CuratedAnswers) -> None:
    """What to do stands first, each time."""
    tracker = _tracker(SlotSet(COUNTRY, "IE"))
    first, second = (_said(answers, f"{DANGER}choking", tracker)["text"] for _ in range(2))
    assert first == second


def test_a_model_without_a_table_of_helplines_says_no_number() -> None:
    domain = Domain.from_dict({"responses": {name: said for name, said in RESPONSES.items() if name != FIND_HELP}})
    message = _said(CuratedAnswers(domain=domain), f"{DANGER}choking", _tracker(SlotSet(COUNTRY, "IE")))
    assert "Call your local emergency number now." in message["text"]


@pytest.mark.parametrize("country", [None, "IE"])
def test_every_source_of_a_danger_reply_is_shown_with_its_address(answers: CuratedAnswers, country: str | None) -> None:
    """Those of the numbers, too."""
    tracker = _tracker(SlotSet(COUNTRY, country), SlotSet(LAST_TOPIC, "danger_poisoned"))
    sources = _said(answers, f"{DANGER}poisoned", tracker)["metadata"][responses.SOURCES]
    shown = _said(answers, "utter_show_sources", tracker)["text"]
    assert [source["url"] for source in sources if source["url"] not in shown] == []


# The danger signs of the project, in every country and without one


@pytest.fixture(scope="module")
def signs(project_responses: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the metadata of every danger reply of the project."""
    book = responses.Book(project_responses)
    found = {name: book.metadata(name) for name in project_responses if name.startswith(DANGER)}
    assert len(found) > 50
    return found


@pytest.fixture(scope="module")
def project(project_responses: dict[str, Any]) -> CuratedAnswers:
    """Return the NLG with the responses of the project."""
    answers = CuratedAnswers()
    answers.responses = project_responses
    return answers


def _whole(helplines: Helplines, code: str | None) -> list[Helpline]:
    country = helplines.country(code)
    return [row for row in helplines.rows if country and row.country == country.code]


def _numbers(rows: list[Helpline]) -> set[str]:
    return {number for row in rows for number in (*row.numbers, row.text_number) if number}


def _stands_in(number: str, text: str) -> bool:
    """Tell whether a number stands in a text as a whole, not as a part of a longer one."""
    return bool(re.search(rf"(?<![\w-])(?<!\d ){re.escape(number)}(?![\w-]| \d)", text))


@pytest.mark.parametrize("code", ANYWHERE)
def test_every_danger_reply_has_four_sentences_at_most(
    project: CuratedAnswers, signs: dict[str, dict[str, Any]], code: str | None
) -> None:
    said = {name: _said(project, name, _tracker(SlotSet(COUNTRY, code)))["text"] for name in signs}
    assert {name: text for name, text in said.items() if len(sentences(text)) > MOST_SENTENCES} == {}


@pytest.mark.parametrize("code", ANYWHERE)
def test_no_danger_reply_holds_a_number_of_another_country(
    project: CuratedAnswers, signs: dict[str, dict[str, Any]], helplines: Helplines, code: str | None
) -> None:
    own = _numbers(_whole(helplines, code))
    foreign = _numbers(list(helplines.rows)) - own
    assert foreign
    for name in signs:
        message = _said(project, name, _tracker(SlotSet(COUNTRY, code)))
        assert {number for number in foreign if _stands_in(number, message["text"])} == set(), name
        assert set(message["metadata"][responses.NUMBERS]) <= own, name


@pytest.mark.parametrize("code", ANYWHERE)
def test_every_figure_of_a_danger_reply_is_the_signs_own_or_of_the_country(
    project: CuratedAnswers, signs: dict[str, dict[str, Any]], helplines: Helplines, code: str | None
) -> None:
    rows = _whole(helplines, code)
    known = " ".join([*_numbers(rows), *(f"{row.name} {row.about} {row.hours}" for row in rows)])
    for name, about in signs.items():
        own = f"{project.responses[name][0]['text']} {about[responses.WAITING]}"
        text = _said(project, name, _tracker(SlotSet(COUNTRY, code)))["text"]
        assert set(re.findall(r"\d+", text)) <= set(re.findall(r"\d+", f"{known} {own}")), name


@pytest.mark.parametrize("code", [None, "BR"])
def test_without_numbers_for_a_country_no_danger_reply_has_any(
    project: CuratedAnswers, signs: dict[str, dict[str, Any]], code: str | None
) -> None:
    for name, about in signs.items():
        own = f"{project.responses[name][0]['text']} {about[responses.WAITING]}"
        message = _said(project, name, _tracker(SlotSet(COUNTRY, code)))
        assert sorted(re.findall(r"\d+", message["text"])) == sorted(re.findall(r"\d+", own)), name
        assert message["metadata"][responses.NUMBERS] == []


@pytest.mark.parametrize("code", [code for code in ANYWHERE if code not in (None, "BR")])
def test_every_emergency_has_the_emergency_number_of_the_country(
    project: CuratedAnswers, signs: dict[str, dict[str, Any]], helplines: Helplines, code: str
) -> None:
    country = helplines.country(code)
    assert country
    emergency = helplines.of(country, [EMERGENCY])[0].numbers
    urgent = [name for name, about in signs.items() if about[responses.CALL] == EMERGENCY]
    assert len(urgent) > 30
    for name in urgent:
        text = _said(project, name, _tracker(SlotSet(COUNTRY, code)))["text"]
        assert all(_stands_in(number, text) for number in emergency), name


@pytest.mark.parametrize("code", ANYWHERE)
def test_every_emergency_and_crisis_names_the_emergency_number_or_a_line_for_it(
    project: CuratedAnswers, signs: dict[str, dict[str, Any]], helplines: Helplines, code: str | None
) -> None:
    country = helplines.country(code)
    emergency = _numbers(helplines.of(country, [EMERGENCY])) if country else {"local emergency number"}
    lines = _numbers(helplines.of(country, [CRISIS, VIOLENCE, POISON])) if country else set()
    urgent = {name: about for name, about in signs.items() if about[responses.URGENCY] in ("emergency", "crisis")}
    assert {about[responses.URGENCY] for about in urgent.values()} == {"emergency", "crisis"}
    for name, about in urgent.items():
        text = _said(project, name, _tracker(SlotSet(COUNTRY, code)))["text"]
        enough = emergency if about[responses.URGENCY] == "emergency" else emergency | lines
        assert any(_stands_in(number, text) for number in enough), name


@pytest.mark.parametrize("code", ANYWHERE)
def test_the_sources_of_a_danger_reply_name_no_number_that_it_does_not_say(
    project: CuratedAnswers, signs: dict[str, dict[str, Any]], helplines: Helplines, code: str | None
) -> None:
    table = _numbers(list(helplines.rows))
    for name in signs:
        said = set(_said(project, name, _tracker(SlotSet(COUNTRY, code)))["metadata"][responses.NUMBERS])
        topic = name.removeprefix(responses.UTTER)
        tracker = _tracker(SlotSet(COUNTRY, code), SlotSet(LAST_TOPIC, topic))
        titles = [source["title"] for source in project._last_sources(tracker)]
        assert {number for number in table - said if any(_stands_in(number, title) for title in titles)} == set(), name


@pytest.mark.parametrize("sign", ["overdose", "harm_to_baby"])
@pytest.mark.parametrize("code", ["GB", "US", "IE", "ES", "AU", "CA", "NZ", "IN", "ZA", "MX"])
def test_the_crisis_line_that_the_notes_of_its_facts_ask_for_is_named(
    project: CuratedAnswers, helplines: Helplines, sign: str, code: str
) -> None:
    country = helplines.country(code)
    assert country
    text = _said(project, f"{DANGER}{sign}", _tracker(SlotSet(COUNTRY, code)))["text"]
    first = min(text.index(number) for number in helplines.of(country, [EMERGENCY])[0].numbers)
    lines = [text.index(number) for number in _numbers(helplines.of(country, [CRISIS])) if _stands_in(number, text)]
    assert lines
    assert first < min(lines)


def test_back_blows_are_for_a_blocked_throat_alone(signs: dict[str, dict[str, Any]]) -> None:
    """The sign is that of a cord round the neck, too."""
    assert signs[f"{DANGER}baby_choking"][responses.WAITING].startswith("If something blocks the throat")


def test_nobody_is_sent_to_whoever_is_near_after_a_crisis(project_responses: dict[str, Any]) -> None:
    """After violence at home that may be the one who is violent."""
    said = " ".join(variation["text"] for variation in project_responses["utter_stay_crisis"])
    assert not re.search(r"\bnear(by)?\b|\bwith you\b|\bbeside you\b|\bat home\b", said)


def test_every_danger_reply_of_the_project_has_sources(signs: dict[str, dict[str, Any]]) -> None:
    assert [name for name, about in signs.items() if not about[responses.SOURCES]] == []


def test_every_urgency_of_a_sign_has_a_line_for_the_messages_after_it(
    project_responses: dict[str, Any], signs: dict[str, dict[str, Any]]
) -> None:
    urgencies = {about[responses.URGENCY] for about in signs.values()}
    for urgency in urgencies:
        lines = project_responses[f"utter_stay_{urgency}"]
        assert len(lines) >= 2  # never the same twice running
