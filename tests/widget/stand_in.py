"""A stand-in for Latch's server: it keeps the web channel's contract strictly, and does what a test tells it to."""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WIDGET = ROOT / "widget" / "dist" / "latch-chat.js"
DEMO = ROOT / "widget" / "demo"

BASE = "/webhooks/web/"
LIMIT = 2000
REASONS = {"not_my_question", "unclear", "wrong", "missing", "other"}

# Nothing inline, nothing from elsewhere, no HTML made from strings but by Lit's own policy.
STRICT_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html"
)

Json = dict[str, Any]
Answer = tuple[int, Json | None, dict[str, str]]

STARTERS = [
    {"id": "b1", "title": "How is breast milk made?"},
    {"id": "b2", "title": "Is my baby getting enough milk?"},
    {"id": "b3", "title": "Is nursing after 12 months normal?"},
    {"id": "b4", "title": "Why is my baby so distracted at the breast?"},
    {"id": "b5", "title": "Why does my baby play with the other nipple?"},
]
TITLES = {button["id"]: button["title"] for button in STARTERS} | {
    "let_down": "What is let-down and how does it feel?",
    "make_more_milk": "How can I make more milk?",
    "night_feeds": "Do night feeds help my milk supply?",
}


def reply(kind: str, *paragraphs: str | list[str], **fields: Any) -> Json:
    """Return a reply of the contract; a list is a paragraph of that type."""
    return {
        "id": f"r-{uuid.uuid4()}",
        "kind": kind,
        "topic": None,
        "title": None,
        "paragraphs": [
            {"type": "list", "items": part} if isinstance(part, list) else {"type": "text", "text": part}
            for part in paragraphs
        ],
        "when_to_get_help": [],
        "danger": None,
        "sources": [],
        "buttons": [],
        "feedback": kind == "answer",
        **fields,
    }


def buttons(*ids: str) -> list[Json]:
    return [{"id": name, "title": TITLES[name]} for name in ids]


def milk() -> Json:
    return reply(
        "answer",
        "Tiny sacs in your breast, called alveoli, make milk when the hormone prolactin tells them to. "
        "Another hormone, oxytocin, squeezes the milk out into the ducts.",
        "Your baby's sucking stirs nerves. Your body then releases both hormones.",
        "The more often milk leaves the breast, the more milk you make. Feeding and expressing both count.",
        topic="how_milk_is_made",
        title="How is breast milk made?",
        sources=[
            {
                "publisher": "National Library of Medicine",
                "title": "Physiology, lactation",
                "year": 2023,
                "url": "https://example.org/physiology-lactation",
            },
            {"publisher": "A health service", "title": "Milk supply", "year": None, "url": "http://example.org/supply"},
        ],
        buttons=buttons("let_down", "make_more_milk"),
    )


def enough() -> Json:
    return reply(
        "answer",
        "You can tell by your baby's swallowing, nappies (diapers) and weight. Good signs are:",
        [
            "You hear swallowing at feeds.",
            "There are plenty of wet nappies: six or more a day after day 6.",
            "Your baby does several poos a day in the first month.",
            "Birth weight is back by 2 weeks.",
        ],
        "A newborn usually needs 8 to 12 feeds in 24 hours, some of them at night.",
        topic="enough_milk_signs",
        title="Is my baby getting enough milk?",
        when_to_get_help=[
            "Get urgent care now if there is no wet nappy for 12 hours, or sunken eyes or a sunken soft spot.",
            "After day 6, see a doctor the same day for fewer than six wet nappies in 24 hours.",
        ],
        sources=[
            {"publisher": "A health service", "title": "Enough milk", "year": 2024, "url": "https://example.org/enough"}
        ],
        buttons=buttons("night_feeds"),
    )


def past_one() -> Json:
    return reply(
        "answer",
        "Yes, nursing after 12 months is normal, and it does not spoil your child.",
        "In most traditional societies, children seem to stop between 2 and 4 years of age.",
        topic="nursing_past_one_normal",
        title="Is nursing after 12 months normal?",
        sources=[
            {
                "publisher": "Canadian Paediatric Society",
                "title": "Weaning from the breast",
                "year": 2013,
                "url": "https://example.org/weaning",
            }
        ],
    )


def danger(urgency: str = "emergency") -> Json:
    return reply(
        "danger",
        "A baby who turns blue, grey or very pale needs an ambulance. Call 999 or 112 now. "
        "If your baby is not breathing and does not respond, start CPR as they tell you.",
        danger={
            "sign": "baby_blue_or_pale",
            "urgency": urgency,
            "numbers": [{"label": "999", "tel": "999"}, {"label": "112", "tel": "112"}],
        },
        sources=[{"publisher": "A health service", "title": "999", "year": 2024, "url": "https://example.org/999"}],
    )


def doubt() -> Json:
    return reply(
        "doubt",
        "I am not sure what you are asking. Did you mean one of these?",
        buttons=buttons("let_down", "make_more_milk", "night_feeds"),
    )


