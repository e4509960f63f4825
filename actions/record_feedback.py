"""ActionRecordFeedback: counts whether answers helped, without any text and without who said it."""

from __future__ import annotations

import logging
import re
import sqlite3
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from latch.feedback import count_feedback, database, today

logger = logging.getLogger(__name__)

HELPED = {"feedback_helped": True, "feedback_not_helped": False}
LAST_TOPIC = "last_topic"
NO_TOPIC = ""

# Slots can be set from outside by some channels: what is not the form of a topic's id is not kept.
_TOPIC = re.compile(r"[a-z][a-z0-9_]{2,39}")


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
        path = database()
        try:
            count_feedback(path, today(), topic, helped)
        except (OSError, sqlite3.Error) as error:
            logger.error("Feedback was not recorded in %s: %s", path, type(error).__name__)
        return []
