"""Ten thousand requests that nobody means well with: none makes the server fail, and no conversation is lost.

LATCH_HOSTILE sets another number of requests.
"""

from __future__ import annotations

import http.client
import json
import os
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from latch.channels.web.sessions import Sessions
from tests.channels.client import PATH, Client, new_address
from tests.channels.conftest import Server
from tests.channels.stand_in import DAY

REQUESTS = int(os.environ.get("LATCH_HOSTILE", "7000"))  # beside those of test_web_openapi.py
# So many requests lie between two messages of the conversation that must not be lost.
BETWEEN = 500

FAILURES = {400, 401, 403, 404, 405, 413, 415}

# What has broken other servers, and what databases, terminals and browsers stumble over.
EDGES = (
    "\ud800",
    "\udfff\ud800",
    "\x00",
    "a\x00b",
    "\x1b[2J",
    "\u200b",
    "\u202eevil",
    "\ufeff",
    "\uffff",
    "\U0010ffff",
    "👩‍👩‍👧‍👦" * 50,
    "e" + "\u0301" * 500,
    "ﷺ" * 200,
    "İ" * 300,
    "ß" * 300,
    "/restart",
    "//",
    '/let_down{"country": "US"}',
    "/let_down@2.0",
    "/\u00a0/back",
    "<script>alert(1)</script>",
    "'; DROP TABLE events; --",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "%s%n%x",
    "../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "9" * 1000,
    "NaN",
    " " * 100,
    "x" * 2000,
    "x" * 2001,
    "😀" * 2000,
    "no " * 600,
    "日本語" * 100,
    "هل حليبي كاف" * 20,
)


def _encoded(body: object) -> bytes:
    return json.dumps(body).encode()


TEXTS = st.sampled_from(EDGES) | st.text(max_size=30) | st.text(st.characters(), max_size=30)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(TEXTS, SCALARS, max_size=2)
NEW_ID = st.uuids().map(str)
MESSAGES = st.fixed_dictionaries(
    {"id": NEW_ID | VALUES}, optional={"text": VALUES, "button": VALUES, "sender": VALUES, "metadata": VALUES}
)
RATINGS = st.fixed_dictionaries({"reply": VALUES, "helped": VALUES}, optional={"reason": VALUES})
JSON = st.one_of(MESSAGES, RATINGS, st.dictionaries(TEXTS, VALUES, max_size=3), VALUES).map(_encoded)
NO_JSON = st.binary(max_size=60) | st.sampled_from(
    [b"", b"{", b"[" * 20_000, b'{"a":' * 3_000, b" " * 40_000, b"\xff\xfe", b'{"id": 1e999}', b"{}{}"]
)
PATHS = ("message", "session", "feedback", "forget", "webhook", "", "message?stream=true", "%00")
TYPES = ("application/json", "text/plain", "", "application/json; charset=utf-16", "multipart/form-data")
SESSIONS = ("good", "none", "expired", "forged", "garbage", "forgotten")
ORIGINS = (None, "https://evil.example", "null", "http://[", "\u00e9")
METHODS = ("POST", "GET", "PUT", "OPTIONS", "DELETE")


@dataclass(frozen=True)
class Request:
    """One request; as it stands, a message in a good session."""

    body: bytes
    path: str = "message"
    method: str = "POST"
    content_type: str = "application/json"
    session: str = "good"
    origin: str | None = None


# Some are well formed and come to the bot, some have one fault, some are of any kind in every part.
REQUESTS_OF_ALL_KINDS = st.one_of(
    st.builds(Request, st.fixed_dictionaries({"id": NEW_ID, "text": TEXTS}).map(_encoded)),
    st.builds(Request, st.fixed_dictionaries({"id": NEW_ID, "text": st.text(max_size=40)}).map(_encoded)),
    st.builds(Request, st.fixed_dictionaries({"id": NEW_ID, "button": TEXTS | st.just("let_down")}).map(_encoded)),
    st.builds(Request, JSON),
    st.builds(Request, NO_JSON),
    st.builds(Request, JSON, path=st.sampled_from(PATHS)),
    st.builds(Request, MESSAGES.map(_encoded), session=st.sampled_from(SESSIONS)),
    st.builds(
        Request,
        JSON | NO_JSON,
        st.sampled_from(PATHS),
        st.sampled_from(METHODS),
        st.sampled_from(TYPES),
        st.sampled_from(SESSIONS),
        st.sampled_from(ORIGINS),
    ),
)


