"""`latch ask`: the bot without a terminal dialogue, for editors, tests and scripts."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from latch import responses
from latch.assistant import Assistant, AssistantError
from latch.model import verified
from latch.nlu.constants import DANGERS, FOREIGN, UNREADABLE
from latch.text import clean

Answer = dict[str, Any]

_DANGER = ("sign", "urgency", "words", "by")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("message", nargs="?", help="what a parent would type")
    parser.add_argument("--json", action="store_true", help="read one message a line, write one JSON object a line")
    parser.add_argument(
        "--conversation", action="store_true", help="the lines are one conversation; an empty line begins the next"
    )
    parser.add_argument("--model", type=Path, default=Path("models"), help="model file, or folder with models")


def run(options: argparse.Namespace, lines: TextIO = sys.stdin, out: TextIO = sys.stdout) -> int:
    """Answer the message, or every line of `lines`; return the exit code."""
    if options.message is None and not options.json:
        print('Say what to ask: latch ask "is nursing after 12 months normal", or --json.', file=sys.stderr)
        return 2
    try:
        # What is imported and loaded may print; standard output belongs to the answers.
        with contextlib.redirect_stdout(sys.stderr):
            assistant = Assistant.load(verified(options.model))
    except AssistantError as error:
        print(error, file=sys.stderr)
        return 1
    return asyncio.run(_answer_all(assistant, options, lines, out))


async def _answer_all(assistant: Assistant, options: argparse.Namespace, lines: TextIO, out: TextIO) -> int:
    messages: Iterable[str] = [options.message] if options.message is not None else _lines(lines)
    sender = _new_sender()
    for message in messages:
        if options.conversation and not message:
            sender = _new_sender()
            continue
        answer = await answer_message(assistant, message, sender)
        if options.json:
            print(json.dumps(answer), file=out, flush=True)
        else:
            print(as_text(answer["replies"]), file=out)
        if not options.conversation:
            sender = _new_sender()
    return 0


async def answer_message(assistant: Assistant, text: str, sender: str) -> Answer:
    """Return what the bot understood of one message and said to it, in the form of `latch ask --json`."""
    turn = await assistant.turn(clean(text), sender)
    said = [message.get("metadata") or {} for message in turn.messages]
    answered = [
        {"id": metadata[responses.TOPIC], "category": metadata[responses.CATEGORY]}
        for metadata in said
        if metadata.get(responses.KIND) == responses.KIND_TOPIC
    ]
    buttons = [button for message in turn.messages for button in message.get("buttons") or ()]
    return {
        "message": text,
        "intent": turn.intent,
        "confidence": round(turn.confidence, 4),
        "topics": answered,
        "doubt": any(metadata.get(responses.KIND) == responses.KIND_DOUBT for metadata in said),
        "offered": [button["payload"][1:] for button in buttons if assistant.is_topic(button["payload"][1:])],
        "out_of_scope": any(metadata.get(responses.KIND) == responses.KIND_OUTSIDE for metadata in said),
        "dangers": [{key: danger[key] for key in _DANGER} for danger in turn.parse_data.get(DANGERS) or ()],
        "language": _language(turn.parse_data.get(UNREADABLE)),
        "replies": [_reply(message) for message in turn.messages],
    }


def _language(unreadable: str | None) -> str | None:
    """Return the language that a message was taken for ("" for one not known by name); None for English."""
    return unreadable.partition("_")[2] if unreadable and unreadable.startswith(FOREIGN) else None


def as_text(replies: Sequence[Answer]) -> str:
    """Return replies as a person sees them in a terminal."""
    parts = []
    for reply in replies:
        lines = [reply["text"], *(f"  > {button['title']}" for button in reply["buttons"])]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _reply(message: Answer) -> Answer:
    metadata = message.get("metadata") or {}
    return {
        "text": message.get("text", ""),
        "buttons": [{"title": b["title"], "payload": b["payload"]} for b in message.get("buttons") or ()],
        "sources": list(metadata.get(responses.SOURCES, ())),
    }


def _lines(lines: TextIO) -> Iterator[str]:
    # A line of any bytes is a message: what is not UTF-8 arrives as surrogates and is cleaned later.
    if hasattr(lines, "reconfigure"):
        lines.reconfigure(encoding="utf-8", errors="surrogateescape")
    for line in lines:
        yield line.rstrip("\r\n")


def _new_sender() -> str:
    return f"ask-{uuid.uuid4().hex}"
