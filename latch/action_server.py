"""ActionServer: the way to the action server. An answer waits a second for it at the most, whatever it does.

What it says is taken as far as it has the form of an action's result: slots, and responses by their names. A text of
its own is not said: every text is a curated one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from rasa.utils.endpoints import EndpointConfig

from latch.responses import UTTER

logger = logging.getLogger(__name__)

ACTIONS_URL = "LATCH_ACTIONS_URL"  # it comes before the one in endpoints.yml
PATIENCE = 1.0  # seconds
# After a failure it is left alone for so long: not everybody waits for it.
PAUSE = 10.0  # seconds


class NonsenseError(Exception):
    """What the action server answered is no result of an action."""


class ActionServer(EndpointConfig):
    """Asks the action server; where it is down, slow or answers nonsense, no action has done anything."""

    def __init__(self, endpoint: EndpointConfig, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(
            endpoint.url,
            endpoint.params,
            endpoint.headers,
            endpoint.basic_auth,
            endpoint.token,
            endpoint.token_name,
            endpoint.cafile,
        )
        self._now = now
        self._away = False
        self._until = 0.0

    @classmethod
    def named(cls, endpoint: EndpointConfig | None, environment: Mapping[str, str] = os.environ) -> ActionServer | None:
        """Return the way to the action server that the environment names, else to `endpoint`."""
        url = environment.get(ACTIONS_URL)
        if url:
            return cls(EndpointConfig(url))
        return cls(endpoint) if endpoint else None

    async def request(self, *given: Any, **named: Any) -> dict[str, Any]:
        """Return the events and responses of an action; none where it could not be carried out."""
        if self._away and self._now() < self._until:
            return _result([], [])
        try:
            found = _checked(await asyncio.wait_for(super().request(*given, **named), PATIENCE))
        except Exception as error:
            if not self._away:
                # An error's words may hold what was sent.
                logger.error("The action server failed: %s. Answers do without it.", type(error).__name__)
            self._away, self._until = True, self._now() + PAUSE
            return _result([], [])
        if self._away:
            logger.warning("The action server works again.")
        self._away = False
        return found


def _checked(answer: Any) -> dict[str, Any]:
    """Return what an action may do.

    Raises:
        NonsenseError: when the answer is no result of an action.
    """
    if not isinstance(answer, dict):
        raise NonsenseError
    events, responses = answer.get("events") or [], answer.get("responses") or []
    if not isinstance(events, list) or not isinstance(responses, list):
        raise NonsenseError
    if not all(isinstance(one, dict) for one in (*events, *responses)):
        raise NonsenseError
    slots = [one for one in events if one.get("event") == "slot" and isinstance(one.get("name"), str)]
    names = [one["response"] for one in responses if str(one.get("response")).startswith(UTTER)]
    return _result(slots, [{"response": name} for name in names])


def _result(events: list[Any], responses: list[Any]) -> dict[str, Any]:
    return {"events": events, "responses": responses}
