"""ActionRecordFeedback: counts whether answers helped, without any text and without who said it."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

logger = logging.getLogger(__name__)

DATABASE = "LATCH_FEEDBACK_DB"
DEFAULT_DATABASE = "var/feedback.sqlite3"
HELPED = {"feedback_helped": True, "feedback_not_helped": False}
LAST_TOPIC = "last_topic"
NO_TOPIC = ""

# A person is waiting: a locked database is given up soon.
LOCK_SECONDS = 2.0

# Slots can be set from outside by some channels: what is not the form of a topic's id is not kept.
_TOPIC = re.compile(r"[a-z][a-z0-9_]{2,39}")

_CREATE = """
CREATE TABLE IF NOT EXISTS feedback (
    day TEXT NOT NULL,
    topic TEXT NOT NULL,
    helped INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, topic, helped)
)
"""
_COUNT = """
INSERT INTO feedback (day, topic, helped, count) VALUES (?, ?, ?, 1)
ON CONFLICT (day, topic, helped) DO UPDATE SET count = count + 1
"""


class ActionRecordFeedback(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Adds one to the count of (day, topic, helped). It says nothing: the policy then says `utter_<intent>`."""

    def name(self) -> str:
        """Return the action's name."""
        return "action_record_feedback"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        """Count the feedback; return no events. A failure is logged and changes nothing for the person."""
        helped = HELPED.get(str((tracker.latest_message.get("intent") or {}).get("name")))
        if helped is None:
            return []
        topic = tracker.get_slot(LAST_TOPIC)
        if not isinstance(topic, str) or not _TOPIC.fullmatch(topic):
            topic = NO_TOPIC
        path = Path(os.environ.get(DATABASE) or DEFAULT_DATABASE)
        try:
            count_feedback(path, datetime.now(timezone.utc).date().isoformat(), topic, helped)
        except (OSError, sqlite3.Error) as error:
            logger.error("Feedback was not recorded in %s: %s", path, type(error).__name__)
        return []


def count_feedback(path: Path, day: str, topic: str, helped: bool) -> None:
    """Add one to the count of a day (YYYY-MM-DD, UTC), a topic (empty: none) and whether it helped.

    Raises:
        OSError, sqlite3.Error: when the database cannot be made or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS)) as database, database:
        database.execute(_CREATE)
        database.execute(_COUNT, (day, topic, int(helped)))
