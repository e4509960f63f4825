"""Clients: each asks, waits for the answer and asks again; after some turns, as another person."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
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


async def load(url: str, opens: Opens, clients: int, seconds: float, texts: Sequence[str]) -> dict[str, float]:
    """Return what so many clients saw in so many seconds.

    `rate` is answers a second; `p50`, `p95`, `p99` are milliseconds of one message; `unanswered` counts messages that
    got no answer, or an empty one.
    """
    asked = itertools.cycle(texts)
    seen: list[float] = []
    unanswered = 0
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as http:
        until = time.monotonic() + seconds

        async def client() -> None:
            nonlocal unanswered
            while time.monotonic() < until:
                say = await opens(http, url)
                for _ in range(TURNS):
                    if time.monotonic() >= until:
                        return
                    begun = time.perf_counter()
                    try:
                        unanswered += not await say(next(asked))
                    except (aiohttp.ClientError, asyncio.TimeoutError, KeyError, ValueError):
                        unanswered += 1
                    seen.append(1000 * (time.perf_counter() - begun))

        begun = time.monotonic()
        await asyncio.gather(*(client() for _ in range(clients)))
        spent = time.monotonic() - begun
    cuts = statistics.quantiles(seen, n=100, method="inclusive")
    return {
        "messages": len(seen),
        "rate": len(seen) / spent,
        "p50": cuts[49],
        "p95": cuts[94],
        "p99": cuts[98],
        "unanswered": unanswered,
    }
