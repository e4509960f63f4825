"""Unanswered questions are kept only on request, without what would tell who asked, and for some weeks."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from latch import unanswered

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("write to zebedee.quill+x@example.co.uk please", ["zebedee", "example"]),
        ("zebedee (at) example (dot) org", ["zebedee", "example"]),
        ("see https://example.org/zebedee?x=1 for it", ["zebedee"]),
        ("call me on +353 87 123 4567", ["353", "87", "123", "4567"]),
        ("ring 087-1234567 or (01) 809 2166", ["087", "1234567", "809", "2166"]),
        ("my number is 0871234567", ["0871234567"]),
        ("my name is Zebedee Quillfeather and it hurts", ["Zebedee", "Quillfeather"]),
        ("my name is zebedee and it hurts", ["zebedee"]),
        ("my daughter's name is Zebedee", ["Zebedee"]),
        ("her name's Zebedee", ["Zebedee"]),
        ("my baby boy's first name is Zebedee", ["Zebedee"]),
        ("our son called Zebedee bites", ["Zebedee"]),
        ("I'm Zebedee Quillfeather", ["Zebedee", "Quillfeather"]),
        ("this is Zebedee", ["Zebedee"]),
        ("born on 3/4/2026", ["3/4/2026"]),
        ("born 2026-04-03", ["2026-04-03"]),
        ("dob 03.04.26", ["03.04.26"]),
        ("she was born on the 3rd of April 2026", ["3rd", "April", "2026"]),
        ("born April 3rd, 2026", ["April", "3rd", "2026"]),
        ("I live at 12 Saint Mary's Road", ["12", "Saint", "Mary", "Road"]),
        ("we are at Flat 4, 12b Elm Grove", ["Flat 4", "12b", "Elm"]),
        ("postcode SW1A 1AA", ["SW1A", "1AA"]),
        ("my eircode is D02 X285", ["D02", "X285"]),
        ("zip 90210", ["90210"]),
        ("K1A 0B1 Canada", ["K1A", "0B1"]),
    ],
)
def test_what_tells_who_asked_is_taken_out(text: str, gone: list[str]) -> None:
    found = unanswered.scrubbed(text)
    assert [word for word in gone if word in found] == []


@pytest.mark.parametrize(
    "text",
    [
        "can I take ibuprofen 400 mg every 6 hours",
        "he is 4 months old and feeds 8 times a day",
        "is it ok to nurse after 12 months and until 2 years",
        "pump settings 24 mm flange",
        "what is this white spot called",
        "I am tired, this is hard, and I'm not sure if it's normal",
    ],
)
def test_an_ordinary_question_is_kept_as_it_is(text: str) -> None:
    assert unanswered.scrubbed(text) == text


def test_it_is_off_unless_it_is_asked_for() -> None:
    assert not unanswered.is_on({})
    assert not unanswered.is_on({unanswered.SWITCH: "0"})
    assert unanswered.is_on({unanswered.SWITCH: "1"})


def test_day_and_question_are_kept_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "unanswered.sqlite3"
    unanswered.keep("my name is Zebedee, can I eat sushi", path, NOW)
    assert unanswered.listed(path) == [("2026-11-23", "my name is [name], can I eat sushi")]
    assert b"Zebedee" not in path.read_bytes()


def test_a_question_is_dropped_when_its_time_is_over(tmp_path: Path) -> None:
    path = tmp_path / "unanswered.sqlite3"
    unanswered.expire(path, NOW)
    assert not path.exists()
    unanswered.keep("can I eat sushi", path, NOW)
    unanswered.expire(path, NOW + timedelta(days=unanswered.DEFAULT_DAYS))
    assert len(unanswered.listed(path)) == 1
    unanswered.expire(path, NOW + timedelta(days=unanswered.DEFAULT_DAYS + 1))
    assert unanswered.listed(path) == []
    assert b"sushi" not in path.read_bytes()


def test_a_day_keeps_no_more_than_editors_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unanswered, "_MOST_A_DAY", 2)
    for number in range(4):
        unanswered.keep(f"question {number}", tmp_path / "unanswered.sqlite3", NOW)
    assert len(unanswered.listed(tmp_path / "unanswered.sqlite3")) == 2


def test_a_long_text_is_cut() -> None:
    assert len(unanswered.scrubbed("why " * 1_000)) <= 300


@pytest.mark.parametrize("value", ["0", "91", "-1", "x"])
def test_a_wrong_number_of_days_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=unanswered.DAYS):
        unanswered.days({unanswered.DAYS: value})
