"""A message is taken whole and in the parts in which a question may stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from latch.english import blank_english
from latch.nlu.segments import MOST_SEGMENTS, MOST_WORDS, segments

NLP = blank_english()


def _texts(text: str) -> list[str]:
    return [segment.text for segment in segments(NLP(text))]


def test_a_single_question_is_one_part() -> None:
    assert _texts("how is milk produced") == ["how is milk produced"]


def test_a_story_and_its_question_are_one() -> None:
    text = "My baby is 4 weeks old. Is my supply low?"
    assert _texts(text) == [text]


def test_each_question_goes_with_what_is_told_before_it() -> None:
    text = "I have a lump. Is it milk? He is one now. How often should he nurse? Thanks a lot."
    assert _texts(text)[1:] == ["I have a lump. Is it milk?", "He is one now. How often should he nurse? Thanks a lot."]


def test_a_long_story_is_cut_so_that_all_of_it_is_read() -> None:
    story = " ".join(["We had a long night again."] * 40)
    parts = _texts(f"{story} Is that normal?")[1:]
    assert len(parts) > 1
    assert all(len(part.split()) <= MOST_WORDS for part in parts)


def test_two_questions_in_one_sentence_are_parted() -> None:
    text = "how is milk made and can I drink coffee"
    assert _texts(text) == [text, "how is milk made", "can I drink coffee"]


def test_a_word_of_addition_is_no_part_of_a_question() -> None:
    assert _texts("is it normal to leak, and also when does it stop")[1:] == [
        "is it normal to leak",
        "when does it stop",
    ]


def test_an_and_within_a_question_does_not_part_it() -> None:
    assert _texts("can I give breast milk and formula") == ["can I give breast milk and formula"]


def test_a_greeting_is_no_part() -> None:
    assert _texts("Hi! Is my supply low?") == ["Hi! Is my supply low?"]


def test_a_word_alone_is_no_question_of_its_own() -> None:
    assert _texts("Is my milk too yellow? Why?") == ["Is my milk too yellow? Why?"]


def test_of_many_parts_the_last_are_kept() -> None:
    parts = [f"Is this {'very ' * number}good?" for number in range(MOST_SEGMENTS + 4)]
    found = _texts(" ".join(parts))
    assert found == [" ".join(parts), *parts[-MOST_SEGMENTS:]]


def test_an_empty_text_is_one_empty_part() -> None:
    assert _texts("") == [""]


_WORDS = st.sampled_from(
    ["milk", "and", "can", "what", "also", "is", ",", ".", "?", "\n", "-", "  ", "supply", "hurts", "ok", "é", "😢"]
)


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.lists(_WORDS).map(" ".join))
def test_the_parts_of_any_text_stand_in_it_in_order_and_hold_words(text: str) -> None:
    doc = NLP(text)
    whole, *parts = segments(doc)
    assert (whole.text, whole.start) == (doc.text, 0)
    assert len(parts) != 1
    assert len(parts) <= MOST_SEGMENTS
    assert [part.start for part in parts] == sorted(part.start for part in parts)
    for part in parts:
        assert part.text == part.text.strip()
        assert doc.text[part.start : part.start + len(part.text)] == part.text
