"""What docs/privacy.md promises, asked of the real server."""

from __future__ import annotations

import json
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import pytest

from latch.storage.keys import Keys
from tests.channels.client import Client, texts
from tests.faults.conftest import conversation
from tests.server import SECRET, Server, free_port, running

MARKERS = ("Zebedee", "Quillfeather", "marker@example.org", "0871234567")
TYPED = (
    "my name is Zebedee Quillfeather and my baby is 4 months old",
    "write to marker@example.org or ring 0871234567",
    "Zebedee is not breathing",
    '/greet{"country": "Zebedee", "babies": "Quillfeather"}',
    "/Zebedee",
    "Zebedee 日本語 \u202e Quillfeather",
    "Zebedee " * 200,
    "%s %d {0} Zebedee",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Return a server at its most talkative."""
    with running(tmp_path_factory.mktemp("private"), free_port(), {"LATCH_LOG_LEVEL": "debug"}) as found:
        yield found


def everything(server: Server) -> bytes:
    """Return all that the server has written, and what its metrics say."""
    folder = server.database.parent
    return b"".join(path.read_bytes() for path in folder.iterdir()) + server.metrics().text.encode()


def rows(server: Server) -> int:
    with closing(sqlite3.connect(server.database)) as database:
        return int(database.execute("SELECT count(*) FROM conversations").fetchone()[0])


def test_nothing_that_a_person_typed_is_written_anywhere(server: Server) -> None:
    client = server.client.open()
    for text in TYPED:
        assert texts(client.say(text))
    for body in (b"Zebedee", b'{"id": "Zebedee', b'{"text": "Zebedee"}'):
        assert client.post("message", body).status == 400
    client.post("feedback", {"reply": "Zebedee", "helped": True})
    client.press("Zebedee")
    found = everything(server)
    assert rows(server) >= 1
    name = conversation(client)
    assert [word for word in (*MARKERS, name, name[4:], client.token or "") if word.encode() in found] == []


def test_forgetting_leaves_nothing_in_the_files(server: Server) -> None:
    client = server.client.open()
    key = Keys(SECRET).of(conversation(client)).encode()
    for text in ("what is let down", "we have twins"):
        client.say(text)
    folder = server.database.parent
    assert any(key in path.read_bytes() for path in folder.glob("conversations*"))
    assert client.post("forget", {}).status == 204
    assert not any(key in path.read_bytes() for path in folder.glob("conversations*"))


@pytest.mark.parametrize("text", ["/forget", "forget this conversation", "Please delete my data."])
def test_person_says_that_it_is_to_be_forgotten(server: Server, text: str) -> None:
    client = server.client.open()
    client.say("what is let down")
    key = Keys(SECRET).of(conversation(client)).encode()
    before = texts(client.say(text))
    assert any("forgotten" in line for line in before)
    folder = server.database.parent
    assert not any(key in path.read_bytes() for path in folder.glob("conversations*"))
    assert texts(client.say("tell me more")) != before


def test_what_is_held_of_a_conversation_beside_the_store_is_dropped_with_it(server: Server) -> None:
    client = server.client.open()
    said = {"id": str(uuid.uuid4()), "text": "what is let down"}
    reply = client.post("message", said).json["replies"][0]["id"]
    again = {**said, "text": "what is colostrum"}  # an id that is known gets the answer that it had
    assert client.post("message", again).json["replies"][0]["topic"] == "let_down"
    for _ in range(2):
        assert client.post("feedback", {"reply": reply, "helped": True}).status == 204
    client.say("forget this conversation")
    assert client.post("message", again).json["replies"][0]["topic"] == "what_is_colostrum"
    assert client.post("feedback", {"reply": reply, "helped": True}).status == 204
    with closing(sqlite3.connect(server.feedback)) as counts:
        ratings = counts.execute("SELECT count FROM feedback WHERE topic = 'let_down'").fetchone()
    assert ratings == (2,), "counted once before, and once after: nobody knows any more that it was"


def test_the_first_message_says_what_latch_is_and_what_is_kept(server: Server) -> None:
    client = server.client.open()
    first, second = texts(client.say("what is let down")), texts(client.say("what is colostrum"))
    assert "no doctor" in first[0]
    assert "not stored" in first[0]
    assert not any("no doctor" in line for line in second)


def test_what_to_do_in_danger_comes_before_what_latch_is(server: Server) -> None:
    (reply,) = server.client.open().say("my baby is not breathing").json["replies"]
    lines = [paragraph["text"] for paragraph in reply["paragraphs"]]
    assert "ambulance" in lines[0]
    assert "no doctor" in lines[-1]


@pytest.mark.parametrize("text", ["/privacy", "do you store what I type"])
def test_person_asks_what_is_kept(server: Server, text: str) -> None:
    found = " ".join(texts(server.client.open().say(text)))
    assert "24 hours" in found
    assert "forget this conversation" in found


def test_every_line_of_the_log_is_json_but_the_two_for_a_person(server: Server) -> None:
    for line in server.printed().splitlines():
        if not line.startswith(("Starting the server", "Latch is ready")):
            assert {"time", "level", "logger"} <= set(json.loads(line))


def test_unanswered_questions_are_kept_where_the_operator_asks_for_it(server: Server, tmp_path: Path) -> None:
    """Here the operator does not."""
    assert not any("unanswered" in path.name for path in server.database.parent.iterdir())
    assert Client(server.client.url).request("GET", "/readyz").json["status"] == "ready"
