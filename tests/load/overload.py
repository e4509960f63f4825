"""Overload: more messages than the server can take. The excess is told to wait, at once; the rest is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from tests.load.figures import is_lost, milliseconds, summary
from tests.load.open_loop import capacity, send
from tests.load.people import OK, REFUSED, Crowd, Said, crowd, held_out
from tests.load.steady import not_as_stored
from tests.server import Server

REFUSED_MS = 200.0
NORMAL_SECONDS = 5.0  # so soon afterwards every message is answered as on a quiet day
QUIET = 0.5  # seconds
# A session may send one message in two seconds.
PEOPLE_A_MESSAGE = 2.5
CLIENTS = 8


async def overload(server: Server, times: float, seconds: float, measured: float = 10.0) -> dict[str, Any]:
    """Return the figures of `times` the load that a server can take, which is `measured` for so many seconds before."""
    texts = held_out()
    async with crowd(server.client.url, 100) as here:
        taken = await capacity(here, texts, CLIENTS, measured)
    rate = times * taken
    async with crowd(server.client.url, int(PEOPLE_A_MESSAGE * rate)) as here, crowd(server.client.url, 50) as others:
        looking = asyncio.ensure_future(_health(here, seconds))
        said = await send(here, texts, rate, seconds, wait=False)
        ended = time.monotonic()
        after = await send(others, texts, 5.0, 2 * NORMAL_SECONDS)
        await here.answered()
        refusals = [one.seconds for one in said if one.status in REFUSED]
        found = {
            "taken_a_second": round(taken, 1),
            "rate": round(rate, 1),
            "seconds": seconds,
            **summary(said),
            "not_as_stored": not_as_stored(here, server),
            "refusals": milliseconds(refusals),
            "health": milliseconds(await looking),
            "normal_after_s": round(_normal_after(after, ended), 2),
            "unanswered_later": sum(one.status != OK for one in after if one.due > ended + NORMAL_SECONDS),
        }
    slow = sum(1000 * one >= REFUSED_MS for one in refusals)
    met = refusals and not slow and not found["lost"] and not found["not_as_stored"]
    return {**found, "refusals_over_200_ms": slow, "met": bool(met and found["normal_after_s"] < NORMAL_SECONDS)}


async def _health(here: Crowd, seconds: float) -> list[float]:
    found = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found.append(await here.seconds_to("/healthz"))
        await asyncio.sleep(0.2)
    return found


def _normal_after(after: Sequence[Said], ended: float) -> float:
    """Return how many seconds after the end the last message came that was not answered as on a quiet day."""
    unlike = [one.due - ended for one in after if one.status != OK or is_lost(one) or one.seconds > QUIET]
    return max([0.0, *unlike])
