"""Who can I talk to, and whom to call in danger: the right country's lines, and no other's."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from latch.helplines import (
    BREASTFEEDING,
    COUNTRY_OF_NUMBER,
    CRISIS,
    EMERGENCY,
    EMERGENCY_AND_CRISIS,
    IN_DANGER,
    KINDS,
    MATERNAL_MENTAL_HEALTH,
    POISON,
    SUPPORT_SHOWN,
    URGENT_ADVICE,
    VIOLENCE,
    WEB_PAGE,
    Country,
    Helpline,
    Helplines,
    call,
    cited,
    ways,
)
from latch.nlg import CuratedAnswers
from latch.plan import FIND_HELP

COUNTRIES = ("GB", "US", "IE", "ES", "AU", "CA", "NZ", "IN", "ZA", "MX")
UNKNOWN = (None, "", " ", 44, ["GB"], "ZZ", "BR")
DOCTOR = "doctor"  # of the person's own: nobody's number
DATE = re.compile(r"seen 20\d\d(-\d\d){0,2}")
YEAR = re.compile(r" \(20\d\d\)")
FIGURES = re.compile(r"\d[\d -]*\d|\d")

Message = dict[str, Any]
Say = Callable[..., Message]


@pytest.fixture(scope="module")
def answers(project_responses: dict[str, Any]) -> CuratedAnswers:
    """Return the NLG with the responses of the project."""
    answers = CuratedAnswers()
    answers.responses = project_responses
    return answers


def _tracker(**slots: Any) -> DialogueStateTracker:
    names = {name: {"type": "any", "mappings": [{"type": "custom"}]} for name in ("country", "last_topic")}
    events = [SlotSet(name, value) for name, value in slots.items()]
    return DialogueStateTracker.from_events("sender", events, Domain.from_dict({"slots": names}).slots)


@pytest.fixture
def say(answers: CuratedAnswers) -> Say:
    """Return what says who can be talked to."""

    def said(tracker: DialogueStateTracker | None = None, **slots: Any) -> Message:
        tracker = tracker or _tracker(**slots)
        message = asyncio.run(answers.generate(FIND_HELP, tracker, "test"))
        assert message is not None
        tracker.update(BotUttered(message["text"], metadata={"metadata": message["metadata"]}))
        return message

    return said


def _ways(row: Helpline) -> set[str]:
    return {*row.numbers, row.text_number} - {""}


def _own(helplines: Helplines, code: str) -> list[Helpline]:
    return [row for row in helplines.rows if row.country == code]


def _lines(text: str) -> list[str]:
    """Return the text without its source line, the publishers in which may be called after a number."""
    return [line for line in text.splitlines() if not line.startswith(("Source: ", "Sources: "))]


@pytest.mark.parametrize("code", COUNTRIES)
def test_a_known_country_gets_its_own_numbers_and_no_other(helplines: Helplines, say: Say, code: str) -> None:
    text = DATE.sub("", "\n".join(_lines(say(country=code)["text"])))
    own = _own(helplines, code)
    allowed = set().union(*map(_ways, own)) | set(re.findall(r"\d+", " ".join(row.hours for row in own)))
    assert set(FIGURES.findall(text)) <= allowed
    for row in own:
        if row.kind == EMERGENCY:
            assert _ways(row) <= set(FIGURES.findall(text))


@pytest.mark.parametrize("code", COUNTRIES)
def test_the_source_line_holds_no_number_that_is_not_in_the_table(helplines: Helplines, say: Say, code: str) -> None:
    """Some titles name further numbers, which must not be taken for lines to call."""
    source_line = YEAR.sub("", say(country=code)["text"].splitlines()[-1])
    assert source_line.startswith("Source")
    numbers = {figures for figures in FIGURES.findall(source_line) if sum(map(str.isdigit, figures)) > 2}
    assert numbers <= set().union(*map(_ways, _own(helplines, code)))


@pytest.mark.parametrize("code", UNKNOWN)
def test_a_country_that_is_not_known_gets_no_digit(say: Say, code: Any) -> None:
    text = say(country=code)["text"]
    assert not re.search(r"\d", text)
    assert "midwife" in text
    assert "emergency number" in text


def test_user_who_has_not_said_her_country_is_asked_for_it(say: Say) -> None:
    assert say()["text"].count("Which country are you in?") == 1


def test_user_whose_channel_knows_her_country_is_not_asked_for_it(say: Say) -> None:
    tracker = _tracker()
    tracker.update(UserUttered("who can I talk to", metadata={"country": "IE"}))
    text = say(tracker)["text"]
    assert "Which country" not in text
    assert "In Ireland:" in text


def test_the_country_that_user_says_counts_more_than_that_of_her_channel(say: Say) -> None:
    tracker = _tracker(country="NZ")
    tracker.update(UserUttered("who can I talk to", metadata={"country": "IE"}))
    assert "In New Zealand:" in say(tracker)["text"]


def test_user_in_a_country_without_a_table_is_not_asked_again(say: Say) -> None:
    text = say(country="BR")["text"]
    assert "Which country" not in text
    assert "no checked phone numbers for your country" in text


def test_user_in_a_union_member_without_rows_gets_the_unions_number(say: Say) -> None:
    text = say(country="FR")["text"]
    assert "Emergency: 112" in text
    assert "no checked breastfeeding line for your country" in text


def test_a_code_in_lower_case_is_understood(say: Say) -> None:
    assert "In New Zealand:" in say(country="nz")["text"]


@pytest.mark.parametrize("code", [None, "BR", "FR", *COUNTRIES])
def test_every_kind_of_professional_is_named(say: Say, code: str | None) -> None:
    tracker = _tracker(country=code)
    for text in (say(tracker)["text"], say(tracker)["text"]):
        for professional in (
            "midwife",
            "health visitor",
            "community nurse",
            "lactation consultant",
            "doctor",
            "pharmacist",
        ):
            assert professional in text


@pytest.mark.parametrize("code", [None, "BR", "FR", *COUNTRIES])
def test_the_message_is_one_and_has_no_blank_line(say: Say, code: str | None) -> None:
    assert all(line.strip() for line in say(country=code)["text"].split("\n"))


@pytest.mark.parametrize("code", COUNTRIES)
def test_the_message_stays_short_and_says_that_numbers_change(helplines: Helplines, say: Say, code: str) -> None:
    lines = say(country=code)["text"].splitlines()
    listed = lines[lines.index(next(line for line in lines if line.startswith("In "))) + 1 :]
    emergency = [row for row in _own(helplines, code) if row.kind == EMERGENCY]
    assert len([line for line in listed if line.startswith("- ")]) <= len(emergency) + SUPPORT_SHOWN
    assert any(re.fullmatch(r"Numbers can change; seen 20\d\d(-\d\d){0,2}\.", line) for line in lines)


def test_a_line_older_than_the_others_bears_its_own_date(say: Say) -> None:
    assert "this line may have changed; seen 2022-08-18" in say(country="US")["text"]


def test_a_country_without_a_breastfeeding_line_is_told_so(say: Say) -> None:
    assert "I have no checked breastfeeding line for Spain yet." in say(country="ES")["text"]


def test_a_parents_line_that_helps_with_breastfeeding_counts_as_one(say: Say) -> None:
    text = say(country="NZ")["text"]
    assert "nurses who also help with breastfeeding" in text
    assert "no checked" not in text


def test_the_message_carries_its_kind_and_whole_sources(say: Say) -> None:
    message = say(country="IE")
    metadata = message["metadata"]
    assert metadata["kind"] == "help"
    assert message["text"].startswith(f"{metadata['introduction']}\n{metadata['body']}")
    (source,) = metadata["sources"]
    assert source["publisher"] in message["text"]
    assert {"title", "publisher", "url", "year"} <= set(source)


def test_a_source_of_a_number_has_the_keys_of_any_other_source(say: Say, project_responses: dict[str, Any]) -> None:
    """Channels and `latch ask --json` show both."""
    from latch.responses import Book

    (source,) = say(country="IE")["metadata"]["sources"]
    assert set(source) == set(Book(project_responses).sources("utter_let_down")[0])


def test_the_table_itself_is_no_part_of_the_message(say: Say) -> None:
    assert "helplines" not in say(country="IE")["metadata"]


def test_the_table_in_the_model_is_the_projects(helplines: Helplines, answers: CuratedAnswers) -> None:
    assert Helplines.unpacked(answers._book().metadata(FIND_HELP)["helplines"]) == helplines


@pytest.mark.parametrize("code", [None, "BR", "GB"])
def test_user_who_asks_again_and_again_never_reads_the_same_line_twice_running(say: Say, code: str | None) -> None:
    tracker = _tracker(country=code)
    said = say(tracker)
    for _ in range(4):
        following = say(tracker)
        assert following["text"] != said["text"]
        assert following["metadata"]["sources"] == said["metadata"]["sources"]
        said = following


# Whom to call in danger


@pytest.mark.parametrize("kind", [*KINDS, DOCTOR])
@pytest.mark.parametrize("code", UNKNOWN)
def test_in_a_country_that_is_not_known_no_number_is_called(helplines: Helplines, code: Any, kind: str) -> None:
    found = call(helplines, code, kind)
    assert not re.search(r"\d", found.sentence)
    assert found.numbers == found.sources == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", ["FR", *COUNTRIES])
def test_the_numbers_to_call_are_of_the_country(helplines: Helplines, code: str, kind: str) -> None:
    found = call(helplines, code, kind)
    own = _own(helplines, "EU" if code == "FR" else code)
    assert set(found.numbers) <= set().union(*map(_ways, own))
    assert all(number in found.sentence for number in found.numbers)
    assert {source["url"] for source in found.sources} <= {row.source["url"] for row in own}
    assert bool(found.sources) == bool(found.numbers)
    assert not found.needs_country


@pytest.mark.parametrize("kind", [EMERGENCY, POISON, CRISIS, VIOLENCE, IN_DANGER, EMERGENCY_AND_CRISIS])
@pytest.mark.parametrize("code", ["FR", *COUNTRIES])
def test_where_a_life_may_be_in_danger_the_emergency_number_is_named(
    helplines: Helplines, code: str, kind: str
) -> None:
    own = _own(helplines, "EU" if code == "FR" else code)
    emergency = [number for row in own if row.kind == EMERGENCY for number in row.numbers]
    assert set(emergency) <= set(call(helplines, code, kind).numbers)


@pytest.mark.parametrize(
    ("code", "kind", "sentence"),
    [
        ("US", EMERGENCY, "Call 911 now."),
        ("GB", EMERGENCY, "Call 999 or 112 now."),
        ("FR", CRISIS, "Please call 112 now."),
        ("IE", CRISIS, "Please reach Samaritans now: 116 123; if a life is in danger, call 112 or 999."),
        ("GB", CRISIS, "Please reach Samaritans now: 116 123; if a life is in danger, call 999 or 112."),
        (
            "GB",
            URGENT_ADVICE,
            "Call your doctor or midwife today, or NHS urgent health advice: 111 (England, Wales and Scotland; "
            "in Northern Ireland ask for your GP out-of-hours line).",
        ),
        ("CA", VIOLENCE, "Shelter phone lines near you can help: https://sheltersafe.ca; in danger, call 911."),
        ("GB", IN_DANGER, "If you or your baby are in danger, call 999 or 112 now."),
        (None, IN_DANGER, "If you or your baby are in danger, call your local emergency number now."),
        ("IE", EMERGENCY_AND_CRISIS, "Call 112 or 999 now; you can also reach Samaritans: 116 123."),
        ("FR", EMERGENCY_AND_CRISIS, "Call 112 now; a crisis line can help too."),
        (None, EMERGENCY_AND_CRISIS, "Call your local emergency number now; a crisis line can help too."),
        ("ZA", EMERGENCY, "Call 10177 or 112 (from a mobile phone) now."),
        ("ES", URGENT_ADVICE, "Call your doctor, midwife or out-of-hours service today."),
        ("IE", MATERNAL_MENTAL_HEALTH, "Talk to your doctor, midwife or health visitor about it."),
        (None, EMERGENCY, "Call your local emergency number now."),
        (None, DOCTOR, ""),
        ("GB", DOCTOR, ""),
        ("GB", BREASTFEEDING, ""),
    ],
)
def test_whom_to_call_is_said_in_one_sentence(helplines: Helplines, code: str | None, kind: str, sentence: str) -> None:
    assert call(helplines, code, kind).sentence == sentence


def _line(name: str, number: str, **about: str) -> Helpline:
    source = {"title": "Lines", "publisher": "Made Up", "url": f"https://{number}.example", "year": None}
    return Helpline("IE", CRISIS, name, "fact", source, "2026-11-23", numbers=(number,), **about)


def _lines_of_a_country(*lines: Helpline) -> Helplines:
    return Helplines({"IE": Country("IE", "Ireland")}, lines)


def test_what_to_choose_on_a_line_is_said() -> None:
    made = _lines_of_a_country(_line("Some", "5550", about="choose option 2", area="Cork", hours="24 hours"))
    assert "5550 (choose option 2; Cork);" in call(made, "IE", CRISIS).sentence


def test_a_line_for_the_whole_country_comes_before_one_for_a_part() -> None:
    made = _lines_of_a_country(_line("Some", "5550", area="Cork"), _line("All", "5551"))
    assert call(made, "IE", CRISIS).numbers == ("5551",)


def test_a_line_that_is_closed_at_night_says_when_it_is_open(helplines: Helplines) -> None:
    sentence = call(helplines, "IE", POISON).sentence
    assert "01 809 2166 (8am to 10pm every day; at other hours ask a doctor or hospital)" in sentence


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Whom to call: 1098", WEB_PAGE),
        ("The 9-1-1 service", WEB_PAGE),
        ("Call 112", "Call 112"),
        ("Advice of 2022 for 10 days", "Advice of 2022 for 10 days"),
    ],
)
def test_a_title_is_shown_only_without_numbers_that_are_not_said(title: str, shown: str) -> None:
    source = {"id": "x", "title": title, "publisher": "P", "url": "https://p.example", "year": 2020, "kind": "agency"}
    expected = {"title": shown, "publisher": "P", "url": "https://p.example", "year": 2020}
    assert cited([source, source], ["112"]) == [expected]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", COUNTRIES)
def test_a_line_for_a_part_of_a_country_is_said_to_be_for_that_part(helplines: Helplines, code: str, kind: str) -> None:
    """Elsewhere in the country nobody answers, or somebody who cannot help."""
    sentence = call(helplines, code, kind).sentence
    named = [row for row in _own(helplines, code) if ways(row) in sentence and row.kind == kind]
    assert [row.name for row in named if row.area and row.area not in sentence] == []


@pytest.mark.parametrize("code", COUNTRIES)
def test_in_a_crisis_no_line_is_named_that_is_not_for_a_crisis(
    helplines: Helplines, project_responses: dict[str, Any], code: str
) -> None:
    from latch.responses import Book

    book = Book(project_responses)
    about = [book.metadata(name) for name in project_responses if name.startswith("utter_danger_")]
    kinds = {str(one["call"]) for one in about if one["urgency"] == "crisis"}
    assert CRISIS in kinds
    for kind in kinds:
        sentence = call(helplines, code, kind).sentence
        named = [row for row in _own(helplines, code) if row.name in sentence]
        assert [row.name for row in named if row.caution == "not for a crisis"] == [], kind


@pytest.mark.parametrize("kind", [EMERGENCY, POISON, CRISIS, VIOLENCE, URGENT_ADVICE])
def test_the_country_is_needed_only_where_nothing_is_said_of_it(helplines: Helplines, kind: str) -> None:
    assert call(helplines, None, kind).needs_country
    assert not call(helplines, "BR", kind).needs_country
    assert not call(helplines, None, DOCTOR).needs_country
    assert COUNTRY_OF_NUMBER.startswith("Which country are you in?")
