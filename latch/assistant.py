"""The trained bot in this process: load it once, give it messages, get what it said."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latch import responses
from latch.plan import FALLBACK

ENDPOINTS = Path("endpoints.yml")
DEFAULT_MODELS = Path("models")


class AssistantError(Exception):
    """The bot cannot be loaded; the message says what to do."""


@dataclass(frozen=True)
class Turn:
    """What was understood of a message, and the messages said to it as the NLG made them."""

    intent: str | None
    confidence: float
    messages: list[dict[str, Any]]
    parse_data: dict[str, Any]


class Assistant:
    """A loaded model with its own conversations, kept in memory."""

    def __init__(self, agent: Any) -> None:
        self._agent = agent
        self._book = responses.Book(agent.domain.responses)

    @classmethod
    def load(cls, model: Path = DEFAULT_MODELS, endpoints: Path | None = ENDPOINTS) -> Assistant:
        """Return the bot of a model file, or of the newest model in a folder.

        Raises:
            AssistantError: when there is no such model or it does not load.
        """
        path = newest_model(model)
        with _quiet_imports():
            from rasa.core.agent import Agent
            from rasa.core.utils import AvailableEndpoints
            from rasa.utils.endpoints import EndpointConfig
            from rasa.utils.log_utils import configure_structlog
            from threadpoolctl import threadpool_limits

            from latch.action_server import ActionServer
            from latch.graph import run_in_order
            from latch.nlg import CuratedAnswers

        # By itself Rasa's structured log prints every message; Rasa's own commands set its level as this does.
        configure_structlog(logging.ERROR)
        action_endpoint = None
        if endpoints and endpoints.is_file():
            action_endpoint = AvailableEndpoints.read_endpoints(str(endpoints)).action
        try:
            agent = Agent.load(
                str(path),
                generator=CuratedAnswers(),
                action_endpoint=ActionServer(action_endpoint or EndpointConfig("http://127.0.0.1:5055/webhook")),
            )
        except Exception as error:
            raise AssistantError(
                f"The model {path} does not load ({type(error).__name__}): run `make train`."
            ) from error
        if not agent.is_ready():
            raise AssistantError(f"The model {path} does not load: run `make train`.")
        # As the server has it: nodes in order, and one thread for linear algebra (latch/run.py).
        run_in_order(agent)
        threadpool_limits(1)
        return cls(agent)

    async def turn(self, text: str, sender: str) -> Turn:
        """Return what the bot understood of one message in the conversation of `sender`, and what it said."""
        from rasa.core.channels.channel import UserMessage

        from latch.channels.capture import CaptureChannel

        said = CaptureChannel()
        await self._agent.handle_message(UserMessage(text, said, sender))
        tracker = await self._agent.tracker_store.retrieve(sender)
        parsed = dict(tracker.latest_message.parse_data or {}) if tracker and tracker.latest_message else {}
        intent = parsed.get("intent") or {}
        return Turn(intent.get("name"), float(intent.get("confidence") or 0.0), said.messages, parsed)

    async def understand(self, text: str) -> list[tuple[str, float]]:
        """Return the intents of a message with their confidences, the likeliest first, without answering it."""
        parsed = await self._agent.parse_message(text)
        entries = parsed.get("intent_ranking") or ()
        return [(entry["name"], float(entry["confidence"])) for entry in entries if entry["name"] != FALLBACK]

    def is_topic(self, intent: str) -> bool:
        """Tell whether the intent is that of a topic."""
        return self._book.is_topic(intent)

    def topics(self) -> dict[str, str]:
        """Return the title of every topic by its id."""
        return self._book.titles()


def newest_model(model: Path) -> Path:
    """Return `model` itself, or the newest model in it when it is a folder.

    Raises:
        AssistantError: when there is none.
    """
    if model.is_file():
        return model
    # A model of understanding alone ("nlu-...") says nothing.
    found = [path for path in model.glob("*.tar.gz") if not path.name.startswith("nlu-")] if model.is_dir() else []
    if not found:
        raise AssistantError(f"There is no trained model at {model}: run `make train`.")
    return max(found, key=lambda path: path.stat().st_mtime)


@contextlib.contextmanager
def _quiet_imports() -> Iterator[None]:
    """Keep the start-up chatter of Rasa and TensorFlow out of a command's output."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    for name in ("rasa", "apscheduler", "tensorflow", "matplotlib"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # An action server that is down costs one action, which has a reply of its own: no trace for that.
    for name in ("rasa.core.actions.action", "rasa.core.processor"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # Recorded and dropped: some of these libraries reset the warning filters while they load.
    with warnings.catch_warnings(record=True):
        yield
    warnings.simplefilter("ignore")
