"""The real server is told to stop while people are asking: it answers whom it has let in, and ends well."""

from __future__ import annotations

import asyncio
import time

from tests.faults.conftest import Serve
from tests.load.open_loop import send
from tests.load.people import OK, REFUSED, Said, crowd, held_out
from tests.load.steady import not_as_stored
from tests.server import Server

PEOPLE, MESSAGES = 100, 200
# They are sent within this time, and no server has answered all of them when it is told to stop.
SENT_IN, TOLD_AFTER = 0.2, 0.5  # seconds
LONGEST = 10.0  # seconds


async def stopped(server: Server) -> tuple[list[Said], float, int]:
    """Return what was said, when it was told to stop, and in how many conversations the database differs."""
    async with crowd(server.client.url, PEOPLE) as here:
        # Over connections that are open already: one that nobody has accepted is not in work.
        await asyncio.gather(*(here.seconds_to("/healthz") for _ in range(MESSAGES)))
        said = await send(here, held_out(), MESSAGES / SENT_IN, SENT_IN, wait=False)
        await asyncio.sleep(TOLD_AFTER)
        server.process.terminate()
        told = time.monotonic()
        await here.answered()
        code = await asyncio.to_thread(server.process.wait, 30)
        assert code == 0
        assert time.monotonic() - told < LONGEST
        return said, told, not_as_stored(here, server)


def test_whom_it_has_let_in_is_answered_and_what_was_answered_is_stored(serve: Serve) -> None:
    with serve() as server:
        said, told, differ = asyncio.run(stopped(server))
    assert {one.status for one in said} <= {OK, *REFUSED}
    assert any(one.status == OK and one.answered > told for one in said), "some were in work"
    assert differ == 0
