"""The real action server, as a process, asked over HTTP as Rasa asks it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running action server."""

    url: str
    database: Path
    log: Path

    def get(self, path: str) -> Any:
        """Return the JSON at a path."""
        with urlopen(f"{self.url}{path}", timeout=5) as answer:
            return json.load(answer)

    def run(self, action: str, tracker: dict[str, Any]) -> Any:
        """Return what the webhook answers."""
        call = {
            "next_action": action,
            "sender_id": tracker["sender_id"],
            "tracker": tracker,
            "domain": {},
            "version": "3.6.21",
        }
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(f"{self.url}/webhook", json.dumps(call).encode(), headers), timeout=10) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the server, started on a free port and ended afterwards."""
    folder = tmp_path_factory.mktemp("action_server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database, log = folder / "feedback.sqlite3", folder / "log"
    environment = {**os.environ, "LATCH_FEEDBACK_DB": str(database), "SANIC_HOST": "127.0.0.1"}
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    found = Server(f"http://127.0.0.1:{port}", database, log)
    try:
        _wait(found, process)
        yield found
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            server.get("/health")
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"The action server did not start:\n{server.log.read_text()}")


def test_the_server_offers_the_actions_of_the_domain_and_no_others(server: Server) -> None:
    assert {action["name"] for action in server.get("/actions")} == {"action_find_help", "action_record_feedback"}


def test_user_in_ireland_asks_who_she_can_talk_to(server: Server, tracker_state: Any) -> None:
    answer = server.run("action_find_help", tracker_state("find_help", country="IE"))
    assert answer["events"] == []
    (message,) = answer["responses"]
    assert "Emergency: 112 or 999" in message["text"]
    assert message["metadata"]["kind"] == "help"


def test_user_gives_feedback(server: Server, tracker_state: Any) -> None:
    for _ in range(2):
        answer = server.run("action_record_feedback", tracker_state("feedback_helped", last_topic="let_down"))
        assert answer == {"events": [], "responses": []}
    with closing(sqlite3.connect(server.database)) as connection:
        assert connection.execute("SELECT topic, helped, count FROM feedback").fetchall() == [("let_down", 1, 2)]


def test_the_log_holds_nothing_that_a_person_said(server: Server, tracker_state: Any) -> None:
    for action, intent in (("action_find_help", "find_help"), ("action_record_feedback", "feedback_not_helped")):
        server.run(action, tracker_state(intent))
    assert not [word for word in ("Zebedee", "sender-4711") if word in server.log.read_text()]


def test_rasa_keeps_kind_and_sources_of_the_message(server: Server) -> None:
    from rasa.core.actions.action import RemoteAction
    from rasa.core.channels.channel import CollectingOutputChannel
    from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import BotUttered, UserUttered
    from rasa.shared.core.slots import TextSlot
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.utils.endpoints import EndpointConfig

    slot = TextSlot("country", mappings=[{}], initial_value="NZ")
    tracker = DialogueStateTracker.from_events("someone", [UserUttered("who can I talk to")], slots=[slot])
    channel = CollectingOutputChannel()
    action = RemoteAction("action_find_help", EndpointConfig(f"{server.url}/webhook"))
    nlg = TemplatedNaturalLanguageGenerator({})
    (said,) = asyncio.run(action.run(channel, nlg, tracker, Domain.empty()))
    assert isinstance(said, BotUttered)
    assert said.metadata["metadata"]["kind"] == "help"
    # A channel is given the message as the NLG's own are given; the stock ones show the text, once, and drop the rest.
    asyncio.run(channel.send_response("someone", said.message()))
    assert channel.messages == [{"recipient_id": "someone", "text": said.text}]


def test_the_actions_load_nothing_of_rasa() -> None:
    code = (
        "import sys, actions.find_help, actions.record_feedback;"
        "print([name for name in sys.modules if name.split('.')[0] in ('rasa', 'tensorflow', 'spacy')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
