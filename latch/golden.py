"""Golden questions: a server is ready when it has answered them. A model may load, and yet have learnt nothing."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from rasa.core.channels.channel import UserMessage

from latch import logs, responses, trackers
from latch.channels.capture import CaptureChannel

logger = logging.getLogger(__name__)

# A question with the topic that answers it, and a danger, which no topic answers.
QUESTIONS = (
    ("what is let down", responses.KIND_TOPIC, "let_down"),
    ("my baby is not breathing", responses.KIND_DANGER, None),
)


SENDER = "golden-"  # how the names of its conversations begin; no channel has such


class Golden:
    """Knows whether a bot has answered the golden questions; a bot that is loaded anew is asked anew."""

    def __init__(self) -> None:
        self._answered_by: Any = None

    async def answered(self, agent: Any) -> bool:
        """Tell whether the bot answers as it should; asked until it has done so once."""
        if agent is None or not agent.is_ready():
            return False
        by = getattr(agent, "processor", agent)
        if self._answered_by is not by and await _answers(agent):
            self._answered_by = by
        return self._answered_by is by


async def _answers(agent: Any) -> bool:
    try:
        for question, kind, topic in QUESTIONS:
            sender, said = f"{SENDER}{uuid.uuid4().hex}", CaptureChannel()
            try:
                await agent.handle_message(UserMessage(question, said, sender))
            finally:
                await _delete(agent.tracker_store, sender)
            about = [message.get("metadata") or {} for message in said.messages]
            if not any(one.get(responses.KIND) == kind and topic in (None, one.get(responses.TOPIC)) for one in about):
                logger.error("The model does not answer the golden question %r as it should.", question)
                return False
    except Exception as error:
        logs.failed(logger, "A golden question", error)
        return False
    return True


async def _delete(store: Any, sender: str) -> None:
    try:
        await trackers.delete(store, sender)
    except Exception as error:  # the database may be away: it expires
        logger.warning("A golden question could not be deleted: %s.", type(error).__name__)
