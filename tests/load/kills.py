"""Kills: a server that is killed under load, again and again. What was answered is in the database."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from typing import Any

from tests.load.open_loop import send
from tests.load.people import NO_ANSWER, OK, Person, crowd, held_out, stored
from tests.server import Server, free_port, running

PEOPLE = 60
RATE = 25.0
FIRST, LAST = 1.0, 3.0  # seconds after which it is killed
# What a message may say at the most.
MOST_REPLIES = 4


def kills(folder: Path, times: int, url: str) -> dict[str, Any]:
    """Kill a server with its conversations in the database `url` so often; return what was lost.

    A message that was in work is sent again to the next server, with the same id.
    """
    people: list[Person] = []
    answered = broken_off = lost = too_many = resent = 0
    chance = random.Random(0)
    port = free_port()
    for _ in range(times):
        with running(folder, port, {"LATCH_DATABASE_URL": url}) as server:
            before = stored(people, url)
            again = [(person, said) for person in people for said in person.said if said.status == NO_ANSWER]
            asyncio.run(_life(server, people, chance.uniform(FIRST, LAST)))
        resent += sum(said.status == OK for _, said in again)
        for person, had, has in zip(people, [*before, *[0] * PEOPLE], stored(people, url)):
            got = person.replies()
            open_ones = sum(said.status == NO_ANSWER for said in person.said)
            answered += sum(said.status == OK for said in person.said)
            broken_off += open_ones
            lost += max(0, had + got - has)
            too_many += has > had + got + MOST_REPLIES * open_ones
            person.said = [said for said in person.said if said.status == NO_ANSWER]
    found = {"kills": times, "answered": answered, "broken_off": broken_off, "answered_when_sent_again": resent}
    return {**found, "lost": lost, "too_many": too_many, "met": not (lost or too_many) and broken_off > 0}


async def _life(server: Server, people: list[Person], seconds: float) -> None:
    loop = asyncio.get_running_loop()
    async with crowd(server.client.url, 0 if people else PEOPLE) as here:
        people += here.people
        here.people = people
        again = [here.say(person, said) for person in people for said in person.said]
        await asyncio.gather(*again)
        killed = loop.run_in_executor(None, _kill_after, server, seconds)
        await send(here, held_out(), RATE, seconds + 0.5)
        await killed


def _kill_after(server: Server, seconds: float) -> None:
    time.sleep(seconds)
    server.kill()
