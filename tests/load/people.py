"""People who write to the web channel at once, and what each was answered."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from latch.evaluation.messages import read_messages
from latch.storage.database import DATABASE_URL, table
from latch.storage.keys import Keys
from latch.storage.state import State
from tests.channels.client import PATH, new_address
from tests.faults.conversations import name_of
from tests.server import SECRET

OK = 200
REFUSED = (429, 503)
NO_ANSWER = 0  # the status of a message whose connection was broken off
ANSWER_SECONDS = 60.0
# Below the five seconds after which the server closes an idle connection: a message must not meet a closing one.
KEEP_ALIVE_SECONDS = 2.0


@dataclass
class Said:
    """A message and its answer; times are of the monotonic clock, `due` is when it should have been sent."""

    text: str
    due: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: int = NO_ANSWER
    answered: float = 0.0
    retry_after: str | None = None
    trouble: str = ""  # why there is no answer
    replies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long the person waited."""
        return self.answered - self.due


@dataclass
class Person:
    """Somebody with a session, from an address of their own."""

    token: str
    address: str
    said: list[Said] = field(default_factory=list)

    def replies(self) -> int:
        """Return how many replies the person got."""
        return sum(len(one.replies) for one in self.said)


class Crowd:
    """People at one server."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url = url
        self.people: list[Person] = []
        self._http = http
        self._sending: set[asyncio.Task[Said]] = set()

    async def join(self, number: int) -> None:
        """Let so many people more open a conversation."""
        places = asyncio.Semaphore(16)

        async def one() -> Person:
            address = new_address()
            async with (
                places,
                self._http.post(f"{self.url}{PATH}session", json={}, headers={"X-Forwarded-For": address}) as answer,
            ):
                answer.raise_for_status()
                return Person((await answer.json())["session"], address)

        self.people += await asyncio.gather(*(one() for _ in range(number)))

    async def say(self, person: Person, said: Said) -> Said:
        """Send a message and take down what comes of it."""
        headers = {"Authorization": f"Bearer {person.token}", "X-Forwarded-For": person.address}
        body = {"id": said.id, "text": said.text}
        try:
            async with self._http.post(f"{self.url}{PATH}message", json=body, headers=headers) as answer:
                found = await answer.json()
                said.status, said.retry_after = answer.status, answer.headers.get("Retry-After")
                said.replies = found.get("replies") or []
        except (aiohttp.ClientError, asyncio.TimeoutError, ConnectionError) as error:
            said.status, said.trouble = NO_ANSWER, type(error).__name__
        said.answered = time.monotonic()
        return said

    def begin(self, person: Person, said: Said) -> None:
        """Send a message without waiting for its answer."""
        task = asyncio.ensure_future(self.say(person, said))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def answered(self) -> None:
        """Return when each message that was begun has its answer."""
        await asyncio.gather(*self._sending)

    async def seconds_to(self, path: str) -> float:
        """Return how long a GET takes that is answered with 200."""
        begun = time.monotonic()
        async with self._http.get(f"{self.url}{path}") as answer:
            answer.raise_for_status()
            await answer.read()
        return time.monotonic() - begun


@asynccontextmanager
async def crowd(url: str, number: int) -> AsyncIterator[Crowd]:
    """Yield people at a server, each in a conversation of their own."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS)
    patience = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=patience) as http:
        found = Crowd(url, http)
        await found.join(number)
        yield found


def held_out() -> list[str]:
    """Return the held-out messages in an order that is always the same and mixes their files."""
    texts = [one.text for one in read_messages()]
    random.Random(0).shuffle(texts)
    return texts


def stored(people: Sequence[Person], url: str) -> list[int]:
    """Return how many replies a database has for each person's conversation."""
    opened, keys = table(None, {DATABASE_URL: url}), Keys(SECRET)
    try:
        rows = [opened.read(keys.of(name_of(person.token))) for person in people]
    finally:
        opened.close()
    return [int(State.read(row.state).said.get("count", 0)) if row else 0 for row in rows]
