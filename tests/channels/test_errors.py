"""Where no channel answers, the server's refusals and failures have the form of every error."""

from __future__ import annotations

import logging

import pytest

from tests.channels.client import PATH
from tests.channels.stand_in import SECRET_WORDS, Bot, serving
from tests.hostile import wire


def test_a_failure_is_an_apology_without_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Bot):
        @property
        def model_name(self) -> str:
            raise KeyError(SECRET_WORDS)

        @model_name.setter
        def model_name(self, _: str) -> None:
            """Take none."""

    with serving(Failing()) as client, caplog.at_level(logging.ERROR, "latch"):
        answer = client.request("GET", "/readyz")
    assert (answer.status, answer.code) == (500, "failed")
    assert "something went wrong on our side" in answer.json["error"]["message"]
    assert SECRET_WORDS.encode() not in answer.content
    assert "A request failed: KeyError at test_errors.py" in caplog.text
    assert SECRET_WORDS not in caplog.text


def test_a_refusal_says_which_methods_there_are_and_is_not_kept() -> None:
    with serving(Bot()) as client:
        answer = client.request("DELETE", "/healthz")
    assert (answer.status, answer.code) == (405, "method")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("part", ["POST", f"POST {PATH}session HTTP/1.1\nHost: a\n"])
def test_a_head_that_does_not_end_is_too_slow(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.setenv("SANIC_REQUEST_TIMEOUT", "1")
    with serving(Bot()) as client:
        (answer,), _ = wire.exchange(client.url, [part], 1, "POST")
    assert (answer.status, answer.code) == (408, "too_slow")


def test_a_body_that_does_not_end_is_too_slow_and_is_waited_for_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANIC_RESPONSE_TIMEOUT", "1")
    head = f"POST {PATH}session HTTP/1.1\nHost: a\nContent-Type: application/json\nContent-Length: 50\n\n"
    with serving(Bot()) as client:
        (answer,), _ = wire.exchange(client.url, [head + "{"], 1, "POST")
    assert (answer.status, answer.code) == (408, "too_slow")
