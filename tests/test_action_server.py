"""An answer waits for the action server for a moment at the most, and no word of its own is said."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from latch.action_server import PATIENCE, PAUSE, ActionServer
from tests.faults.actions import ANSWERS, SLOW, SLOW_SECONDS, Actions, actions
from tests.server import free_port


@pytest.fixture
def stand_in() -> Iterator[Actions]:
    with actions() as running:
        yield running


def run(server: ActionServer) -> list[Any]:
    """Return the events of an action, as Rasa carries it out."""
    tracker = DialogueStateTracker.from_events("someone", [UserUttered("that helped, says Zebedee")], slots=[])
    nlg = TemplatedNaturalLanguageGenerator({"utter_greet": [{"text": "Hello."}]})
    action = RemoteAction("action_record_feedback", server)
    found: list[Any] = asyncio.run(action.run(CollectingOutputChannel(), nlg, tracker, Domain.empty()))
    return found


@pytest.mark.parametrize("answer", sorted(set(ANSWERS) - {"nothing", "a text of its own"}))
def test_nonsense_is_an_action_that_did_nothing(
    stand_in: Actions, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stand_in.answers = answer
    server = ActionServer(EndpointConfig(stand_in.url))
    assert [run(server), run(server)] == [[], []]
    assert stand_in.asked == 1, "it is left alone for a while"
    assert "The action server failed" in caplog.text
    assert "Zebedee" not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("latch"))


def test_of_what_it_says_only_curated_texts_are_said_and_only_slots_are_set(stand_in: Actions) -> None:
    stand_in.answers = "a text of its own"
    (said,) = run(ActionServer(EndpointConfig(stand_in.url)))
    assert said.text == "Hello."


@pytest.mark.parametrize("why", ["down", SLOW])
def test_an_answer_waits_a_moment_once_and_the_next_does_not(stand_in: Actions, why: str) -> None:
    clock = [0.0]
    stand_in.answers = why
    url = stand_in.url if why == SLOW else f"http://127.0.0.1:{free_port()}/webhook"
    server = ActionServer(EndpointConfig(url), now=lambda: clock[0])
    begun = time.monotonic()
    assert run(server) == []
    assert time.monotonic() - begun < SLOW_SECONDS / 2, "not as long as the action server takes"
    before = stand_in.asked
    assert run(server) == []
    assert stand_in.asked == before
    clock[0] += PAUSE + PATIENCE
    stand_in.answers = "nothing"
    run(server)
    assert stand_in.asked == before + (why == SLOW)


def test_the_environment_names_it() -> None:
    configured, elsewhere = EndpointConfig("http://127.0.0.1:5055/webhook"), "http://actions:5055/webhook"
    assert ActionServer.named(None, {}) is None
    named = [ActionServer.named(configured, one) for one in ({}, {"LATCH_ACTIONS_URL": elsewhere})]
    assert [one.url for one in named if one] == [configured.url, elsewhere]
