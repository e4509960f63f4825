"""The language of patterns: what each element holds for, what it does not, and what is no pattern."""

from __future__ import annotations

import contextlib
import json
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latch.safety.lines import PatternError, pattern_words
from latch.safety.patterns import Hit, PatternBook, inflections
from latch.safety.words import Words

SECONDS = 5.0
WORDS = Words(
    groups={"not": ["not", "n't", "no", "never"], "baby": ["baby", "he", "she"], "nappy": ["nappy", "diaper"]},
    fillers=["a", "the", "is", "really", "has", "had", "been"],
)


def _book(*lines: str) -> PatternBook:
    return PatternBook({"sign": lines}, WORDS, inflections(pattern_words(lines, WORDS)))


def _hits(line: str, text: str) -> list[Hit]:
    return _book(line).hits(text)


# line, what it holds for, what it does not hold for
ELEMENTS = {
    "a word": (
        "breathe",
        ["breathe", "Breathe!", "BREATHING", "he breathes", "he breathed"],
        ["breath-taking", "bread"],
    ),
    "words in order": ("stop breathing", ["he stopped breathing"], ["breathing stopped", "he stopped. Breathing now"]),
    "any of these": ("blue|grey", ["he is blue", "he is grey"], ["he is green"]),
    "what may be missing": ("soft spot? bulge", ["soft bulge", "soft spot bulges"], ["soft head bulges"]),
    "a group": ("<baby> blue", ["she is blue", "baby blue"], ["I am blue"]),
    "a gap": ("baby ... limp", ["baby limp", "baby fell off my lap limp"], ["baby one two three four five limp"]),
    "two gaps": ("baby ... ... limp", ["baby one two three four five limp"], ["baby 1 2 3 4 5 6 7 8 9 limp"]),
    "a temperature": (
        "temperature>=38",
        ["38.0", "temp 38", "101F", "39.5", "39°"],
        ["temp 37.9", "99F", "at 38 weeks", "38"],
    ),
    "a low temperature": ("temperature<36", ["35.2 C"], ["36.0 C", "temp 36"]),
    "hours": ("dry ... hours>=12", ["dry for 12 hours", "dry since yesterday"], ["dry for 6 hours", "dry 12 times"]),
    "days": ("<not> poo ... days>=2", ["no poo for 2 days", "no poo 48 hours"], ["no poo for 1 day"]),
    "few hours": ("vomit ... hours<2", ["vomits for 1 hour"], ["vomits for 3 hours"]),
    "sequences anywhere": ("limp & blue", ["blue. And limp!", "limp and blue"], ["limp", "blue"]),
    "fillers are passed over": ("baby limp", ["baby has been really limp"], ["baby so limp"]),
    "a filler beside other words": ("baby gone|has blue", ["baby really has blue", "baby gone blue"], ["baby is blue"]),
    "apostrophes": ("<not> breathe", ["isn't breathing", "isn’t breathing"], ["is breathing"]),
}


@pytest.mark.parametrize(("line", "text"), [(line, text) for line, texts, _ in ELEMENTS.values() for text in texts])
def test_an_element_holds_for_what_it_means(line: str, text: str) -> None:
    assert [hit.line for hit in _hits(line, text)] == [line]


@pytest.mark.parametrize(("line", "text"), [(line, text) for line, _, texts in ELEMENTS.values() for text in texts])
def test_an_element_holds_for_nothing_else(line: str, text: str) -> None:
    assert _hits(line, text) == []


@pytest.mark.parametrize("text", ["breahting", "breathng", "breeathing", "braething", "brathing"])
def test_a_word_with_one_slip_of_the_thumb_is_recognised(text: str) -> None:
    assert _hits("breathing", text)


@pytest.mark.parametrize("text", ["brahtng", "breathe5ng5", "bath", "breading"])
def test_two_slips_and_other_english_words_are_not(text: str) -> None:
    assert _hits("breathing", text) == []


def test_a_short_word_must_be_right() -> None:
    assert _hits("wee", "wew") == []


@pytest.mark.parametrize("end", [". ", "! ", "? ", "... ", "\n", "…"])
def test_a_line_does_not_cross_the_end_of_a_sentence(end: str) -> None:
    assert _hits("baby ... limp", f"my baby sleeps{end}Limp lettuce") == []
    assert _hits("baby & limp", f"my baby sleeps{end}Limp lettuce")


