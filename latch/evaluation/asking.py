"""Latch asked every message: what it answered, how sure it was, and what that cost."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from latch.ask import Answer, answer_message
from latch.assistant import Assistant
from latch.evaluation.messages import Conversation, HeldOut, Questions
from latch.text import clean

WARM_UP = 20
PROGRESS = 200


@dataclass(frozen=True)
class Asked:
    """One message with its answer, the ranking of intents, and the CPU of understanding and of answering, in ms."""

    message: HeldOut
    answer: Answer
    ranking: tuple[tuple[str, float], ...]
    understanding_ms: float
    answering_ms: float


@dataclass(frozen=True)
class Talked:
    """One conversation with the answer to each of its turns."""

    conversation: Conversation
    answers: tuple[Answer, ...]


async def ask_all(assistant: Assistant, questions: Questions) -> tuple[list[Asked], list[Talked]]:
    """Return every message, each asked in a conversation of its own, and every conversation; say how far it is."""
    for message in questions.messages[:WARM_UP]:
        await assistant.understand(clean(message.text))
    asked = []
    for number, message in enumerate(questions.messages):
        asked.append(await _ask(assistant, message, f"evaluation-{number}"))
        if number % PROGRESS == PROGRESS - 1:
            print(f"{number + 1} of {len(questions.messages)} messages", file=sys.stderr, flush=True)
    talked = [
        await _talk(assistant, conversation, f"evaluation-conversation-{number}")
        for number, conversation in enumerate(questions.conversations)
    ]
    return asked, talked


async def _ask(assistant: Assistant, message: HeldOut, sender: str) -> Asked:
    begun = time.process_time()
    ranking = await assistant.understand(clean(message.text))
    understood = time.process_time()
    answer = await answer_message(assistant, message.text, sender)
    answered = time.process_time()
    return Asked(message, answer, tuple(ranking), 1000 * (understood - begun), 1000 * (answered - understood))


async def _talk(assistant: Assistant, conversation: Conversation, sender: str) -> Talked:
    answers: Sequence[Answer] = [await answer_message(assistant, turn.text, sender) for turn in conversation.turns]
    return Talked(conversation, tuple(answers))