def outside() -> Json:
    return reply(
        "outside",
        "That is a pump or storage question, and I have no checked answer on it yet.",
        "Please ask a breastfeeding helpline, a lactation consultant or your health visitor.",
    )


HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{7*7}}</p>\u202egnp.exe'


def hostile() -> Json:
    return reply(
        "answer",
        HOSTILE,
        [HOSTILE, "<b>bold</b>"],
        title=HOSTILE,
        when_to_get_help=[HOSTILE],
        sources=[
            {"publisher": HOSTILE, "title": "script", "year": 2020, "url": "javascript:window.hacked=1"},
            {"publisher": "data", "title": HOSTILE, "year": None, "url": "data:text/html,<script>alert(1)</script>"},
            {"publisher": "", "title": "", "year": None, "url": " jAvAsCrIpT:window.hacked=1"},
            {"publisher": "ok", "title": "safe", "year": None, "url": "https://example.org/?q=<script>"},
        ],
        danger={
            "sign": HOSTILE,
            "urgency": HOSTILE,
            "numbers": [{"label": HOSTILE, "tel": "javascript:window.hacked=1"}, {"label": "999", "tel": "999"}],
        },
        buttons=[{"id": "let_down", "title": HOSTILE}],
    )


def said_to(text: str) -> list[Json]:
    """Return the replies to a typed text: the first whose words are in it."""
    table: list[tuple[str, Callable[[], list[Json]]]] = [
        ("blue", lambda: [danger()]),
        ("cold hands", lambda: [danger("same_day")]),
        ("hostile", lambda: [hostile()]),
        ("not sure", lambda: [doubt()]),
        ("express", lambda: [outside()]),
        ("two things", lambda: [milk(), past_one()]),
        ("enough", lambda: [enough()]),
        ("12 months", lambda: [past_one()]),
        ("milk", lambda: [milk()]),
    ]
    lowered = text.lower()
    return next((make() for words, make in table if words in lowered), [doubt()])


@dataclass
class Request:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Json | None
    status: int = 0


@dataclass
class Orders:
    """What a test tells the server to do."""

    delay: float = 0.0  # seconds before a message is answered
    starting_delay: float = 0.0  # seconds before a session is given
    answers: list[Answer] = field(default_factory=list)  # given, in order, in place of an answer to a message
    lose: int = 0  # so many answers to messages are made, and lost on the way
    forget_fails: bool = False
    feedback_fails: bool = False
    csp: str = STRICT_CSP
    origins: set[str] = field(default_factory=set)  # other sites that may ask
    pages: dict[str, str] = field(default_factory=dict)  # path -> HTML


def error(status: int, code: str, message: str, **headers: str) -> Answer:
    """Return an answer of the contract's error form."""
    return status, {"error": {"code": code, "message": message}}, headers


