"""Clients: each asks, waits for the answer and asks again; after some turns, as another person."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address

import aiohttp

TURNS = 10  # of a conversation: what a session may send at once
_ADDRESSES = itertools.count(int(IPv4Address("11.0.0.1")))
TIMEOUT_SECONDS = 120.0

Say = Callable[[str], Awaitable[bool]]
Opens = Callable[[aiohttp.ClientSession, str], Awaitable[Say]]


async def latch_conversation(http: aiohttp.ClientSession, url: str) -> Say:
    """Return what asks in a new conversation of Latch's web channel; it tells whether an answer came."""
    headers = {"X-Forwarded-For": str(IPv4Address(next(_ADDRESSES)))}
    async with http.post(f"{url}/webhooks/web/session", json={}, headers=headers, ssl=False) as opened:
        headers["Authorization"] = f"Bearer {(await opened.json())['session']}"

    async def say(text: str) -> bool:
        message = {"id": str(uuid.uuid4()), "text": text}
        async with http.post(f"{url}/webhooks/web/message", json=message, headers=headers, ssl=False) as answer:
            found = await answer.json()
            return answer.status == 200 and bool(found["replies"])

    return say


async def stock_conversation(http: aiohttp.ClientSession, url: str) -> Say:
    """Return what asks in a new conversation of Rasa's REST channel; it tells whether an answer came."""
    sender = uuid.uuid4().hex

    async def say(text: str) -> bool:
        message = {"sender": sender, "message": text}
        async with http.post(f"{url}/webhooks/rest/webhook", json=message) as answer:
            return answer.status == 200 and bool(await answer.json())

    return say


@dataclass
class Seen:
    """What clients saw: milliseconds of each message, for how many seconds they asked, and what was not answered."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    unanswered: int = 0

    def add(self, other: Seen) -> None:
        """Count what others saw, or the same ones later, as well."""
        self.times += other.times
        self.seconds += other.seconds
        self.unanswered += other.unanswered

    def figures(self) -> dict[str, float]:
        """Return the figures of it.

        `rate` is answers a second; `p50`, `p95`, `p99` are milliseconds of one message; `unanswered` counts messages
        that got no answer, or an empty one.
        """
        cuts = statistics.quantiles(self.times, n=100, method="inclusive")
        return {
            "messages": len(self.times),
            "rate": len(self.times) / self.seconds,
            "p50": cuts[49],
            "p95": cuts[94],
            "p99": cuts[98],
            "unanswered": self.unanswered,
        }


async def load(url: str, opens: Opens, clients: int, seconds: float, texts: Iterator[str]) -> Seen:
    """Return what so many clients saw in so many seconds, who ask what `texts` gives, without end."""
    found = Seen()
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as http:
        begun = time.monotonic()

        async def client() -> None:
            while time.monotonic() < begun + seconds:
                say = await opens(http, url)
                for _ in range(TURNS):
                    if time.monotonic() >= begun + seconds:
                        return
                    asked = time.perf_counter()
                    try:
                        found.unanswered += not await say(next(texts))
                    except (aiohttp.ClientError, asyncio.TimeoutError, KeyError, ValueError):
                        found.unanswered += 1
                    found.times.append(1000 * (time.perf_counter() - asked))

        await asyncio.gather(*(client() for _ in range(clients)))
        found.seconds = time.monotonic() - begun
    return found
