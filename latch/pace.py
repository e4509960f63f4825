"""Pace: messages are understood one after the other, and between two of them the server looks at what has come in.

To understand a message takes the event loop some milliseconds in one piece. Of many that are ready at once, the loop
would understand all before it took a new request, a health check or a word from the database.
"""

from __future__ import annotations

import asyncio
import gc
from typing import Any

from latch import metrics

# A look takes in one new connection (uvloop accepts no more at once), or brings a request one step further: one that
# is refused takes about five.
LOOKS = 10


def one_by_one(agent: Any) -> None:
    """Let a bot understand messages one by one, in the order in which they come."""
    understand = agent.processor.parse_message
    turn = asyncio.Lock()  # it is handed on in the order in which it is asked for

    async def understood(*given: Any, **named: Any) -> Any:
        with metrics.stage("queue"):
            await turn.acquire()
        try:
            for _ in range(LOOKS):
                await asyncio.sleep(0)
            return await understand(*given, **named)
        finally:
            turn.release()

    agent.processor.parse_message = understood


def without_long_pauses() -> None:
    """Let Python's garbage collector leave alone what is there now: looking through a model takes it half a second."""
    gc.collect()
    gc.freeze()
