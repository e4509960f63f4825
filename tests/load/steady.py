"""Steady: many people, a fixed number of messages a second, for long."""

from __future__ import annotations

from typing import Any

from tests.load.figures import summary
from tests.load.open_loop import send
from tests.load.people import Crowd, crowd, held_out, stored
from tests.server import Server

PEOPLE = 400
P95_MS, P99_MS = 120.0, 250.0


async def steady(server: Server, rate: float, seconds: float, people: int = PEOPLE) -> dict[str, Any]:
    """Return the figures of an open loop."""
    async with crowd(server.client.url, people) as here:
        said = await send(here, held_out(), rate, seconds)
        found = {"rate": rate, "seconds": seconds, **summary(said), "not_as_stored": not_as_stored(here, server)}
    met = not (found["lost"] or found["refused"] or found["not_as_stored"])
    return {**found, "met": met and found["p95_ms"] < P95_MS and found["p99_ms"] < P99_MS}


def not_as_stored(here: Crowd, server: Server) -> int:
    """Return in how many conversations the database has more or fewer replies than the person got."""
    counts = stored(here.people, f"sqlite:///{server.database}")
    return sum(person.replies() != count for person, count in zip(here.people, counts))
