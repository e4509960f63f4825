"""Open loop: messages are sent at a rate, whether or not those before were answered, as people do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from tests.load.people import OK, Crowd, Said


async def send(crowd: Crowd, texts: Sequence[str], rate: float, seconds: float, wait: bool = True) -> list[Said]:
    """Let the people in turn send `rate` messages a second; return all of them, and `wait` for their answers.

    A time counts from the moment when a message should have been sent: what keeps this sender waiting counts too.
    """
    begun = time.monotonic()
    sent = []
    for number in range(int(rate * seconds)):
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        person = crowd.people[number % len(crowd.people)]
        said = Said(texts[number % len(texts)], due)
        person.said.append(said)
        sent.append(said)
        crowd.begin(person, said)
    if wait:
        await crowd.answered()
    return sent


async def capacity(crowd: Crowd, texts: Sequence[str], clients: int, seconds: float) -> float:
    """Return how many messages a second are answered where so many people each wait for their answer."""
    begun = time.monotonic()
    answered = 0
    numbers = iter(range(1_000_000))

    async def client() -> None:
        nonlocal answered
        while time.monotonic() < begun + seconds:
            number = next(numbers)
            person = crowd.people[number % len(crowd.people)]
            said = Said(texts[number % len(texts)], time.monotonic())
            person.said.append(said)
            await crowd.say(person, said)
            answered += said.status == OK

    await asyncio.gather(*(client() for _ in range(clients)))
    return answered / (time.monotonic() - begun)
