"""Pace: messages are understood one after the other, and between two of them the server looks at what has come in.

To understand a message takes the event loop some milliseconds in one piece. Of many that are ready at once, the loop
would understand all before it took a new request, a health check or a word from the database.

Where there is a second core, a thread encodes one message while the loop works on others: the encoder is a third of
what a message costs, and needs no Python.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from latch import metrics
from latch.graph import begin_to_understand

# A look takes in one new connection (uvloop accepts no more at once), or brings a request one step further: one that
# is refused takes about five.
LOOKS = 10
# The thread waits so long for the interpreter while the loop works; Python's own 5 ms are as long as a message.
SWITCH_SECONDS = 0.0005


def one_by_one(agent: Any, cores: int = 1) -> None:
    """Let a bot understand messages one by one, in the order in which they come; with two cores, encode them aside."""
    understand = agent.processor.parse_message
    turn = asyncio.Lock()  # it is handed on in the order in which it is asked for
    aside = ThreadPoolExecutor(1, "latch-aside") if cores > 1 else None
    if aside:
        sys.setswitchinterval(SWITCH_SECONDS)

    @asynccontextmanager
    async def place(looks: int) -> AsyncIterator[None]:
        with metrics.stage("queue"):
            await turn.acquire()
        try:
            for _ in range(looks):
                await asyncio.sleep(0)
            yield
        finally:
            turn.release()

    async def understood(message: Any, *given: Any, **named: Any) -> Any:
        tracker = given[0] if given else named.get("tracker")
        if aside is None or tracker is None:
            async with place(LOOKS):
                return await understand(message, *given, **named)
        async with place(LOOKS // 2):
            with metrics.stage("understand"):
                begun = begin_to_understand(agent.processor, message, tracker)
        with metrics.stage("understand"):
            await asyncio.get_running_loop().run_in_executor(aside, begun.step)
        async with place(LOOKS // 2):
            with begun.going_on():
                return await understand(message, *given, **named)

    agent.processor.parse_message = understood


def without_long_pauses() -> None:
    """Let Python's garbage collector leave alone what is there now: looking through a model takes it half a second."""
    gc.collect()
    gc.freeze()