def test_sequences_are_told_with_all_their_words_in_the_order_of_the_line() -> None:
    text = "Limp after his bath. My baby is limp all over, and blue."
    (hit,) = _hits("blue & baby ... limp", text)
    assert hit.words == "blue ... baby is limp"
    assert (hit.start, hit.end) == (text.index("baby"), text.index("blue") + len("blue"))


def test_a_hit_tells_the_words_where_they_stand() -> None:
    text = "Help: the baby’s  Really LIMP!"
    (hit,) = _hits("baby ... limp", text)
    assert text[hit.start : hit.end] == hit.words == "baby’s  Really LIMP"


def test_a_line_that_holds_twice_is_told_twice() -> None:
    text = "No seizure at noon. Now he has a seizure."
    assert [hit.start for hit in _hits("seizure", text)] == [text.index("seizure"), text.rindex("seizure")]


@pytest.mark.parametrize("line", ["<not> breathe", "baby n't|isnt breathe", "no|without nappy", "limp & <not> wake"])
def test_a_line_that_says_that_something_is_missing_knows_it(line: str) -> None:
    assert Hit("sign", line, "", 0, 0).absence


@pytest.mark.parametrize("line", ["blue|grey", "stop breathing", "note|knot", "not-for-me"])
def test_other_lines_say_what_is_there(line: str) -> None:
    assert not Hit("sign", line, "", 0, 0).absence


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("baby <nobody> limp", "'nobody'"),
        ("baby temperature>38", "'temperature>38'"),
        ("baby hours>=twelve", "'hours>=twelve'"),
        ("baby (limp)", "'(limp)'"),
        ("baby blue||grey", "''"),
        ("baby &limp", "'&limp'"),
        ("... limp? ...", "'... limp? ...'"),
        ("the really", "'the really'"),
        ("limp & ", "''"),
        ("", "''"),
    ],
)
def test_an_error_names_the_element(line: str, named: str) -> None:
    with pytest.raises(PatternError) as caught:
        _book(line)
    assert named in str(caught.value)


def test_each_part_tells_where_it_stands() -> None:
    text = "limp, then blue"
    (hit,) = _hits("blue & limp", text)
    assert [text[start:end] for start, end in hit.parts] == ["blue", "limp"]


def test_no_text_holds_nothing() -> None:
    assert _hits("limp", "") == []
    assert PatternBook({}, WORDS, {}).hits("limp") == []


def test_what_is_packed_finds_the_same() -> None:
    book = _book(*(line for line, _, _ in ELEMENTS.values()))
    again = PatternBook.unpacked(json.loads(json.dumps(book.packed())))
    texts = [text for _, some, others in ELEMENTS.values() for text in (*some, *others)]
    assert [again.hits(text) for text in texts] == [book.hits(text) for text in texts]


def test_inflected_forms_are_those_of_the_same_word() -> None:
    forms = inflections(["breathe", "faint"])
    assert {"breathes", "breathing", "breathed"} <= set(forms["breathe"])
    assert "breath-taking" not in forms["breathe"]


_BOOK = _book(*(line for line, _, _ in ELEMENTS.values()))
_SAID = "baby limp blue isn’t n't breathing breahting 38.5 temp 12 hours no poo dry é 母乳 😢 a the in 38"
_PIECES = st.sampled_from([*_SAID.split(" "), *".!…'?,&° \n\x00\u200b"])


@settings(deadline=None)
@given(st.text() | st.lists(_PIECES).map("".join) | st.lists(_PIECES).map(" ".join))
def test_no_text_is_too_strange_and_hits_stand_in_it(text: str) -> None:
    for hit in _BOOK.hits(text):
        assert 0 <= hit.start < hit.end <= len(text)


@settings(deadline=None)  # making a book takes its time
@given(st.lists(st.sampled_from(["word", "<baby>", "<not>", "a|b", "c?", "...", "hours>=3", "&", "<x>", "(", "the"])))
def test_a_line_is_a_pattern_or_an_error_says_why_not(elements: list[str]) -> None:
    with contextlib.suppress(PatternError):
        _book(" ".join(elements)).hits("a word for the baby. c 3 hours")


def test_a_text_of_fillers_alone_takes_no_long_time() -> None:
    book = PatternBook({"sign": ["<me> blue", "<me> ... limp"]}, Words({"me": ["i", "my"]}, ["my"]), {})
    start = process_time()
    assert not book.hits("my " * 7000)
    assert process_time() - start < SECONDS
