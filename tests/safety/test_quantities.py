"""Temperatures and lengths of time are read as numbers, and what is neither is left alone."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from latch.safety.quantities import HOURS, TEMPERATURE, quantities

TEMPERATURES = {
    "38.5": 38.5,
    "his temp is 38": 38.0,
    "38.5C": 38.5,
    "38,5 degrees": 38.5,
    "39°C": 39.0,
    "39 °": 39.0,
    "39º": 39.0,
    "40 degrees celsius": 40.0,
    "she is 38.5.": 38.5,
    "fever of 39, what now": 39.0,
    "38 point 5": 38.5,
    "it says 39 Point 2 on the thermometer": 39.2,
    "101F": 38.33,
    "101 f": 38.33,
    "102.5 fahrenheit": 39.17,
    "104 degrees F": 40.0,
    "a fever of 103": 39.44,
    "100.4": 38.0,
    "my baby of 3 weeks is 100.6": 38.11,
    "35.4": 35.4,
    "she is 39.0": 39.0,
    "95 F": 35.0,
}
NO_TEMPERATURES = (
    "39 weeks pregnant",
    "born at 38 weeks with a fever",
    "fever at 38w3d",
    "fever at 36+2",
    "induced at 38 weeks for a high temperature",
    "38 minutes",
    "the room is 20 degrees",
    "boil it at 80 degrees",
    "he drank 40 ml with a fever",
    "weighs 38.5 kg",
    "I am 38",
    "£38.50",
    "38%",
    "38.5%",
    "at 9:38",
    "38/40",
    "temp 138",
    "38.123",
)
LENGTHS = {
    "no wet nappy for 12 hours": 12,
    "no wet nappy in 12 hrs": 12,
    "12h without a wee": 12,
    "hasn't weed since yesterday": 12,
    "4 days no poo": 96,
    "she's 4 days without a poo": 96,
    "hasnt pooed in four days": 96,
    "a couple of days": 48,
    "a few hours": 3,
    "half an hour": 0.5,
    "an hour": 1,
    "twelve hours": 12,
    "1.5 hours": 1.5,
    "1,5 hours": 1.5,
    "two-day headache": 48,
    "one whole day": 24,
    "a week": 168,
    "90 minutes": 1.5,
    "for hours": 4,
    "for days": 48,
    "dry all night": 8,
    "since Monday": 24,
}
NO_LENGTHS = (
    "probably nothing but she had 3 wet nappies in 24 hours",
    "through a pad an hour",
    "three times a day",
    "4 days old",
    "my 3 week old",
    "6-week-old",
    "3 weeks postpartum",
    "2 weeks pp",
    "he is 6 weeks",
    "she's 3 weeks and feeds well",
    "hes only 4 days",
    "2 weeks early",
    "two days ago",
    "36 weeks pregnant",
    "every 3 hours",
    "each day",
    "3 times per day",
    "back at work in 2 days",
    "2 days off",
    "days",
    "12 o'clock",
    "6 months",
)


def _amounts(text: str, kind: str) -> list[float]:
    return [found.amount for found in quantities(text) if found.kind == kind]


@pytest.mark.parametrize(("text", "degrees"), TEMPERATURES.items())
def test_a_body_temperature_is_read_in_degrees_celsius(text: str, degrees: float) -> None:
    assert _amounts(text, TEMPERATURE) == [degrees]


@pytest.mark.parametrize("text", NO_TEMPERATURES)
def test_other_numbers_are_no_body_temperature(text: str) -> None:
    assert _amounts(text, TEMPERATURE) == []


@pytest.mark.parametrize(("text", "hours"), LENGTHS.items())
def test_a_length_of_time_is_read_in_hours(text: str, hours: float) -> None:
    assert _amounts(text, HOURS) == [pytest.approx(hours)]


@pytest.mark.parametrize("text", NO_LENGTHS)
def test_ages_and_times_are_no_lengths(text: str) -> None:
    assert _amounts(text, HOURS) == []


def test_several_quantities_come_in_order_with_their_places() -> None:
    text = "38.9 since yesterday, no wee for 12 hours"
    found = quantities(text)
    assert [(one.kind, text[one.start : one.end]) for one in found] == [
        (TEMPERATURE, "38.9"),
        (HOURS, "since yesterday"),
        (HOURS, "12 hours"),
    ]


def test_two_lengths_side_by_side_are_both_read() -> None:
    assert _amounts("2 days 12 hours", HOURS) == [48, 12]


@given(st.integers(330, 429), st.sampled_from(["{} C", "temp {}", "{}°c", "{} degrees", "fever: {}"]))
def test_every_celsius_temperature_is_read_as_it_is_written(tenths: int, form: str) -> None:
    degrees = tenths / 10
    assert _amounts(form.format(f"{degrees:.1f}"), TEMPERATURE) == [degrees]


@given(st.integers(920, 1099))
def test_every_fahrenheit_temperature_is_turned_into_celsius(tenths: int) -> None:
    (found,) = _amounts(f"{tenths / 10:.1f}F", TEMPERATURE)
    assert found == pytest.approx((tenths / 10 - 32) * 5 / 9, abs=0.01)


_SAID = "point C f degrees temp hours h days half an since yesterday in old weeks ago for all night couple she's no"
_PIECES = st.sampled_from([*_SAID.split(" "), *"0123456789٣²½.,-+/:%°º \n"])


@example("9" * 500 + " hours 38.5")
@given(st.text() | st.lists(_PIECES).map("".join) | st.lists(_PIECES).map(" ".join))
def test_no_text_is_too_strange_and_places_stand_in_it_apart(text: str) -> None:
    end = 0
    for one in quantities(text):
        assert end <= one.start < one.end <= len(text)
        assert one.amount >= 0
        end = one.end
