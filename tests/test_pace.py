"""Messages are understood one by one; in between the loop does what else there is to do."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

from latch.pace import LOOKS, one_by_one

BLOCK = 0.002  # seconds for which a message keeps the loop


def bot(understood: list[int]) -> Any:
    async def parse_message(number: int) -> int:
        time.sleep(BLOCK)
        understood.append(number)
        if number == 3:
            raise ValueError
        return number

    found = SimpleNamespace(processor=SimpleNamespace(parse_message=parse_message))
    one_by_one(found)
    return found


def test_messages_are_understood_in_their_order_and_a_failure_stops_none() -> None:
    understood: list[int] = []
    agent = bot(understood)

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(agent.processor.parse_message(n) for n in range(20)), return_exceptions=True)

    results = asyncio.run(all_at_once())
    assert understood == list(range(20))
    assert [n for n, result in enumerate(results) if result != n] == [3]


def test_between_two_messages_the_loop_does_what_else_there_is_to_do() -> None:
    understood: list[int] = []
    agent = bot(understood)
    between: list[int] = []

    async def other_work() -> None:
        """A request of as many steps as there are looks is done before the second message is understood."""
        for _ in range(LOOKS):
            await asyncio.sleep(0)
        between.append(len(understood))

    async def all_at_once() -> None:
        await asyncio.gather(
            *(agent.processor.parse_message(n) for n in range(20)), other_work(), return_exceptions=True
        )

    asyncio.run(all_at_once())
    assert len(understood) == 20
    assert between[0] <= 2
