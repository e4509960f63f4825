"""A session is issued by the server, cannot be made by anybody else, and ends."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from latch.channels.web.sessions import InvalidSessionError, Sessions
from tests.channels.stand_in import DAY, SECRET

SESSIONS = Sessions(SECRET, DAY)


def test_a_session_is_read_back_as_it_was_issued() -> None:
    token, session = SESSIONS.issue("IE")
    assert SESSIONS.read(token) == session
    assert session.country == "IE"
    assert timedelta(hours=23, minutes=59) < session.expires - datetime.now(timezone.utc) <= timedelta(hours=24)


def test_every_session_is_another_conversation_of_this_channel_alone() -> None:
    names = {SESSIONS.issue()[1].conversation for _ in range(100)}
    assert len(names) == 100
    assert all(name.startswith("web-") for name in names)


def forged(**claims: object) -> str:
    good = {"aud": "latch-web", "sub": "web-1", "exp": datetime.now(timezone.utc) + timedelta(hours=1), "country": None}
    merged = {name: value for name, value in {**good, **claims}.items() if value != "left out"}
    return jwt.encode(merged, SECRET, "HS256")


def test_what_this_test_forges_would_be_taken_if_it_were_right() -> None:
    assert SESSIONS.read(forged()).conversation == "web-1"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "é" * 20,
        "\udcff",
        "x" * 10_000,
        SESSIONS.issue()[0][:-2],
        Sessions(SECRET + "!", DAY).issue()[0],
        forged(exp=datetime.now(timezone.utc) - timedelta(seconds=1)),
        forged(exp="left out"),
        forged(sub="left out"),
        forged(aud="another server"),
        jwt.encode({"aud": "latch-web", "sub": "default", "exp": 4_000_000_000}, None, "none"),
        jwt.encode({"aud": "latch-web", "sub": "default", "exp": 4_000_000_000}, SECRET, "HS512"),
    ],
)
def test_any_other_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidSessionError):
        SESSIONS.read(token)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300) | st.from_regex(r"[\w-]{0,99}\.[\w-]{0,99}\.[\w-]{0,99}", fullmatch=True))
def test_no_text_makes_reading_fail_in_another_way(token: str) -> None:
    with pytest.raises(InvalidSessionError):
        SESSIONS.read(token)


def test_a_changed_letter_breaks_a_token() -> None:
    token, session = SESSIONS.issue()
    for place in range(0, len(token) - 1):  # the last letter of base64 has spare bits
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(InvalidSessionError):
            SESSIONS.read(changed)
    assert SESSIONS.read(token) == session


def test_a_session_that_was_read_before_ends_all_the_same() -> None:
    sessions = Sessions(SECRET, timedelta(seconds=2))
    token, session = sessions.issue()
    assert sessions.read(token) == session
    while datetime.now(timezone.utc) < session.expires:
        time.sleep(0.05)
    with pytest.raises(InvalidSessionError):
        sessions.read(token)
