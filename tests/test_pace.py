"""Messages are understood one by one; in between the loop does what else there is to do."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import nullcontext
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


def test_while_one_message_is_worked_on_aside_the_loop_does_other_things() -> None:
    done = threading.Event()

    class Begun:
        def step(self) -> None:
            assert done.wait(10), "the loop waited for what is to be done aside"

        def going_on(self) -> nullcontext[None]:
            return nullcontext()

    async def parse_message(message: str, tracker: object) -> str:
        return f"understood {message}"

    processor = SimpleNamespace(
        parse_message=parse_message,
        graph_runner=SimpleNamespace(begin=lambda *_: Begun()),
        model_metadata=SimpleNamespace(nlu_target="end"),
    )
    one_by_one(SimpleNamespace(processor=processor), cores=2)

    async def other_work() -> None:
        await asyncio.sleep(0.01)
        done.set()

    async def both() -> Any:
        return await asyncio.gather(processor.parse_message("hello", object()), other_work())

    assert asyncio.run(both())[0] == "understood hello"
