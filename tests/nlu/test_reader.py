"""Any input becomes a text that can be read, or is marked as unreadable."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.nlu.constants import EMPTY, NO_WORDS, SAID, UNREADABLE
from latch.nlu.reader import MessageReader

READER = MessageReader(MessageReader.get_default_config())


def _read(text: str | None) -> Message:
    return READER.process([Message({} if text is None else {TEXT: text})])[0]


@pytest.mark.parametrize("text", [None, "", "   \n\t", "\x00\x1b\x7f", "\ud800\udfff", "\u200b\ufeff", "\u202e"])
def test_a_message_of_nothing_is_empty(text: str | None) -> None:
    message = _read(text)
    assert message.get(TEXT) == ""
    assert message.get(UNREADABLE) == EMPTY


@pytest.mark.parametrize("text", ["😢😢", "👩‍🍼", "???", "123", "_", "-_-", "38.5", "…", "❤️"])
def test_emoji_digits_and_marks_hold_no_words(text: str) -> None:
    assert _read(text).get(UNREADABLE) == NO_WORDS


@pytest.mark.parametrize("text", ["hi", "q?", "14mo", "как", "母乳", "ça va 😊"])
def test_letters_of_any_script_can_be_read(text: str) -> None:
    message = _read(text)
    assert message.get(TEXT) == text
    assert message.get(UNREADABLE) is None


def test_a_lone_surrogate_leaves_the_words_around_it() -> None:
    assert _read("milk\ud83d supply").get(TEXT) == "milk supply"


def test_a_joined_emoji_with_words_stays_whole() -> None:
    assert _read("help 👩‍🍼").get(TEXT) == "help 👩‍🍼"


def test_of_a_very_long_message_the_beginning_and_the_end_are_read() -> None:
    text = _read("my story begins " + "word " * 2000 + "so is that normal?").get(TEXT)
    assert text.startswith("my story begins")
    assert text.endswith("so is that normal?")
    assert len(text) <= 2001


def test_a_message_as_long_as_the_limit_is_read_whole() -> None:
    assert _read("m" * 2000).get(TEXT) == "m" * 2000


def test_what_was_typed_is_kept_for_what_searches_it() -> None:
    message = _read("my story " * 300 + "he is limp " + "my story " * 300)
    assert "limp" not in message.get(TEXT)
    assert "he is limp" in message.get(SAID)


def test_of_what_was_typed_no_more_is_kept_than_can_be_searched() -> None:
    said = _read("first " + "word " * 4000 + "last").get(SAID)
    assert said.startswith("first")
    assert said.endswith("last")
    assert len(said) <= 8001


def test_the_ends_of_a_long_message_are_sentences_of_their_own() -> None:
    assert "…" in _read("word " * 1000).get(TEXT)


def test_the_mark_and_the_text_reach_the_parse_data() -> None:
    message = _read("\x00?")
    assert message.as_dict(only_output_properties=True) == {TEXT: "?", UNREADABLE: NO_WORDS}


def test_training_examples_are_cleaned_as_messages_are() -> None:
    examples = [Message({TEXT: "milk\u200b\nsupply", "intent": "supply"}), Message({"intent": "supply"})]
    READER.process_training_data(TrainingData(examples))
    assert examples[0].get(TEXT) == "milk supply"
    assert examples[1].get(TEXT) is None


# Surrogates are among st.characters() unless they are excluded.
@given(st.text(st.characters(exclude_categories=[])))
@example("\ud800" * 10_000)
@example("a" * 10_000)
@example("é" * 10_000)
@example("e\u0301" * 5_000)
@example("\u0301")
def test_any_text_is_read_without_an_error_and_can_be_encoded(text: str) -> None:
    message = _read(text)
    read = message.get(TEXT)
    read.encode("utf-8")
    assert len(read) <= 2001
    assert message.get(UNREADABLE) in (None, EMPTY, NO_WORDS)
    assert (read == "") == (message.get(UNREADABLE) == EMPTY)


@given(st.text(st.characters(exclude_categories=[]), min_size=1, max_size=20), st.integers(500, 10_000))
def test_any_very_long_text_is_cut(text: str, times: int) -> None:
    assert len(_read((text * times)[:10_000]).get(TEXT)) <= 2001


@pytest.mark.parametrize("sign", ["?", "😀", "_", "'", "👩\u200d🍼"])
def test_signs_in_a_row_are_read_up_to_twenty(sign: str) -> None:
    """Two thousand of them would keep everybody waiting for seconds, and mean no more."""
    read = _read(f"is it normal{sign * 2_000} she sleeps").get(TEXT)
    assert read == f"is it normal{(sign * 20)[:20]} she sleeps"


def test_what_has_no_space_is_read_in_pieces() -> None:
    read = _read("a'" * 900).get(TEXT)
    assert max(map(len, read.split())) == 150
    assert read.replace(" ", "") == "a'" * 900


def test_words_and_signs_as_people_type_them_stay_as_they_are() -> None:
    text = "https://www.example.org/a/long/path/to/some/page?with=a&query !!!!!!! 😭😭😭😭😭 ... ----------"
    assert _read(text).get(TEXT) == text
