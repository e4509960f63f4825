"""Trackers as Rasa sends them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

SECRET_TEXT = "my baby Zebedee will not feed and I am so tired"
SENDER = "sender-4711"

TrackerState = dict[str, Any]
MakeTracker = Callable[..., TrackerState]


@pytest.fixture
def tracker_state() -> MakeTracker:
    """Return what makes the JSON of a tracker, of an intent and slots."""

    def make(intent: str, **slots: Any) -> TrackerState:
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
            {"event": "user", "timestamp": 2.0, "text": SECRET_TEXT, "parse_data": message},
        ]
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
