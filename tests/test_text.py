"""Small things about text: sentences, words, folding, cleaning."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latch.text import clean, folded, sentences, words

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


def test_sentences_end_at_marks_and_lines() -> None:
    assert sentences("Yes. Is it? It is!\nCall now") == ["Yes.", "Is it?", "It is!", "Call now"]


def test_list_items_are_sentences_without_their_mark() -> None:
    assert sentences("Look for:\n- a lump\n- a rash.") == ["Look for:", "a lump", "a rash."]


def test_a_number_with_a_point_does_not_end_a_sentence() -> None:
    assert sentences("At 38.5 C, call.") == ["At 38.5 C, call."]


def test_a_text_of_nothing_has_no_sentences_and_no_words() -> None:
    assert sentences(" \n ") == []
    assert words(" - ") == []


def test_hyphenated_and_apostrophed_words_are_one() -> None:
    assert words("Don't skip a six-week check, it’s 10 minutes.") == [
        "Don't", "skip", "a", "six-week", "check", "it’s", "10", "minutes",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["Don't stop!", "dont  STOP", "don’t—stop", "dónt stop"])
def test_texts_of_one_wording_fold_alike(text: str) -> None:
    assert folded(text) == "dont stop"


def test_cleaning_takes_out_what_no_keyboard_types() -> None:
    assert clean("\x00mi\x1blk\u200b su\ud800pply\ufeff\u202e\ue000") == "milk supply"


@pytest.mark.parametrize("gap", ["\n", "\r", "\t", "\v", "\f", "\u2028", "\u2029"])
def test_cleaning_keeps_words_apart_at_line_breaks(gap: str) -> None:
    assert clean(f"milk{gap}supply") == "milk supply"


def test_cleaning_keeps_a_family_of_emoji_joined() -> None:
    assert clean("👩‍👧 ok") == "👩‍👧 ok"


def test_cleaning_makes_equal_looking_texts_equal() -> None:
    assert clean("cafe\u0301") == clean("café") == "café"


@given(ANY_TEXT)
def test_a_cleaned_text_can_be_encoded_and_shows_no_control_characters(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert not {unicodedata.category(character) for character in cleaned} & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert cleaned == cleaned.strip()
    assert unicodedata.is_normalized("NFC", cleaned)


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_what_a_keyboard_types_is_kept(text: str) -> None:
    assert clean(text) == text.strip()


@given(ANY_TEXT)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(ANY_TEXT)
def test_sentences_and_words_never_fail(text: str) -> None:
    assert all(sentence.strip() for sentence in sentences(text))
    assert all(word in text for word in words(text))
