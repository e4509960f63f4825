"""What Prometheus is told by the real server: the right numbers, and no word that a person typed."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from latch import responses
from latch.run import environment
from tests.channels.client import Client
from tests.postgres import wait_until
from tests.server import ROOT, SECRET, Server, free_port

STAGES = ("wait", "queue", "understand", "decide", "say", "store", "send")
WORD = "Zebedee"


def test_a_conversation_moves_the_numbers(latch_server: Server) -> None:
    before = latch_server.metrics()
    for text in ("what is let down", "can I eat sushi while breastfeeding", "my baby is not breathing", "asdf"):
        client = latch_server.client.open()
        assert client.say(text).status == 200
    assert client.post("message", b"{").status == 400
    after = latch_server.metrics()

    def moved(name: str, **labels: str) -> float:
        return after(name, **labels) - before(name, **labels)

    assert moved("latch_messages_total", channel="web") == 4
    assert moved("latch_turn_seconds_count") == 4
    assert [moved("latch_stage_seconds_count", stage=stage) for stage in STAGES] == [4] * len(STAGES)
    assert moved("latch_answers_total", kind="topic", topic="let_down") == 1
    assert moved("latch_dangers_total", urgency="emergency") == 1
    assert moved("latch_doubts_total") == 1
    route = "/webhooks/web/message"
    assert moved("latch_requests_total", route=route, method="POST", status="200") == 4
    assert moved("latch_requests_total", route=route, method="POST", status="400") == 1
    assert moved("latch_request_seconds_count", route=route) == 5
    assert after("latch_messages_in_work") == after("latch_messages_waiting") == 0
    spent = sum(moved("latch_stage_seconds_sum", stage=stage) for stage in STAGES[1:6])
    assert 0 < spent <= moved("latch_turn_seconds_sum")


def test_the_store_the_model_and_the_last_deletion_are_told(latch_server: Server) -> None:
    wait_until(lambda: latch_server.metrics()("latch_store_held") == 0)  # what is being written counts
    found = latch_server.metrics()
    assert found("latch_store_away") == found("latch_store_lost_total") == 0
    assert found("latch_expired_timestamp_seconds", what="conversations") > 1.7e9
    (model,) = (dict(labels) for name, labels in found.samples if name == "latch_model_info")
    assert model["name"] == latch_server.client.request("GET", "/readyz").json["model"]


def test_no_label_holds_what_a_person_typed(latch_server: Server, project_responses: dict[str, Any]) -> None:
    client = latch_server.client.open()
    client.say(f"my name is {WORD}, can I eat {WORD}")
    client.say(f'/greet{{"country": "{WORD}"}}')
    client.press(WORD)
    client.post("feedback", {"reply": f"{WORD}.0.{WORD}", "helped": True})
    client.request("GET", f"/{WORD}?{WORD}=1", headers={"X-Request-Id": WORD, "Host": WORD})
    client.request(WORD, "/webhooks/web/message")
    Client(client.url, WORD).say("hello")
    found = latch_server.metrics()
    assert WORD.casefold() not in found.text.casefold()
    allowed = {
        "kind": {*responses.KINDS},
        "topic": {"", *(name.removeprefix(responses.UTTER) for name in project_responses)},
        "channel": {"web", "telegram"},
        "stage": {*STAGES},
        "method": {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "other"},
    }
    for name, labels in found.samples:
        for label, value in labels:
            if name.startswith("latch_") and label in allowed:
                assert value in allowed[label], (name, label)


def test_metrics_are_not_told_where_people_ask(latch_server: Server) -> None:
    assert latch_server.client.request("GET", "/metrics").status == 404


def test_a_port_of_the_metrics_that_is_taken_is_named(latch_server: Server) -> None:
    """As of a second worker with the settings of the first."""
    done = subprocess.run(
        [sys.executable, "-m", "latch.server", "--port", str(free_port())],
        cwd=ROOT,
        env={**environment(), "LATCH_SECRET": SECRET, "LATCH_METRICS_PORT": str(latch_server.metrics_at)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert f"LATCH_METRICS_PORT: 127.0.0.1:{latch_server.metrics_at} cannot be opened" in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x"])
def test_a_port_of_the_metrics_that_is_none_is_named(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from latch import server

    with pytest.raises(ValueError, match="LATCH_METRICS_PORT must be a port"):
        server._serve_metrics("127.0.0.1", port)
