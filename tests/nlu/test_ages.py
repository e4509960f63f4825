"""A baby's age is read in the forms in which people write it, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.nlu.ages import OLDEST_MONTHS, AgeReader, group

DAY = 12 / 365
WEEK = 7 * DAY

AGES = {
    "14mo": 14,
    "14 mo": 14,
    "14MO": 14,
    "2 and a half": 30,
    "2½": 30,
    "two and a half year old": 30,
    "my daughter is two and a half": 30,
    "six week old": 6 * WEEK,
    "6-week-old": 6 * WEEK,
    "18 m/o": 18,
    "18m/o": 18,
    "5½ months": 5.5,
    "my baby is 5 1/2 months": 5.5,
    "2yo": 24,
    "2.5yo": 30,
    "4,5 months old": 4.5,
    "2 y.o.": 24,
    "my 8 month old": 8,
    "my 8month old": 8,
    "15-month-old": 15,
    "he's 15 months": 15,
    "he’s 15 months": 15,
    "hes 15 months": 15,
    "shes nearly 9 months": 9,
    "she's nearly 9 months now": 9,
    "lo is 3wks": 3 * WEEK,
    "10 weeks old": 10 * WEEK,
    "10 w/o": 10 * WEEK,
    "10do": 10 * DAY,
    "a year old": 12,
    "my year old": 12,
    "a year and a half old": 18,
    "half a year old": 6,
    "6 months and a half old": 6.5,
    "9 n a half months old": 9.5,
    "13 month old twins": 13,
    "twins, 5 weeks": 5 * WEEK,
    "2 years and 3 months old": 27,
    "2 years 3 months": 27,
    "2y3m old": 27,
    "twenty-two months old": 22,
    "just turned two": 24,
    "she turns one tomorrow": 12,
    "at the age of two": 24,
    "is it normal at age 2": 24,
    "our little man is 12 days": 12 * DAY,
    "my lad's 5 weeks": 5 * WEEK,
    "she made her way into the world nine days ago": 9 * DAY,
    "she's two": 24,
    "hes 2 and still feeds": 24,
    "my kid is nearly 3": 36,
    "our 4 year old": 48,
    "my 3yearold": 36,
    "at 18 months": 18,
    "3 weeks postpartum": 3 * WEEK,
    "I'm 6 weeks post partum": 6 * WEEK,
    "6 weeks post-partum": 6 * WEEK,
    "3wpp": 3 * WEEK,
    "6 weeks after the birth": 6 * WEEK,
    "born 5 days ago": 5 * DAY,
    "I gave birth three weeks ago": 3 * WEEK,
    "12 mth old": 12,
    "dd 7mo": 7,
    "ds2 is 11m": 11,
    "6 m old": 6,
    "my son (7 months) bites": 7,
    "my baby's 5 months": 5,
    "my little one is 10 months": 10,
    "mine is 10 months": 10,
    "a baby of 5 weeks": 5 * WEEK,
    "5 months of age": 5,
    "he's only 4 days": 4 * DAY,
}

NO_AGES = (
    "for 3 weeks",
    "he's had a fever for 3 days",
    "for 3 days baby won't eat",
    "2 months ago",
    "in 6 weeks",
    "back to work in 2 months",
    "every 3 hours",
    "every 2 weeks",
    "32 weeks pregnant",
    "she is 9 months pregnant",
    "16 weeks along",
    "born at 34 weeks",
    "delivered at 37 weeks",
    "born 3 weeks early",
    "4oz",
    "38.5",
    "she is 38.5",
    "he is 2 kg",
    "2am",
    "at 2",
    "at 2 am",
    "for 2 years",
    "breastfeeding beyond 2 years",
    "I'm 37",
    "I'm 37 years old",
    "both twins",
    "two babies",
    "after 12 months",
    "is nursing after 12 months normal",
    "the first two weeks",
    "two to three months",
    "2 days in a row",
    "hes 4 days without a poo",
    "a few months",
    "twice a day",
    "one side",
    "she is one of those",
    "wake her at 3",
    "what can I do",
    "36+2",
    "6 months leave",
    "my pump is 3 years old",
    "can I give 3 day old milk",
    "is it 3 days",
    "how many mothers get it in the year after birth",
    "my two year break from tablets",
    "he was fed every 2 or 3 days in the week",
)


@pytest.fixture(scope="module")
def reader(lexicon: TrainingData) -> AgeReader:
    """Return a reader with the words of the project's lexicon."""
    return AgeReader({str(table["name"]): list(table["elements"]) for table in lexicon.lookup_tables})


@pytest.mark.parametrize(("text", "months"), AGES.items())
def test_an_age_reads_right_in_every_form(reader: AgeReader, text: str, months: float) -> None:
    assert [age.months for age in reader.ages(text)] == [round(months, 2)]


@pytest.mark.parametrize("text", AGES)
def test_an_age_reads_right_within_a_message(reader: AgeReader, text: str) -> None:
    """Forms that are an age only where nothing else is said are given a child."""
    alone = text in ("2 and a half", "2½", "5½ months", "2 years 3 months")
    told = f"my baby is {text}" if alone else text
    inside = reader.ages(f"Hello, a question. {told}. Is that all right?")
    assert [age.months for age in inside] == [round(AGES[text], 2)]


@pytest.mark.parametrize("text", NO_AGES)
def test_what_is_no_age_is_not_read_as_one(reader: AgeReader, text: str) -> None:
    assert reader.ages(text) == []


def test_two_children_have_two_ages_in_order(reader: AgeReader) -> None:
    ages = reader.ages("I have a 5 week old and a 3 year old")
    assert [age.months for age in ages] == [round(5 * WEEK, 2), 36.0]


def test_an_age_stands_where_it_says(reader: AgeReader) -> None:
    text = "my 2 and a half year old bites"
    (age,) = reader.ages(text)
    assert text[age.start : age.end] == "2 and a half year"


def test_the_groups_begin_where_answers_change() -> None:
    months = (0.0, 27 * DAY, 28 * DAY, 5.9, 6.0, 11.9, 12.0, 90.0)
    names = "newborn newborn under_6_months under_6_months from_6_months from_6_months toddler toddler"
    assert [group(value) for value in months] == names.split()


def test_four_weeks_and_28_days_are_one_group(reader: AgeReader) -> None:
    assert [reader.ages(text)[0].group for text in ("4 weeks old", "28 days old")] == ["under_6_months"] * 2


def test_a_reader_without_words_finds_nothing() -> None:
    assert AgeReader({}).ages("my 6 week old is 2 years old") == []


_PIECES = st.sampled_from(
    [*"0123456789½¼¾²٣.,-/'’()&", "a", "and", "half", "month", "year", "old", "is", "my", "1/2", " "]
)


@given(st.text() | st.lists(_PIECES).map("".join) | st.lists(_PIECES).map(" ".join))
def test_no_text_is_too_strange_to_read(reader: AgeReader, text: str) -> None:
    for age in reader.ages(text):
        assert 0 <= age.start < age.end <= len(text)
        assert 0 <= age.months <= OLDEST_MONTHS


@given(
    st.integers(1, 24), st.sampled_from(["{} month old", "{}mo", "my baby is {} months", "{}-month-old", "he's {}m"])
)
def test_any_number_of_months_is_read(reader: AgeReader, months: int, form: str) -> None:
    assert [age.months for age in reader.ages(form.format(months))] == [months]
