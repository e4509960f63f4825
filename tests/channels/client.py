"""A client of the web channel that sends what it is told to, whether or not that is sensible."""

from __future__ import annotations

import http.client
import ipaddress
import itertools
import json
import ssl
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PATH = "/webhooks/web/"
_ADDRESSES = itertools.count(1)


def new_address() -> str:
    """Return an address that nothing in this process has come from."""
    return str(ipaddress.ip_address("11.0.0.0") + next(_ADDRESSES))


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def code(self) -> str:
        """The code of an error; that it has no other part is checked."""
        error = self.json
        assert list(error) == ["error"]
        assert sorted(error["error"]) == ["code", "message"]
        return str(error["error"]["code"])


@dataclass
class Client:
    """Talks to a server; with a token, in a session. A server behind a proxy sees each from an address of its own.

    Of a server with TLS, `authority` is the file of the certificate that vouches for it.
    """

    url: str
    token: str | None = None
    starters: list[dict[str, str]] = field(default_factory=list)
    timeout: float = 60.0
    address: str = field(default_factory=new_address)
    authority: Path | None = None

    def open(self, **body: Any) -> Client:
        """Return a client with a session."""
        opened = Client(self.url, authority=self.authority)
        answer = opened.post("session", body)
        assert answer.status == 200, answer
        opened.token, opened.starters = answer.json["session"], answer.json["starters"]
        return opened

    def say(self, text: str, **more: Any) -> Answer:
        return self.post("message", {"id": str(uuid.uuid4()), "text": text, **more})

    def press(self, button: str) -> Answer:
        return self.post("message", {"id": str(uuid.uuid4()), "button": button})

    def post(self, path: str, body: Any, **headers: str | None) -> Answer:
        """Send a body: bytes as they are, anything else as JSON. A header of None is left out."""
        found: dict[str, str | None] = {"Content-Type": "application/json", "X-Forwarded-For": self.address}
        if self.token:
            found["Authorization"] = f"Bearer {self.token}"
        found.update({name.replace("_", "-"): value for name, value in headers.items()})
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", PATH + path, content, {name: one for name, one in found.items() if one is not None})

    def request(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        connection = self.connect()
        try:
            connection.request(method, path, content, headers or {})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection to the server, not opened yet."""
        parts = urlsplit(self.url)
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.netloc, timeout=self.timeout)
        context = ssl.create_default_context(cafile=self.authority)
        return http.client.HTTPSConnection(parts.netloc, timeout=self.timeout, context=context)


def texts(answer: Answer) -> list[str]:
    """Return the paragraphs of an answer's replies, lists as their items."""
    assert answer.status == 200, answer
    return [
        line
        for reply in answer.json["replies"]
        for part in reply["paragraphs"]
        for line in part.get("items") or [part["text"]]
    ]
