"""Observed: counts and measures what a bot does, whatever the channel.

It looks at a text only where the operator asked for unanswered questions (latch/unanswered.py).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from latch import metrics, responses, unanswered
from latch.golden import SENDER
from latch.plan import DID_YOU_MEAN, NOTHING_NEAR, STILL_LOST, UNREADABLE

logger = logging.getLogger(__name__)

_Work = Callable[..., Awaitable[Any]]

# What is said to who was not understood, beside what is said to a text that nobody can read.
_LOST = (DID_YOU_MEAN, NOTHING_NEAR, STILL_LOST)


@dataclass(frozen=True)
class _Said:
    """A response that was said in a turn, its kind, and how urgent it is where it is a danger reply."""

    name: str
    kind: str
    urgency: str


_said: ContextVar[list[_Said] | None] = ContextVar("latch_said", default=None)


def observe(agent: Any) -> None:
    """Let every turn of a bot be counted: messages, seconds by stage, answers by kind and topic, errors."""
    agent.handle_message = _turns(agent.handle_message)
    agent.nlg.generate = _answers(_timed("say", agent.nlg.generate))
    processor = agent.processor
    processor.parse_message = _timed("understand", processor.parse_message)
    processor.predict_next_with_tracker_if_should = _decides(processor.predict_next_with_tracker_if_should)
    metrics.MODEL.info({"name": str(agent.model_name), "id": str(agent.model_id)})


def _turns(handle: _Work) -> _Work:
    async def handled(message: Any) -> Any:
        if str(message.sender_id).startswith(SENDER):
            return await handle(message)
        metrics.MESSAGES.labels(str(message.input_channel or "none")).inc()
        said: list[_Said] = []
        token = _said.set(said)
        try:
            with metrics.turn():
                return await handle(message)
        except Exception as error:
            metrics.ERRORS.labels(metrics.error_type(error)).inc()
            raise
        finally:
            _said.reset(token)
            _count(said)
            if _is_unanswered(said) and unanswered.is_on():
                await _keep(str(message.text))

    return handled


def _answers(generate: _Work) -> _Work:
    async def generated(utter_action: str, *rest: Any, **more: Any) -> Any:
        message = await generate(utter_action, *rest, **more)
        said = _said.get()
        if message is not None and said is not None:
            about = message.get("metadata") or {}
            kind = str(about.get(responses.KIND) or responses.KIND_CONVERSATION)
            said.append(_Said(utter_action, kind, str(about.get(responses.URGENCY) or "")))
            # What has no answer has no topic; editors want to know what it was about.
            about_what = utter_action.removeprefix(responses.UTTER) if kind == responses.KIND_OUTSIDE else ""
            metrics.ANSWERS.labels(kind, str(about.get(responses.TOPIC) or about_what)).inc()
        return message

    return generated


def _decides(predict: Callable[..., Any]) -> Callable[..., Any]:
    def predicted(*given: Any, **named: Any) -> Any:
        with metrics.stage("decide"):
            return predict(*given, **named)

    return predicted


def _timed(stage: str, work: _Work) -> _Work:
    async def timed(*given: Any, **named: Any) -> Any:
        with metrics.stage(stage):
            return await work(*given, **named)

    return timed


def _count(said: Sequence[_Said]) -> None:
    """Count a message once, however much was said to it."""
    if any(one.name in _LOST or one.name.startswith(UNREADABLE) for one in said):
        metrics.DOUBTS.inc()
    danger = next((one for one in said if one.kind == responses.KIND_DANGER), None)
    if danger:  # the most urgent comes first
        metrics.DANGERS.labels(danger.urgency).inc()


def _is_unanswered(said: Sequence[_Said]) -> bool:
    if any(one.kind == responses.KIND_DANGER for one in said):
        return False
    return any(one.kind == responses.KIND_OUTSIDE or one.name in (DID_YOU_MEAN, NOTHING_NEAR) for one in said)


async def _keep(text: str) -> None:
    try:
        await asyncio.to_thread(unanswered.keep, text)
    except Exception as error:
        logger.warning("An unanswered question could not be kept: %s.", type(error).__name__)
