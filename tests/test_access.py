"""The log has a line for each request: what was asked for and how it went, not by whom and in what words."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.channels.client import Answer
from tests.server import Server

WORD = "Zebedee"


def line(server: Server, answer: Answer) -> dict[str, Any]:
    """Return the line in the log of the request that was answered."""
    request_id = answer.headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{16}", request_id)
    found = [json.loads(one) for one in server.printed().splitlines() if request_id in one]
    (line,) = (one for one in found if one["logger"] == "latch.access")
    return line


def test_a_message_is_one_line_of_few_fields(latch_server: Server) -> None:
    client = latch_server.client.open()
    found = line(latch_server, client.say(f"what is let down, asks {WORD}"))
    assert list(found) == [
        "time",
        "level",
        "logger",
        "request",
        "message",
        "method",
        "route",
        "status",
        "milliseconds",
    ]
    asked = ("POST", "/webhooks/web/message", 200)
    assert (found["method"], found["route"], found["status"]) == asked
    assert 0 < found["milliseconds"] < 60_000


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/", ("GET", "/", 200)),
        ("GET", f"/?{WORD}=1", ("GET", "/", 200)),
        ("GET", f"/{WORD}", ("GET", "none", 404)),
        ("POST", "/webhooks/web/message", ("POST", "/webhooks/web/message", 415)),
        ("OPTIONS", "/webhooks/web/message", ("OPTIONS", "/webhooks/web/message", 204)),
        (WORD, "/webhooks/web/message", ("other", "none", 405)),
    ],
)
def test_no_path_query_or_method_that_somebody_made_up_is_told(
    latch_server: Server, method: str, path: str, told: tuple[str, str, int]
) -> None:
    answer = latch_server.client.request(method, path)
    found = line(latch_server, answer)
    assert (found["method"], found["route"], found["status"]) == told
    assert WORD not in latch_server.printed()


def test_a_request_brings_no_id_of_its_own(latch_server: Server) -> None:
    answer = latch_server.client.request("GET", "/", headers={"X-Request-Id": WORD})
    assert line(latch_server, answer)["request"] != WORD


def test_probes_are_told_of_only_to_who_looks_closely(latch_server: Server) -> None:
    ids = [latch_server.client.request("GET", path).headers["x-request-id"] for path in ("/healthz", "/readyz")]
    assert [one for one in ids if one in latch_server.printed()] == []
