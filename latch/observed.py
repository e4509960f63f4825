"""Observed: counts and measures what a bot does, whatever the channel.

It looks at a text only where the operator asked for unanswered questions (latch/unanswered.py).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from latch import metrics, responses, unanswered
from latch.golden import SENDER
from latch.plan import DID_YOU_MEAN, NOTHING_NEAR

logger = logging.getLogger(__name__)

_Work = Callable[..., Awaitable[Any]]

# The kinds and names of what was said in this turn.
_said: ContextVar[list[tuple[str, str]] | None] = ContextVar("latch_said", default=None)


def observe(agent: Any) -> None:
    """Let every turn of a bot be counted: messages, seconds by stage, answers by kind and topic, errors."""
    agent.handle_message = _turns(agent.handle_message)
    agent.nlg.generate = _answers(agent.nlg.generate)
    agent.processor.parse_message = _timed("understand", agent.processor.parse_message)
    metrics.MODEL.info({"name": str(agent.model_name), "id": str(agent.model_id)})


def _turns(handle: _Work) -> _Work:
    async def handled(message: Any) -> Any:
        if str(message.sender_id).startswith(SENDER):
            return await handle(message)
        metrics.MESSAGES.labels(str(message.input_channel or "none")).inc()
        begun = time.perf_counter()
        said: list[tuple[str, str]] = []
        token = _said.set(said)
        with metrics.IN_WORK.track_inprogress():
            try:
                return await handle(message)
            except Exception as error:
                metrics.ERRORS.labels(type(error).__name__).inc()
                raise
            finally:
                _said.reset(token)
                metrics.TURN_SECONDS.observe(time.perf_counter() - begun)
                if _is_unanswered(said) and unanswered.is_on():
                    await _keep(str(message.text))

    return handled


def _answers(generate: _Work) -> _Work:
    generate = _timed("say", generate)

    async def generated(utter_action: str, *rest: Any, **more: Any) -> Any:
        message = await generate(utter_action, *rest, **more)
        said = _said.get()
        if message is not None and said is not None:
            about = message.get("metadata") or {}
            kind = str(about.get(responses.KIND) or responses.KIND_CONVERSATION)
            said.append((kind, utter_action))
            _count(kind, about)
        return message

    return generated


def _count(kind: str, about: dict[str, Any]) -> None:
    metrics.ANSWERS.labels(kind, str(about.get(responses.TOPIC) or "")).inc()
    if kind == responses.KIND_DOUBT:
        metrics.DOUBTS.inc()
    elif kind == responses.KIND_DANGER:
        metrics.DANGERS.labels(str(about.get(responses.URGENCY) or "")).inc()


def _is_unanswered(said: list[tuple[str, str]]) -> bool:
    if any(kind == responses.KIND_DANGER for kind, _ in said):
        return False
    return any(kind == responses.KIND_OUTSIDE or name in (DID_YOU_MEAN, NOTHING_NEAR) for kind, name in said)


async def _keep(text: str) -> None:
    try:
        await asyncio.to_thread(unanswered.keep, text)
    except Exception as error:
        logger.warning("An unanswered question could not be kept: %s.", type(error).__name__)


def _timed(stage: str, work: _Work) -> _Work:
    seconds = metrics.STAGE_SECONDS.labels(stage)

    async def timed(*given: Any, **named: Any) -> Any:
        begun = time.perf_counter()
        try:
            return await work(*given, **named)
        finally:
            seconds.observe(time.perf_counter() - begun)

    return timed
