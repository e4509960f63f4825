"""Danger signs are read with all that is said of them; what is wrong in a file is named with file and line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from latch.content.load import load
from latch.content.model import DangerSign
from latch.content.signs import shared_words
from latch.content.yaml_file import ContentError
from tests.content.conftest import Data
from tests.content.sign import HARMLESS_FILE, SIGN, SIGN_FILE, WORDS_FILE, with_sign

Faults = Callable[[Data], list[str]]


@pytest.fixture
def signs(data: Data) -> Data:
    """Return a valid data folder with a danger sign."""
    return with_sign(data)


def _sign(data: Data) -> DangerSign:
    return load(data.folder).signs["baby_limp"]


def test_a_sign_is_read_with_all_that_is_said_of_it(signs: Data) -> None:
    sign = _sign(signs)
    assert (sign.id, sign.concerns, sign.title) == ("baby_limp", "baby", "A limp baby")
    assert (sign.urgency, sign.call) == ("emergency", "emergency")
    assert [fact.id for fact in sign.facts] == ["baby-limp", "baby-sleepy", "milk-made"]
    assert [source.id for source in sign.sources] == ["nhs", "seed-milk"]
    assert sign.now == "A limp baby needs help now."
    assert sign.waiting == "After 10 minutes, call once more."
    assert (sign.age_from, sign.age_under, sign.yields_to) == (None, None, ())
    assert len(sign.examples) == len(sign.harmless) == 21


def test_every_pattern_and_example_knows_its_line(signs: Data) -> None:
    text = (signs.folder / SIGN_FILE).read_text(encoding="utf-8").splitlines()
    sign = _sign(signs)
    for one in (*sign.patterns, *sign.examples, *sign.harmless):
        assert one.place.path == signs.folder / SIGN_FILE
        assert one.text in text[one.place.line - 1]


def test_what_comes_while_waiting_may_be_left_out(signs: Data) -> None:
    signs.spoil(SIGN_FILE, "    waiting: After 10 minutes, call once more.\n", "")
    assert _sign(signs).waiting == ""


@pytest.mark.parametrize(
    ("age", "bounds"), [("{from: 1, under: 3}", (1, 3)), ("{under: 0.5}", (None, 0.5)), ("{from: 6}", (6, None))]
)
def test_a_sign_may_hold_at_an_age_only(signs: Data, age: str, bounds: tuple[float | None, float | None]) -> None:
    signs.spoil(SIGN_FILE, "  say:\n", f"  age: {age}\n  say:\n")
    assert (_sign(signs).age_from, _sign(signs).age_under) == bounds


def test_harmless_messages_are_read_with_their_lines(signs: Data) -> None:
    library = load(signs.folder)
    assert [one.text for one in library.harmless] == [
        "my coffee is limp and lukewarm",
        "the baby monitor has a blue light",
    ]
    assert [one.place.line for one in library.harmless] == [3, 4]


def test_the_shared_words_are_read(signs: Data) -> None:
    words = shared_words(signs.folder)
    assert words.groups["baby"] == ["baby", "he", "she"]
    assert words.fillers == ["a", "the", "is"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("urgency: emergency", "urgency: at once", "urgency must be one of emergency, crisis, same_day, soon"),
        ("call: emergency", "call: mum", "call must be one of emergency, urgent_advice"),
        ("[baby-limp, baby-sleepy, milk-made]", "[baby-limp, baby-wild]", "no article holds a fact 'baby-wild'"),
        ("[baby-limp, baby-sleepy, milk-made]", "[]", "a sign rests on at least one fact"),
        ("  title: A limp baby\n", "", "'title' is missing"),
        ("  title: A limp baby\n", "  title: A limp baby\n  colour: red\n", "unknown key 'colour'"),
        ("    now: A limp baby needs help now.\n", "    now: 12\n", "'now' must be a text"),
        ("    now: A limp baby needs help now.\n", "", "'now' is missing"),
        ('  - "<not> move"\n', '  - "<not> move"\n  - "<not> move"\n', "'patterns' names something twice"),
        ('  - "<not> move"\n', "  - no\n  - {a: b}\n", "'patterns' must be a list of texts"),
        ("  say:\n", "  yields_to: [psychosis]\n  say:\n", "yields_to: there is no sign 'psychosis'"),
        ("  say:\n", "  age: {under: young}\n  say:\n", "'under' must be a number of months"),
        ("  say:\n", "  age: {over: 3}\n  say:\n", "unknown key 'over'"),
        (
            "    - tell my sister what a limp baby has\n",
            "    tell my sister\n",
            "an example is a line that begins with",
        ),
    ],
)
def test_what_is_wrong_in_a_sign_is_named(signs: Data, faults_of: Faults, old: str, new: str, reason: str) -> None:
    signs.spoil(SIGN_FILE, old, new)
    found = faults_of(signs)
    assert any(fault.startswith(f"{SIGN_FILE}:") and reason in fault for fault in found), found


def test_a_sign_stands_in_one_folder(signs: Data, faults_of: Faults) -> None:
    signs.write("safety/mother/baby_limp.yml", SIGN)
    assert faults_of(signs) == ["safety/mother/baby_limp.yml:1: sign 'baby_limp' stands also in another folder"]


def test_a_key_beside_the_harmless_messages_is_named(signs: Data, faults_of: Faults) -> None:
    signs.spoil(HARMLESS_FILE, "harmless: |", "other: 1\nharmless: |")
    assert faults_of(signs) == [f"{HARMLESS_FILE}:2: unknown key 'other'"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("groups:", "group:"),
        ("fillers: [a, the, is]", "fillers: a the is"),
        ("fillers: [a, the, is]", "fillers: [a, the, on]"),
        ("fillers: [a, the, is]", "fillers: [a]\nmore: [b]"),
        ('["not", "n\'t", "no"]', "[not, no]"),
        ("  baby: [baby, he, she]", "  baby: 12"),
        ("  baby: [baby, he, she]", "  baby: baby he she"),
    ],
)
def test_shared_words_of_another_shape_are_named(signs: Data, old: str, new: str) -> None:
    signs.spoil(WORDS_FILE, old, new)
    with pytest.raises(ContentError) as caught:
        shared_words(signs.folder)
    assert all(fault.path == signs.folder / WORDS_FILE for fault in caught.value.faults)


def test_without_shared_words_the_file_is_named(data: Data) -> None:
    with pytest.raises(ContentError, match="cannot be read"):
        shared_words(data.folder)
