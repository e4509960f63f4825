"""Bursts: people who each send five messages without waiting for an answer."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.load.figures import milliseconds, summary
from tests.load.people import OK, Crowd, Person, Said, crowd
from tests.load.steady import not_as_stored
from tests.server import Server

# Each answer depends on the message before: "more" is more on the topic that was asked about last.
BURST = (
    ("what is let down", "let_down"),
    ("tell me more", "let_down"),
    ("what is colostrum", "what_is_colostrum"),
    ("tell me more", "what_is_colostrum"),
    ("what is let down", "let_down"),
)
# Between two messages of one person: faster than anybody types. They go over connections that are open already, so
# that they come to the server in this order: one that is yet to be accepted would be overtaken.
GAP = 0.01  # seconds
SOON = 2.0


async def bursts(server: Server, people: int, rounds: int) -> dict[str, Any]:
    """Return the figures of so many people who each send a burst at the same moment, and of other people next round."""
    everything: list[Said] = []
    longest, out_of_order, wrong = [], 0, 0
    for _ in range(rounds):
        async with crowd(server.client.url, people) as here:
            await asyncio.gather(*(here.seconds_to("/healthz") for _ in range(len(BURST) * people)))
            begun = time.monotonic()
            for one in await asyncio.gather(*(_burst(here, person) for person in here.people)):
                everything += one
                out_of_order += not _in_order(one)
            longest.append(time.monotonic() - begun)
            wrong += not_as_stored(here, server)
    found = {
        "people": people,
        "rounds": rounds,
        **summary(everything),
        "out_of_order": out_of_order,
        "not_as_stored": wrong,
        "round": milliseconds(longest),
    }
    met = not (found["lost"] or found["refused"] or out_of_order or wrong) and max(longest) < SOON
    return {**found, "met": met}


async def _burst(here: Crowd, person: Person) -> list[Said]:
    sending = []
    for text, _ in BURST:
        said = Said(text, time.monotonic())
        person.said.append(said)
        sending.append(asyncio.ensure_future(here.say(person, said)))
        await asyncio.sleep(GAP)
    return list(await asyncio.gather(*sending))


def _in_order(burst: list[Said]) -> bool:
    """Tell whether a burst was answered in its order; where some of it was told to wait, only the times tell."""
    answered = [(one, topic) for one, (_, topic) in zip(burst, BURST) if one.status == OK]
    times = [one.answered for one, _ in answered]
    as_asked = all(one.replies[0]["topic"] == topic for one, topic in answered)
    return times == sorted(times) and (as_asked or len(answered) < len(burst))
