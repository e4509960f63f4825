"""Load: `python -m tests.channels.telegram_load --seconds 300` runs the real server against the stand-in.

It prints what was lost, doubled or out of order, and how long an update took until its answer was out. In the middle
there are two storms of "too many requests" and an outage.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from latch.assistant import Assistant
from tests.channels.telegram_server import telegram_bot
from tests.channels.telegram_stand_in import TelegramStandIn, wait_until

STORM_SECONDS = 10.0
RETRY_AFTER = 5  # seconds
OUTAGE_SECONDS = 20.0
# Chats of the load; others have smaller numbers.
FIRST_CHAT = 500_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--rate", type=float, default=30.0, help="updates a second")
    parser.add_argument("--chats", type=int, default=500)
    parser.add_argument("--quiet", action="store_true", help="no storms and no outage: for the time of an answer")
    options = parser.parse_args()
    assistant = Assistant.load()
    beginnings = {title: _beginnings(assistant, f"utter_{topic}") for topic, title in assistant.topics().items()}
    introduction = _beginnings(assistant, "utter_introduction")
    stand_in = TelegramStandIn()
    with tempfile.TemporaryDirectory() as name, stand_in.running():
        folder = Path(name)
        with telegram_bot(folder, stand_in) as bot:
            found = _run(stand_in, beginnings, introduction, options)
            found["faults logged"] = sum("ERROR" in line for line in bot.server.printed().splitlines())
    print(json.dumps(found, indent=2))
    return int(bool(found["lost"] or found["doubled"] or found["out of order"] or found["slips"]))


def _beginnings(assistant: Assistant, response: str) -> set[str]:
    """Return the first line of each variation of a response."""
    return {str(said["text"]).splitlines()[0].strip() for said in assistant._agent.domain.responses[response]}


def _run(
    stand_in: TelegramStandIn, beginnings: dict[str, set[str]], introduction: set[str], options: argparse.Namespace
) -> dict[str, object]:
    """Each chat asks the topics in turn, each its own first: two answers of a chat are never alike."""
    titles = list(beginnings)
    total = int(options.seconds * options.rate)
    asked: dict[int, list[tuple[str, float]]] = {}
    events = [] if options.quiet else _trouble(options.seconds)
    begun = time.monotonic()
    updates = []
    for number in range(total):
        while time.monotonic() < begun + number / options.rate:
            time.sleep(0.001)
        while events and time.monotonic() - begun >= events[0][0]:
            events.pop(0)[1](stand_in)
        chat = FIRST_CHAT + number % options.chats
        turns = asked.setdefault(chat, [])
        title = titles[(chat * 7 + len(turns)) % len(titles)]
        turns.append((title, time.time()))
        updates.append(stand_in.says(chat, title))
    sent_in = time.monotonic() - begun
    wait_until(lambda: set(updates) <= stand_in.confirmed, 180)
    lost = doubled = out_of_order = 0
    times = []
    for chat, turns in asked.items():
        shown = stand_in.shown(chat)
        first_of_chat = len(times)
        lost += max(0, len(turns) - len(shown))
        doubled += max(0, len(shown) - len(turns))
        places = []
        for (title, at), message in zip(turns, shown):
            first = next(line for line in message.text.splitlines() if line not in introduction)
            if first in beginnings[title]:
                places.append(len(times))
            else:  # a title that is understood otherwise, behind what was said before, stands in nobody's place
                places += [n for n, (other, _) in enumerate(turns, start=first_of_chat) if first in beginnings[other]]
            times.append(message.at - at)
        out_of_order += sum(before > after for before, after in zip(places, places[1:]))
    times.sort()
    return {
        "updates": total,
        "chats": len(asked),
        "seconds": round(sent_in, 1),
        "lost": lost,
        "doubled": doubled,
        "out of order": out_of_order,
        "slips": stand_in.slips[:5],
        "deliveries by status": {
            status: sum(s == status for _, s in stand_in.deliveries) for status in stand_in.statuses()
        },
        "calls met by 429": sum(call.error == 429 for call in stand_in.calls),
        "median ms": round(1000 * statistics.median(times), 1),
        "95th percentile ms": round(1000 * times[int(0.95 * len(times))], 1),
        "longest s": round(times[-1], 1),
    }


def _trouble(seconds: float):  # type: ignore[no-untyped-def]
    """Return when what happens: two storms and an outage, in the middle of the time."""
    return [
        (seconds * 0.2, lambda stand_in: stand_in.storm(STORM_SECONDS, RETRY_AFTER)),
        (seconds * 0.45, lambda stand_in: stand_in.outage(min(OUTAGE_SECONDS, seconds / 3))),
        (seconds * 0.8, lambda stand_in: stand_in.storm(STORM_SECONDS, RETRY_AFTER)),
    ]


if __name__ == "__main__":
    sys.exit(main())