class StandIn:
    """The server on a port of its own, which it keeps when it is stopped and started again."""

    def __init__(self) -> None:
        self.orders = Orders()
        self.requests: list[Request] = []
        self.faults: list[str] = []  # what the widget did against the contract
        self.sessions: dict[str, bool] = {}  # token -> still valid
        self.countries: list[str | None] = []
        self.answered: dict[tuple[str, str], list[Json]] = {}  # (session, message id) -> replies
        self.turns: list[tuple[str, str]] = []  # (session, what was said), each message once
        self.feedback: list[Json] = []
        self.forgotten: list[str] = []
        self.replied: set[str] = set()
        self.lock = threading.Lock()
        self.port = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        stand_in = self

        class Handler(_Handler):
            server_ = stand_in

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Keep quiet about clients that went away."""

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def stopped(self) -> bool:
        return self._server is None

    def expire_sessions(self) -> None:
        self.sessions = dict.fromkeys(self.sessions, False)

    def messages(self) -> list[Request]:
        return [request for request in self.requests if request.path == f"{BASE}message"]

    def posts(self) -> list[str]:
        return [request.path.removeprefix(BASE) for request in self.requests if request.path.startswith(BASE)]

    def said(self) -> list[str]:
        return [text for _, text in self.turns]

    # The four requests of the contract.

    def answer(self, request: Request) -> Answer:
        if request.headers.get("content-type") != "application/json":
            return error(415, "content_type", "Only application/json is accepted.")
        if request.headers.get("origin") not in {self.url, *self.orders.origins}:
            return error(403, "origin", "This page may not ask.")
        if request.body is None:
            return error(400, "malformed", "This is not JSON.")
        name = request.path.removeprefix(BASE)
        if name == "session":
            return self._session(request.body)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self.sessions.get(token):
            return error(401, "session_expired", "This conversation has ended. Please send it again.")
        if name == "message":
            return self._message(token, request.body)
        if name == "feedback":
            return self._feedback(request.body)
        if name == "forget":
            return self._forget(token, request.body)
        return error(404, "not_found", "There is nothing here.")

    def _fault(self, text: str) -> Answer:
        self.faults.append(text)
        return error(400, "malformed", text)

    def _session(self, body: Json) -> Answer:
        if set(body) - {"country"} or not re.fullmatch("[A-Z]{2}", body.get("country", "IE")):
            return self._fault(f"session: {body}")
        time.sleep(self.orders.starting_delay)
        token = f"s.{uuid.uuid4()}"
        self.sessions[token] = True
        self.countries.append(body.get("country"))
        return 200, {"session": token, "expires": "2999-01-01T00:00:00Z", "starters": STARTERS}, {}

    def _message(self, token: str, body: Json) -> Answer:
        said = body.get("text", body.get("button"))
        if set(body) not in ({"id", "text"}, {"id", "button"}) or not isinstance(said, str):
            return self._fault(f"message: {sorted(body)}")
        if not re.fullmatch("[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", body["id"]):
            return self._fault(f"message id: {body['id']}")
        if not said.strip():
            return self._fault("message: empty")
        if "text" in body and len(said.strip()) > LIMIT:
            return error(413, "too_long", "A message has at most 2,000 characters. Please shorten it.")
        if "button" in body and said not in TITLES:
            return error(404, "unknown_button", "That button is not known any more.")
        with self.lock:
            ordered = self.orders.answers.pop(0) if self.orders.answers else None
        time.sleep(self.orders.delay)
        if ordered:
            return ordered
        with self.lock:
            key = token, body["id"]
            if key not in self.answered:
                self.answered[key] = said_to(TITLES[said] if "button" in body else said)
                self.turns.append((token, said))
                self.replied.update(made["id"] for made in self.answered[key])
            if self.orders.lose:
                self.orders.lose -= 1
                return 0, None, {}
            return 200, {"id": body["id"], "replies": self.answered[key]}, {}

    def _feedback(self, body: Json) -> Answer:
        if self.orders.feedback_fails:
            return error(500, "failed", "That did not work.")
        fine = set(body) in ({"reply", "helped"}, {"reply", "helped", "reason"}) and isinstance(body["helped"], bool)
        if not fine or body["reply"] not in self.replied:
            return self._fault(f"feedback: {body}")
        if "reason" in body and (body["helped"] or body["reason"] not in REASONS):
            return self._fault(f"feedback: {body}")
        self.feedback.append(body)
        return 204, None, {}

    def _forget(self, token: str, body: Json) -> Answer:
        if self.orders.forget_fails:
            return error(503, "not_ready", "Please try again in a moment.")
        if body:
            return self._fault(f"forget: {body}")
        self.sessions[token] = False
        self.forgotten.append(token)
        return 204, None, {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_: StandIn

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self._note(None)
        if path in self.server_.orders.pages:
            return self._send(200, self.server_.orders.pages[path].encode(), "text/html; charset=utf-8")
        files = {"/latch-chat.js": (WIDGET, "text/javascript"), "/": (DEMO / "index.html", "text/html; charset=utf-8")}
        files |= {f"/{css.name}": (css, "text/css") for css in DEMO.glob("*.css")}
        if path in files:
            file, kind = files[path]
            return self._send(200, file.read_bytes(), kind)
        if path == "/favicon.ico":
            return self._send(204, b"", "image/x-icon")
        return self._send(404, b"", "text/plain")

    def do_OPTIONS(self) -> None:
        origin = self._note(None).headers.get("origin")
        allowed = {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
        }
        known = origin in self.server_.orders.origins
        self._send(204 if known else 403, b"", "text/plain", allowed if known else {})

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            body = json.loads(content)
        except ValueError:
            body = None
        request = self._note(body if isinstance(body, dict) else None)
        status, answer, headers = self.server_.answer(request)
        request.status = status
        if status == 0 or self.server_.stopped:
            self.close_connection = True
            self.connection.close()
            return
        data = b"" if answer is None else json.dumps(answer).encode()
        self._send(status, data, "application/json", headers)

    def _note(self, body: Json | None) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        if "cookie" in headers:
            self.server_.faults.append("a cookie was sent")
        self.server_.requests.append(request)
        return request

    def _send(self, status: int, data: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        if data:
            self.send_header("Content-Type", kind)
        if kind.startswith("text/html") and self.server_.orders.csp:
            self.send_header("Content-Security-Policy", self.server_.orders.csp)
        if self.headers.get("origin") in self.server_.orders.origins:
            self.send_header("Access-Control-Allow-Origin", self.headers["origin"])
            self.send_header("Access-Control-Expose-Headers", "Retry-After")
        self.send_header("Cache-Control", "no-store")
        for name, value in (headers or {}).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if data:
            self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


def main() -> None:
    """Serve the demo page until it is interrupted: for work on the widget without a model."""
    server = StandIn()
    server.start()
    print(f"The demo page with made-up answers: {server.url}/")
    threading.Event().wait()


if __name__ == "__main__":
    main()
