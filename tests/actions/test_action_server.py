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
import yaml

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
    assert {action["name"] for action in server.get("/actions")} == {"action_record_feedback"}


def test_every_action_of_the_domain_and_of_the_configuration_is_offered(server: Server) -> None:
    offered = {action["name"] for action in server.get("/actions")}
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    assert set(domain["actions"]) == offered
    assert set(config["policies"][0]["actions"].values()) == offered


def test_user_gives_feedback(server: Server, tracker_state: Any) -> None:
    for _ in range(2):
        answer = server.run("action_record_feedback", tracker_state("feedback_helped", last_topic="let_down"))
        assert answer == {"events": [], "responses": []}
    with closing(sqlite3.connect(server.database)) as connection:
        assert connection.execute("SELECT topic, helped, count FROM feedback").fetchall() == [("let_down", 1, 2)]


def test_the_log_holds_nothing_that_a_person_said(server: Server, tracker_state: Any) -> None:
    server.run("action_record_feedback", tracker_state("feedback_not_helped"))
    assert not [word for word in ("Zebedee", "sender-4711") if word in server.log.read_text()]


def test_rasa_takes_the_silence_of_an_action_for_nothing_said(server: Server) -> None:
    """PlanPolicy then says the line of the intent."""
    from rasa.core.actions.action import RemoteAction
    from rasa.core.channels.channel import CollectingOutputChannel
    from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.utils.endpoints import EndpointConfig

    intent = {"name": "feedback_helped", "confidence": 1.0}
    tracker = DialogueStateTracker.from_events("someone", [UserUttered("that helped", intent=intent)], slots=[])
    channel = CollectingOutputChannel()
    action = RemoteAction("action_record_feedback", EndpointConfig(f"{server.url}/webhook"))
    assert asyncio.run(action.run(channel, TemplatedNaturalLanguageGenerator({}), tracker, Domain.empty())) == []
    assert channel.messages == []


def test_the_actions_load_nothing_of_rasa() -> None:
    code = (
        "import sys, actions.record_feedback;"
        "print([name for name in sys.modules if name.split('.')[0] in ('rasa', 'tensorflow', 'spacy')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
