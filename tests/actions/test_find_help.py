"""Who can I talk to: the right country's lines, and no other's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.find_help import ActionFindHelp
from actions.helplines import Helpline, Helplines

COUNTRIES = ("GB", "US", "IE", "ES", "AU", "CA", "NZ", "IN", "ZA", "MX")
DATE = re.compile(r"seen 20\d\d(-\d\d){0,2}")
FIGURES = re.compile(r"\d[\d -]*\d|\d")


def _message(state: dict[str, Any]) -> dict[str, Any]:
    dispatcher = CollectingDispatcher()
    assert ActionFindHelp().run(dispatcher, Tracker.from_dict(state), {}) == []
    message: dict[str, Any]
    (message,) = dispatcher.messages
    return message


def _ways(row: Helpline) -> set[str]:
    return {*row.numbers, row.text_number} - {""}


def _lines(text: str) -> list[str]:
    """Return the text without its source line, the publishers in which may be called after a number."""
    return [line for line in text.splitlines() if not line.startswith(("Source: ", "Sources: "))]


@pytest.mark.parametrize("code", COUNTRIES)
def test_a_known_country_gets_its_own_numbers_and_no_other(helplines: Helplines, tracker_state: Any, code: str) -> None:
    text = DATE.sub("", "\n".join(_lines(_message(tracker_state("find_help", country=code))["text"])))
    own = [row for row in helplines.rows if row.country == code]
    allowed = set().union(*map(_ways, own)) | set(re.findall(r"\d+", " ".join(row.hours for row in own)))
    assert set(FIGURES.findall(text)) <= allowed
    for row in own:
        if row.kind == "emergency":
            assert _ways(row) <= set(FIGURES.findall(text))


@pytest.mark.parametrize("code", COUNTRIES)
def test_the_source_line_holds_no_number_of_another_country(
    helplines: Helplines, tracker_state: Any, code: str
) -> None:
    source_line = _message(tracker_state("find_help", country=code))["text"].splitlines()[-1]
    own = set().union(*(_ways(row) for row in helplines.rows if row.country == code))
    assert set(FIGURES.findall(source_line)) <= own


@pytest.mark.parametrize("code", [None, "", " ", 44, ["GB"], "ZZ", "BR"])
def test_a_country_that_is_not_known_gets_no_digit(tracker_state: Any, code: Any) -> None:
    text = _message(tracker_state("find_help", country=code))["text"]
    assert not re.search(r"\d", text)
    assert "midwife" in text
    assert "emergency number" in text


def test_user_who_has_not_said_her_country_is_asked_for_it(tracker_state: Any) -> None:
    assert _message(tracker_state("find_help"))["text"].count("Which country are you in?") == 1


def test_user_in_a_country_without_a_table_is_not_asked_again(tracker_state: Any) -> None:
    text = _message(tracker_state("find_help", country="BR"))["text"]
    assert "Which country" not in text
    assert "no checked phone numbers for your country" in text


def test_user_in_a_union_member_without_rows_gets_the_unions_number(tracker_state: Any) -> None:
    text = _message(tracker_state("find_help", country="FR"))["text"]
    assert "Emergency: 112" in text
    assert "no checked breastfeeding line for your country" in text


def test_a_code_in_lower_case_is_understood(tracker_state: Any) -> None:
    assert "In New Zealand:" in _message(tracker_state("find_help", country="nz"))["text"]


@pytest.mark.parametrize("code", [None, "BR", "FR", *COUNTRIES])
def test_every_kind_of_professional_is_named(tracker_state: Any, code: str | None) -> None:
    text = _message(tracker_state("find_help", country=code))["text"]
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
def test_the_message_is_one_and_has_no_blank_line(tracker_state: Any, code: str | None) -> None:
    text = _message(tracker_state("find_help", country=code))["text"]
    assert all(line.strip() for line in text.split("\n"))


@pytest.mark.parametrize("code", COUNTRIES)
def test_the_message_stays_short_and_says_that_numbers_change(
    helplines: Helplines, tracker_state: Any, code: str
) -> None:
    message = _message(tracker_state("find_help", country=code))
    lines = message["text"].splitlines()
    listed = lines[lines.index(next(line for line in lines if line.startswith("In "))) + 1 :]
    emergency = [row for row in helplines.rows if row.country == code and row.kind == "emergency"]
    assert len([line for line in listed if line.startswith("- ")]) <= len(emergency) + 4
    assert any(re.fullmatch(r"Numbers can change; seen 20\d\d(-\d\d){0,2}\.", line) for line in lines)


def test_a_line_older_than_the_others_bears_its_own_date(tracker_state: Any) -> None:
    text = _message(tracker_state("find_help", country="US"))["text"]
    assert "this line may have changed; seen 2022-08-18" in text


def test_a_country_without_a_breastfeeding_line_is_told_so(tracker_state: Any) -> None:
    text = _message(tracker_state("find_help", country="ES"))["text"]
    assert "I have no checked breastfeeding line for Spain yet." in text


def test_a_parents_line_that_helps_with_breastfeeding_counts_as_one(tracker_state: Any) -> None:
    text = _message(tracker_state("find_help", country="NZ"))["text"]
    assert "nurses who also help with breastfeeding" in text
    assert "no checked" not in text


def test_the_message_carries_its_kind_and_whole_sources(tracker_state: Any) -> None:
    message = _message(tracker_state("find_help", country="IE"))
    metadata = message["metadata"]
    assert metadata["kind"] == "help"
    assert message["text"].startswith(metadata["body"])
    (source,) = metadata["sources"]
    assert set(source) == {"title", "publisher", "url", "year"}
    assert source["publisher"] in message["text"]
    assert not message["custom"]


def test_user_who_asks_again_and_again_never_reads_the_same_line_twice_running(tracker_state: Any) -> None:
    said = _message(tracker_state("find_help", country="GB"))
    for _ in range(4):
        following = _message(tracker_state("find_help", country="GB", said_before=said))
        assert following["text"] != said["text"]
        assert following["metadata"] == said["metadata"]
        said = following


def test_a_broken_table_stops_the_start_with_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    broken = tmp_path / "helplines.yml"
    broken.write_text("countries: [\n", encoding="utf-8")
    monkeypatch.setattr("actions.helplines.load_helplines.__defaults__", (broken,))
    with pytest.raises(SystemExit, match=r"helplines\.yml:\d+"):
        ActionFindHelp()
