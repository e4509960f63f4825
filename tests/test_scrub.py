"""What may tell who asked is taken out of a question, and what an editor must read stays."""

from __future__ import annotations

import calendar
import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latch.evaluation.messages import read_messages
from latch.scrub import LONGEST, scrubbed

# Given names from many places; some are words, too.
_GIVEN = (
    "Amelie Zebedee Siobhan Niamh Aoife Oisin Caoimhe Mohammed Fatima Aisha Priya Arjun Wei Mei Chidi Ngozi Kwame Olga "
    "Katarzyna Jose Maria Chloe Sophie Emma Ella Mia Isla Liam Noah Olivia Ava Harry George Freddie Alfie Evie "
    "Zoe Xander Bjorn Yusuf Tadhg Saoirse Eoghan Kayleigh Dwayne Shanice"
)
_WORDS_TOO = "Poppy Grace Rose Lily Jack Daisy Ruby Ivy Hope Mark Faith Summer Violet"
_SURNAMES = "Quillfeather O'Brien Murphy Smith-Jones Patel Nguyen Kowalski Okafor Garcia Byrne MacDonald"
GIVEN, WORDS_TOO, SURNAMES = _GIVEN.split(), _WORDS_TOO.split(), _SURNAMES.split()

NAMED = (
    "my name is {}",
    "my name's {} and it hurts",
    "her name is {}",
    "I'm {}",
    "this is {}",
    "my daughter {} bites",
    "our son {} will not latch",
    "my baby {}'s tongue tie",
    "we called her {}",
    "my husband {} says formula",
    "{} won't take the bottle",
    "is it ok that {} feeds all night",
    "midwife {} told me to pump",
    "thanks, {}",
)
# Those in which a name that is also a word can be told from the word.
NAMED_CLEARLY = (
    "my name is {}",
    "her name is {}",
    "I'm {}",
    "we called her {}",
    "my daughter {} bites",
    "our baby {} will not latch",
    "my wife {} pumps",
)


def left(text: str, *gone: str) -> list[str]:
    """Return what of `gone` is still in a text when it is scrubbed."""
    found = scrubbed(text).casefold()
    return [one for one in gone if re.search(rf"(?<!\w){re.escape(one.casefold())}(?!\w)", found)]


@pytest.mark.parametrize("form", NAMED)
@pytest.mark.parametrize("case", [str, str.lower])
def test_names_are_taken_out(form: str, case: object) -> None:
    assert callable(case)
    assert [left(case(form.format(name)), name) for name in GIVEN if left(case(form.format(name)), name)] == []


@pytest.mark.parametrize("form", NAMED_CLEARLY)
def test_names_that_are_words_are_taken_out_where_they_can_be_told(form: str) -> None:
    assert [name for name in WORDS_TOO if left(form.format(name), name)] == []


@given(name=st.sampled_from(GIVEN), surname=st.sampled_from(SURNAMES), form=st.sampled_from(NAMED[:6]))
@settings(max_examples=150, deadline=None)
def test_surnames_are_taken_out(name: str, surname: str, form: str) -> None:
    assert left(form.format(f"{name} {surname}"), name, surname) == []


local = st.text(string.ascii_lowercase + string.digits + "._+-", min_size=1, max_size=12).filter(
    lambda one: one[0].isalnum() and one[-1].isalnum()
)
domain = st.sampled_from(["example.org", "example.co.uk", "mail.example.ie", "gmail.com"])
at = st.sampled_from(["@", " @ ", " (at) ", "[at]"])


@given(local=local, at=at, domain=domain, around=st.sampled_from(["write to {} please", "{}", "my email: {}, thanks"]))
@settings(max_examples=300, deadline=None)
def test_email_addresses_are_taken_out(local: str, at: str, domain: str, around: str) -> None:
    found = scrubbed(around.format(f"{local}{at}{domain}"))
    assert "[email]" in found
    assert domain not in found


digits = st.text("0123456789", min_size=7, max_size=15)


@given(
    digits=digits, cuts=st.lists(st.integers(1, 14), max_size=4), by=st.sampled_from([" ", "-", ".", "/", " - ", ") "])
)
@settings(max_examples=300, deadline=None)
def test_phone_numbers_in_any_grouping_are_taken_out(digits: str, cuts: list[int], by: str) -> None:
    written = "".join(f"{by}{one}" if number in cuts and number else one for number, one in enumerate(digits))
    for lead in ("", "+", "00", "("):
        found = scrubbed(f"ring me on {lead}{written} after six")
        assert not re.search(r"\d", found), found


