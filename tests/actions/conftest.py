"""Trackers as Rasa sends them, and the project's table of helplines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.helplines import Helplines, load_helplines

ROOT = Path(__file__).parents[2]
SECRET_TEXT = "my baby Zebedee will not feed and I am so tired"
SENDER = "sender-4711"

TrackerState = dict[str, Any]
MakeTracker = Callable[..., TrackerState]


@pytest.fixture(scope="session")
def helplines() -> Helplines:
    """Return the project's table."""
    return load_helplines()


@pytest.fixture(scope="session")
def facts() -> dict[str, dict[str, Any]]:
    """Return the facts that the table may rest on, by id."""
    article = yaml.safe_load((ROOT / "data" / "articles" / "urgent_signs.yml").read_text(encoding="utf-8"))
    return {fact["id"]: fact for fact in article["facts"] if fact["id"].startswith(("helpline-", "helplines-"))}


@pytest.fixture(scope="session")
def article_sources() -> dict[str, dict[str, Any]]:
    """Return the sources of the article, by id."""
    article = yaml.safe_load((ROOT / "data" / "articles" / "urgent_signs.yml").read_text(encoding="utf-8"))
    return {source["id"]: source for source in article["sources"]}


@pytest.fixture
def tracker_state() -> MakeTracker:
    """Return what makes the JSON of a tracker: intent, slots, and the bot's message before, if any."""

    def make(intent: str, *, said_before: dict[str, Any] | None = None, **slots: Any) -> TrackerState:
        message = {
            "intent": {"name": intent, "confidence": 0.93},
            "entities": [],
            "text": SECRET_TEXT,
            "message_id": "a1b2",
            "metadata": {},
            "intent_ranking": [{"name": intent, "confidence": 0.93}],
        }
        events: list[dict[str, Any]] = [
            {"event": "action", "timestamp": 1.0, "name": "action_session_start"},
            {"event": "session_started", "timestamp": 1.1},
            {"event": "action", "timestamp": 1.2, "name": "action_listen"},
        ]
        if said_before:
            data = {"text": said_before["text"], "metadata": {"metadata": said_before["metadata"]}}
            events.append({"event": "bot", "timestamp": 1.5, "data": {}, **data})
        events.append({"event": "user", "timestamp": 2.0, "text": SECRET_TEXT, "parse_data": message})
        return {
            "sender_id": SENDER,
            "slots": {"country": None, "last_topic": None, "baby_age": None, **slots},
            "latest_message": message,
            "latest_event_time": 2.0,
            "followup_action": None,
            "paused": False,
            "events": events,
            "latest_input_channel": "rest",
            "active_loop": {},
            "latest_action": {"action_name": "action_listen"},
            "latest_action_name": "action_listen",
        }

    return make
