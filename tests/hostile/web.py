"""Generated requests to the web channel: some well formed, some with one fault, some of any kind in every part."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from hypothesis import strategies as st

from latch.channels.web.sessions import Sessions
from tests.channels.client import PATH, Client, new_address
from tests.channels.stand_in import DAY

FAILURES = {400, 401, 403, 404, 405, 413, 415}
_CODES: dict[int, tuple[str, ...]] = {
    400: ("malformed",),
    401: ("session_expired",),
    403: ("origin",),
    404: ("unknown_button", "not_found"),
    405: ("method",),
    413: ("too_long",),
    415: ("content_type",),
}
# A session takes ten messages at once.
MESSAGES_A_SESSION = 8

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


class Attack:
    """A connection that is kept, with sessions of every kind."""

    def __init__(self, client: Client) -> None:
        forgotten = client.open()
        assert forgotten.post("forget", {}).status == 204
        self._address = urlsplit(client.url).netloc
        self._connection = self._connect()
        self._sessions = {
            "none": "",
            "expired": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ3ZWItMSIsImV4cCI6MX0.AAAA",
            "forged": Sessions("a secret that is not that of the server", DAY).issue()[0],
            "garbage": "\u00e9" * 50,
            "forgotten": forgotten.token or "",
        }
        self._good = ""
        self._left = 0

    def send(self, request: Request) -> int:
        """Send a request and check what comes back; return its status."""
        token = self._sessions.get(request.session)
        # A new address each time, or the limits would answer.
        headers = {"Content-Type": request.content_type, "X-Forwarded-For": new_address()}
        if token is None:
            token = self._open()
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if request.origin is not None:
            headers["Origin"] = request.origin
        status, content = self._ask(request.method, request.path, request.body, headers)
        if status == 204 and request.path == "forget":
            self._left = 0
        assert status in (200, 204) or status in FAILURES, (status, content[:200])
        if request.method != "OPTIONS" and status in FAILURES:
            error = json.loads(content)["error"]
            assert error["code"] in _CODES[status]
            assert error["message"]
        if status == 200 and request.path.startswith("message") and request.method == "POST":
            answer = json.loads(content)
            assert answer["replies"]
            assert all(reply["paragraphs"] for reply in answer["replies"])
        return status

    def close(self) -> None:
        self._connection.close()

    def _open(self) -> str:
        """Return a session that takes another message."""
        if not self._left:
            headers = {"Content-Type": "application/json", "X-Forwarded-For": new_address()}
            status, opened = self._ask("POST", "session", b"{}", headers)
            assert status == 200
            self._good, self._left = json.loads(opened)["session"], MESSAGES_A_SESSION
        self._left -= 1
        return self._good

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._address, timeout=60)

    def _ask(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
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
