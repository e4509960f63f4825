"""What is sent is HTML that Telegram takes, however long and whatever stands in it, and says what was to be said."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from latch import responses
from latch.channels.telegram.rendering import (
    LONGEST_PAYLOAD,
    LONGEST_TEXT,
    Part,
    named,
    parts,
    plain,
    short,
    topic_of,
    topic_payload,
    units,
)
from latch.responses import Book
from tests.channels.stand_in import topic
from tests.channels.telegram_stand_in import read_html
from tests.channels.telegram_stand_in import units as telegram_units

SOURCE = {"publisher": "A & B <c>", "title": 'The "title"', "year": "2020", "url": "https://a.example/?x=1&y=2"}
TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=200)
LONG = st.lists(st.text("ab <>&😀.\n-", max_size=400), min_size=1, max_size=40).map("".join)


def message(body: str, **about: Any) -> dict[str, Any]:
    metadata = {"kind": "topic", "topic": "let_down", responses.BODY: body, **about}
    return {"text": responses.full_text(body, metadata), "metadata": metadata}


def squeezed(text: str) -> str:
    return re.sub(r"[\s•-]+", "", text)


def taken(part: Part) -> str:
    """Return how Telegram shows a part, which it takes."""
    read = read_html(part.html)
    assert read.text == part.text
    assert 0 < telegram_units(read.text) <= LONGEST_TEXT
    return read.text


def test_an_answer_ends_with_when_to_get_help_and_its_sources_as_links() -> None:
    help_lines = [{"text": "Call < 3 days."}]
    (part,) = parts(message("First.\n- one\n- two", when_to_get_help=help_lines, sources=[SOURCE]))
    assert part.html == (
        "First.\n• one\n• two\n<b>When to get help:</b>\n• Call &lt; 3 days.\n"
        "<blockquote expandable>Source:\n"
        '• <a href="https://a.example/?x=1&amp;y=2">A &amp; B &lt;c&gt;, The "title" (2020)</a></blockquote>'
    )
    assert read_html(part.html).links == [('A & B <c>, The "title" (2020)', "https://a.example/?x=1&y=2")]


def test_a_lead_stands_before_the_answer() -> None:
    made = message("First.", sources=[SOURCE])
    made["text"] = "Here it is once more.\n" + made["text"]
    assert taken(parts(made)[0]).startswith("Here it is once more.\nFirst.\nSource:")


def test_a_list_of_sources_is_a_list_of_links() -> None:
    text = "These are the sources.\n" + responses.source_list([SOURCE])
    (part,) = parts({"text": text, "metadata": {responses.BODY: text}})
    assert read_html(part.html).links == [('A & B <c>, The "title" (2020)', "https://a.example/?x=1&y=2")]


def test_a_danger_reply_has_its_numbers_in_bold_and_no_list_of_sources() -> None:
    body = "Call 112 or 999 now. Not 1120."
    (part,) = parts(message(body, kind="danger", numbers=["112", "999"], sources=[SOURCE]))
    assert part.html == "Call <b>112</b> or <b>999</b> now. Not 1120."
    assert part.danger


def test_buttons_stand_under_the_last_part() -> None:
    made = message("\n".join("word " * 40 for _ in range(60)))
    made["buttons"] = [{"title": "What is <b>?", "payload": "/let_down"}]
    found = parts(made)
    assert len(found) > 1
    assert [part.keyboard for part in found[:-1]] == [None] * (len(found) - 1)
    assert found[-1].keyboard == {"inline_keyboard": [[{"text": "What is <b>?", "callback_data": "t:let_down"}]]}


def test_a_long_answer_is_split_between_paragraphs() -> None:
    lines = [f"{number}: " + "x" * 900 for number in range(12)]
    found = parts(message("\n".join(lines)))
    assert [line for part in found for line in taken(part).splitlines()] == lines


def test_folded_sources_stay_folded_in_every_part() -> None:
    found = parts(message("First.", sources=[{**SOURCE, "title": "t" * 300}] * 30))
    assert len(found) > 1
    assert all("<blockquote expandable>" in part.html for part in found)
    for part in found:
        taken(part)


@given(TEXTS, st.lists(TEXTS, max_size=3), st.lists(st.tuples(TEXTS, TEXTS), max_size=3))
def test_whatever_stands_in_an_answer_is_escaped_and_shown(
    body: str, signs: list[str], sources: list[tuple[str, str]]
) -> None:
    about = {
        "when_to_get_help": [{"text": sign} for sign in signs],
        "sources": [{**SOURCE, "title": title, "publisher": publisher} for title, publisher in sources],
    }
    shown = squeezed("".join(taken(part) for part in parts(message(body or "x", **about))))
    for text in (body, *signs, *(title for title, _ in sources)):
        for line in text.splitlines():
            if not re.search(r": https?://", line):
                assert squeezed(line) in shown


@given(LONG)
def test_nothing_is_too_long_and_nothing_is_cut_off(text: str) -> None:
    assert squeezed("".join(taken(part) for part in plain(text))) == squeezed(text)


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=300))
def test_length_is_counted_as_telegram_counts(text: str) -> None:
    assert units(text) == telegram_units(text)


def test_a_text_of_nothing_is_no_message() -> None:
    assert plain(" \n ") == []


@given(st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=90))
def test_every_payload_fits_and_leads_back(name: str) -> None:
    assert 1 <= len(topic_payload(name).encode()) <= LONGEST_PAYLOAD
    assert named(short(name), ["other", name]) == name


def test_a_payload_that_was_made_up_means_no_topic() -> None:
    book = Book({"utter_let_down": [topic("let_down", "What is let-down?")], "utter_greet": [{"text": "Hello."}]})
    assert topic_of("t:let_down", book) == "let_down"
    for payload in ("t:greet", "t:", "t", "", "t:let_down_short", "t:/restart", "t:\ud800"):
        assert topic_of(payload, book) is None