@dataclass
class Attack:
    """A connection that is kept, with sessions of every kind."""

    client: Client
    statuses: Counter[int]
    sessions: dict[str, str]

    def __post_init__(self) -> None:
        self._connection = self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(urlsplit(self.client.url).netloc, timeout=60)

    def send(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Return status and body; a server that hung up is asked again on a new connection, once."""
        for last in (False, True):
            try:
                self._connection.request(method, PATH + path, content, headers)
                answer = self._connection.getresponse()
                return answer.status, answer.read()
            except (http.client.HTTPException, OSError):
                self._connection.close()
                self._connection = self._connect()
                if last:
                    raise
        raise AssertionError


@pytest.fixture(scope="module")
def attack(server: Server) -> Iterator[Attack]:
    forgotten = server.client.open()
    assert forgotten.post("forget", {}).status == 204
    sessions = {
        "none": "",
        "expired": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ3ZWItMSIsImV4cCI6MX0.AAAA",
        "forged": Sessions("a secret that is not that of the server", DAY).issue()[0],
        "garbage": "\u00e9" * 50,
        "forgotten": forgotten.token or "",
    }
    made = Attack(server.client, Counter(), sessions)
    yield made
    made._connection.close()


def test_no_request_makes_a_failure_or_loses_a_conversation(attack: Attack) -> None:
    kept = attack.client.open(country="IE")
    assert kept.say("what is let down").json["replies"][0]["topic"] == "let_down"
    sent = {"requests": 0}

    # One seed: a fault is found again. `Phase.generate` alone: the requests that were asked for, and no others.
    @seed(5)
    @settings(
        max_examples=REQUESTS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(REQUESTS_OF_ALL_KINDS)
    def hostile(request: Request) -> None:
        # A new session and address each time, or the limits would answer.
        headers = {"Content-Type": request.content_type, "X-Forwarded-For": new_address()}
        token = attack.sessions.get(request.session)
        if token is None:
            status, opened = attack.send("POST", "session", b"{}", {**headers, "Content-Type": "application/json"})
            assert status == 200
            token = json.loads(opened)["session"]
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if request.origin is not None:
            headers["Origin"] = request.origin
        status, content = attack.send(request.method, request.path, request.body, headers)
        attack.statuses[status] += 1
        sent["requests"] += 1
        assert status in (200, 204) or status in FAILURES, (status, content[:200])
        if request.method != "OPTIONS" and status in FAILURES:
            error = json.loads(content)["error"]
            assert error["code"] in _CODES[status]
            assert error["message"]
        if status == 200 and request.path.startswith("message") and request.method == "POST":
            answer = json.loads(content)
            assert answer["replies"]
            assert all(reply["paragraphs"] for reply in answer["replies"])
        if sent["requests"] % BETWEEN == 0:
            _goes_on(kept)

    hostile()
    print(f"{sent['requests']} hostile requests: {dict(sorted(attack.statuses.items()))}")
    _goes_on(kept)
    # What generation tends to: every way through the channel was taken.
    if REQUESTS >= 2000:
        assert set(attack.statuses) == {200, 204, *FAILURES}


_CODES: dict[int, tuple[str, ...]] = {
    400: ("malformed",),
    401: ("session_expired",),
    403: ("origin",),
    404: ("unknown_button", "not_found"),
    405: ("method",),
    413: ("too_long",),
    415: ("content_type",),
}


def _goes_on(kept: Client) -> None:
    """Check that a conversation knows what was said in it before: "who says so?" is about its last answer."""
    said = kept.post("message", {"id": str(uuid.uuid4()), "text": "where did you get that?"})
    assert said.status == 200
    items: list[Any] = [part.get("items") for part in said.json["replies"][0]["paragraphs"]]
    assert any("Let-down reflex" in line for one in items if one for line in one), said.json
