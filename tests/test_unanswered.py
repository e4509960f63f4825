"""Unanswered questions are kept only on request, scrubbed (test_scrub.py), and for some weeks; editors read them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from latch import unanswered
from latch.cli import main

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


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


@pytest.mark.parametrize("value", ["0", "91", "-1", "x"])
def test_a_wrong_number_of_days_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=unanswered.DAYS):
        unanswered.days({unanswered.DAYS: value})


def test_editors_read_them_a_line_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(unanswered.DATABASE, str(tmp_path / "unanswered.sqlite3"))
    now = datetime.now(timezone.utc)
    unanswered.keep("can I eat\n sushi, asks amelie@example.org", now=now)
    unanswered.keep("long ago", now=now - timedelta(days=unanswered.DEFAULT_DAYS + 1))
    assert main(["unanswered"]) == 0
    assert capsys.readouterr().out == f"{now.date().isoformat()}\tcan I eat sushi, asks [email]\n"


def test_editors_are_told_why_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(unanswered.DATABASE, str(tmp_path / "unanswered.sqlite3"))
    monkeypatch.delenv(unanswered.SWITCH, raising=False)
    assert main(["unanswered"]) == 0
    assert f"unless {unanswered.SWITCH}=1 is set" in capsys.readouterr().err
    assert not (tmp_path / "unanswered.sqlite3").exists()


def test_a_database_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "unanswered.sqlite3").write_bytes(b"no database, but a text of some length " * 100)
    monkeypatch.setenv(unanswered.DATABASE, str(tmp_path / "unanswered.sqlite3"))
    assert main(["unanswered"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert unanswered.DATABASE in printed.err
