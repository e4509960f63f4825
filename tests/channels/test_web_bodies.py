"""Whatever is sent: JSON of the known form, or a refusal; never an intent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from latch.channels.web import bodies
from latch.channels.web.refusals import RefusalError
from latch.text import clean

# Of a busy machine nothing is asked in time.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ID = "3f0c2f0e-4f27-4a55-9d0b-6b5a1c5b0a11"


def code(do: Any, *arguments: Any) -> str:
    with pytest.raises(RefusalError) as refused:
        do(*arguments)
    return refused.value.code


def outcome(do: Any, *arguments: Any) -> str:
    try:
        do(*arguments)
    except RefusalError as refused:
        return refused.code
    return "read"


@pytest.mark.parametrize("header", ["application/json", "Application/JSON", 'application/json; charset="UTF-8"'])
def test_json_is_read(header: str) -> None:
    bodies.check_content_type(header)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "text/plain",
        "application/jsonp",
        "application/json; charset=latin-1",
        "application/x-www-form-urlencoded",
    ],
)
def test_no_other_content_type_is_read(header: str | None) -> None:
    assert code(bodies.check_content_type, header) == "content_type"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"{",
        b'{"a": NaN}',
        b'{"a": "\xff"}',
        b'{"a": "\x00"}',
        b"[" * 30_000,
        b'{"a":' * 5_000,
        b"\xef\xbb\xbf{}",
        b"1" * 30_000,
    ],
)
def test_what_is_no_object_of_text_is_malformed(body: bytes) -> None:
    assert code(bodies.read, body) == "malformed"


def test_a_pair_of_halves_is_a_character_and_a_backslash_is_text() -> None:
    assert bodies.read(b'{"a": "\\ud83d\\ude00", "b": "\\\\u0000"}') == {"a": "😀", "b": "\\u0000"}


@PATIENT
@given(st.binary(max_size=200))
def test_no_bytes_make_reading_fail_in_another_way(body: bytes) -> None:
    assert outcome(bodies.read, body) in ("read", "malformed")


Json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@PATIENT
@given(st.dictionaries(st.sampled_from(["id", "text", "button", "reply", "helped", "reason", "country"]), Json))
def test_no_types_make_reading_fail_in_another_way(body: dict[str, Any]) -> None:
    for read in (bodies.message_id, bodies.typed, bodies.feedback, bodies.country):
        assert outcome(read, body) in ("read", "malformed", "too_long")


@PATIENT
@given(st.text(max_size=50) | st.from_regex(r"[\s/\u200b\u200d\ufeff\x1f]{0,9}(restart|let_down)", fullmatch=True))
def test_no_text_is_left_that_rasa_takes_for_an_intent(text: str) -> None:
    if not text.strip() or "\x00" in text:
        return
    found = bodies.typed({"text": text})
    assert found is not None
    # As Rasa looks at it: UserMessage strips, MessageReader cleans, RegexMessageHandler strips.
    assert not clean(found.strip()).strip().startswith("/")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/restart", "restart"),
        ("  /let_down  ", "let_down"),
        ("/ /\u00a0/restart", "restart"),
        ("\u200b/restart", "restart"),
        ("breast/bottle feeding", "breast/bottle feeding"),
        ("/", ""),
        ("\u200b\u2060", ""),
        ("é", "é"),
    ],
)
def test_text_is_kept_but_for_what_no_keyboard_types_and_marks_before_it(typed: str, read: str) -> None:
    assert bodies.typed({"text": typed}) == read


@pytest.mark.parametrize(
    "body",
    [{}, {"text": "a", "button": "b"}, *({"text": text} for text in (1, None, "", " \n", ["a"], "a\ud800", "a\x00b"))],
)
def test_a_message_is_text_or_a_button(body: dict[str, Any]) -> None:
    assert code(bodies.typed, body) == "malformed"


def test_the_limit_counts_every_character_as_the_description_says() -> None:
    assert bodies.typed({"text": "  " + "😀" * 1997 + "\n"}) == "😀" * 1997
    assert bodies.typed({"text": "😀" * 2000}) == "😀" * 2000
    for text in ("x" * 2001, "x" * 2000 + "\x85", " " * 2000 + "x"):
        assert code(bodies.typed, {"text": text}) == "too_long"
    written = json.dumps({"id": ID, "text": "😀" * 2000}).encode()
    assert len(written) < bodies.LARGEST_BODY


@pytest.mark.parametrize("wrong", [None, 1, "", "1234", f"{ID}\n", f"{ID}0", [ID]])
def test_a_message_needs_an_id_that_is_a_uuid(wrong: object) -> None:
    assert bodies.message_id({"id": ID}) == ID
    assert code(bodies.message_id, {"id": wrong}) == "malformed"


def test_a_country_is_two_letters_or_not_there() -> None:
    assert bodies.country({}) is None
    assert bodies.country({"country": "ie"}) == "IE"
    for wrong in ("IRL", "", None, 1, "é1", "I\n"):
        assert code(bodies.country, {"country": wrong}) == "malformed"


@pytest.mark.parametrize(
    "body",
    [
        {"reply": "a"},
        {"reply": 1, "helped": True},
        {"reply": "a", "helped": 1},
        {"reply": "a", "helped": True, "reason": "unclear"},
        {"reply": "a", "helped": False, "reason": "else"},
        {"reply": "a", "helped": False, "reason": None},
        {"reply": "a", "helped": False, "reason": []},
    ],
)
def test_feedback_of_another_form_is_malformed(body: dict[str, Any]) -> None:
    assert code(bodies.feedback, body) == "malformed"


def test_feedback_is_read() -> None:
    assert bodies.feedback({"reply": "a", "helped": True}) == ("a", True, None)
    assert bodies.feedback({"reply": "a", "helped": False, "reason": "wrong"}) == ("a", False, "wrong")
