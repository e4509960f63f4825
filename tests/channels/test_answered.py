"""A message that is sent again is answered once, with the same answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from latch.channels.admission import BusyError
from latch.channels.answered import Answered

KEY = ("web-1", "message-1")


class Work:
    """Counts how often it is done."""

    def __init__(self, seconds: float = 0.0, failures: int = 0) -> None:
        self.done = 0
        self._seconds = seconds
        self._failures = failures

    async def __call__(self) -> int:
        await asyncio.sleep(self._seconds)
        self.done += 1
        if self.done <= self._failures:
            raise RuntimeError("of no importance")
        return self.done


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())  # type: ignore[arg-type]


def test_the_second_time_brings_the_first_answer() -> None:
    async def test() -> None:
        answered, work = Answered[int](), Work()
        assert KEY not in answered
        assert [await answered.once(KEY, work, 1) for _ in range(3)] == [1, 1, 1]
        assert KEY in answered
        assert await answered.once(("web-2", KEY[1]), work, 1) == 2

    run(test)


def test_those_who_ask_meanwhile_wait_for_the_same() -> None:
    async def test() -> None:
        answered, work = Answered[int](), Work(0.05)
        assert await asyncio.gather(*(answered.once(KEY, work, 1) for _ in range(5))) == [1] * 5
        assert work.done == 1

    run(test)


def test_a_failure_may_be_tried_again() -> None:
    async def test() -> None:
        answered, work = Answered[int](), Work(failures=1)
        with pytest.raises(RuntimeError):
            await answered.once(KEY, work, 1)
        assert KEY not in answered
        assert await answered.once(KEY, work, 1) == 2

    run(test)


def test_who_loses_patience_finds_the_answer_later() -> None:
    async def test() -> None:
        answered, work = Answered[int](), Work(0.05)
        with pytest.raises(asyncio.TimeoutError):
            await answered.once(KEY, work, 0.01)
        assert await answered.once(KEY, work, 1) == 1
        assert work.done == 1

    run(test)


def test_who_goes_away_does_not_stop_the_work() -> None:
    async def test() -> None:
        answered, work = Answered[int](), Work(0.05)
        asking = asyncio.ensure_future(answered.once(KEY, work, 1))
        await asyncio.sleep(0.01)
        asking.cancel()
        assert await answered.once(KEY, work, 1) == 1
        assert work.done == 1

    run(test)


def test_too_many_in_work_are_refused() -> None:
    async def test() -> None:
        answered, work = Answered[int](pending=2), Work(0.05)
        first = [asyncio.ensure_future(answered.once(("web", str(number)), work, 1)) for number in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await answered.once(("web", "2"), work, 1)
        assert await asyncio.gather(*first) == [1, 2]
        assert await answered.once(("web", "2"), work, 1) == 3

    run(test)


def test_answers_are_kept_in_bounded_number_and_time() -> None:
    async def test() -> None:
        time = [0.0]
        answered, work = Answered[int](most=3, seconds=10, now=lambda: time[0]), Work()
        for number in range(5):
            await answered.once(("web", str(number)), work, 1)
        assert [("web", str(number)) in answered for number in range(5)] == [False, False, True, True, True]
        time[0] = 11
        assert ("web", "4") not in answered

    run(test)


def test_a_forgotten_conversation_has_no_answers() -> None:
    async def test() -> None:
        answered, work = Answered[int](), Work()
        for conversation in ("web-1", "web-2"):
            await answered.once((conversation, "m"), work, 1)
        answered.forget("web-1")
        assert [(name, "m") in answered for name in ("web-1", "web-2")] == [False, True]

    run(test)
