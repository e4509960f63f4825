"""Urgent: whoever writes faster than the rate allows is still heard where a message holds a danger sign."""

from __future__ import annotations

from rasa.core.agent import Agent

from latch.channels.limits import Limit, Rate
from latch.nlu.constants import DANGERS

# Listening costs as much as understanding does, so that it has a limit too: more than anybody types in fear.
RATE = Rate(burst=30, per_minute=60)


class Urgent:
    """Listens for danger signs in messages above the rate."""

    def __init__(self) -> None:
        self._limit = Limit(RATE)

    async def is_heard(self, agent: Agent, name: str, text: str) -> bool:
        """Tell whether a text of somebody who is above the rate holds a danger sign."""
        if self._limit.wait(name):
            return False
        return bool((await agent.parse_message(text)).get(DANGERS))