@given(
    day=st.integers(1, 31),
    month=st.integers(1, 12),
    year=st.integers(1970, 2030),
    form=st.sampled_from(
        [
            "{d}/{m}/{y}",
            "{y}-{m:02}-{d:02}",
            "{d}.{m}.{s:02}",
            "{d} {w} {y}",
            "{w} {d}, {y}",
            "{d}th of {w}",
            "{w} {y}",
            "{d}{w}{y}",
        ]
    ),
)
@settings(max_examples=300, deadline=None)
def test_dates_are_taken_out(day: int, month: int, year: int, form: str) -> None:
    for month_name in (calendar.month_name[month], calendar.month_abbr[month]):
        date = form.format(d=day, m=month, y=year, s=year % 100, w=month_name)
        assert "[date]" in scrubbed(f"she was born {date} at home"), date


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("zebedee (at) example (dot) org", ["zebedee", "example"]),
        ("jane dot doe at gmail dot com", ["jane", "doe", "gmail"]),
        ("see https://example.org/zebedee?x=1 for it", ["zebedee", "example"]),
        ("it is on example.com/zebedee", ["zebedee", "example"]),
        ("my instagram is @zebedee.quill", ["zebedee", "quill"]),
        ("ring oh eight seven one two three four five six seven", ["eight", "seven", "three"]),
        ("my nhs number is 943 476 5919", ["943", "476", "5919"]),
        ("ssn 078-05-1120", ["078", "05", "1120"]),
        ("pps 1234567FA", ["1234567FA"]),
        ("my NI is QQ 12 34 56 C", ["QQ", "12", "34", "56"]),
        ("patient no. 48213", ["48213"]),
        ("born on 3/4/2026", ["3/4/2026"]),
        ("born on the 3rd", ["3rd"]),
        ("born 3/4", ["3/4"]),
        ("I live at 12 Saint Mary's Road", ["12", "Saint", "Mary", "Road"]),
        ("we are at Flat 4, 12b Elm Grove", ["Flat 4", "12b", "Elm"]),
        ("i live in rathmines and it hurts", ["rathmines"]),
        ("we live on elm grove with the twins", ["elm", "grove"]),
        ("postcode SW1A 1AA", ["SW1A", "1AA"]),
        ("my eircode is D02 X285", ["D02", "X285"]),
        ("zip 90210", ["90210"]),
        ("K1A 0B1 Canada", ["K1A", "0B1"]),
        ("my baby boy's first name is Zebedee", ["Zebedee"]),
        ("our twins Amelie and Oisin bite", ["Amelie", "Oisin"]),
        ("ZEBEDEE won't latch", ["ZEBEDEE"]),
        ("Zebe\u200bdee won't latch", ["Zebedee", "dee"]),
    ],
)
def test_what_has_a_form_of_its_own_is_taken_out(text: str, gone: list[str]) -> None:
    assert left(text, *gone) == []


@pytest.mark.parametrize(
    "text",
    [
        "can I take ibuprofen 400 mg every 6 hours",
        "is sertraline or domperidone safe while breastfeeding",
        "he is 4 months old and feeds 8 times a day",
        "she is 4 weeks old and way too sleepy",
        "is it ok to nurse after 12 months and until 2 years",
        "pump settings 24 mm flange",
        "what is this white spot called",
        "I am tired, this is hard, and I'm not sure if it's normal",
        "My daughter bites and my husband snores",
        "im worried hes not getting enough",
        "does 3/4 of a bottle count",
    ],
)
def test_an_ordinary_question_is_kept_as_it_is(text: str) -> None:
    assert scrubbed(text) == text


def test_of_what_people_really_ask_little_is_taken_out() -> None:
    """A gauge that editors can still read what it is about: held-out messages, which name nobody."""
    texts = [message.text[:LONGEST] for message in read_messages() if message.file.startswith("outside")]
    taken = sum(scrubbed(text).count("[") for text in texts)
    assert 0 < taken / sum(len(text.split()) for text in texts) < 0.03


@given(st.text(max_size=2_000))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_scrubbed(text: str) -> None:
    assert len(scrubbed(text)) <= LONGEST
