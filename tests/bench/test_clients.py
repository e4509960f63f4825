"""Clients count what was answered, and what was not."""

from __future__ import annotations

import asyncio
import itertools

import aiohttp

from latch.bench import clients


async def opens(_: aiohttp.ClientSession, __: str) -> clients.Say:
    async def say(text: str) -> bool:
        await asyncio.sleep(0.01)
        if text == "broken":
            raise aiohttp.ClientConnectionError
        return text != "silent"

    return say


def loaded(number: int, *texts: str) -> clients.Seen:
    return asyncio.run(clients.load("", opens, number, 0.5, itertools.cycle(texts)))


def test_what_is_not_answered_is_counted_and_each_message_has_its_time() -> None:
    found = loaded(3, "hello", "silent", "broken", "hello").figures()
    assert found["messages"] > 30
    assert 0.4 < found["unanswered"] / found["messages"] < 0.6
    assert 10 <= found["p50"] <= found["p95"] <= found["p99"]


def test_more_clients_are_served_at_once() -> None:
    one, ten = (loaded(number, "hello").figures()["rate"] for number in (1, 10))
    assert ten > 3 * one


def test_what_is_seen_in_two_rounds_counts_as_one() -> None:
    first, second = loaded(1, "hello"), loaded(1, "silent")
    both = clients.Seen()
    for one in (first, second):
        both.add(one)
    assert both.unanswered == second.unanswered == len(second.times)
    assert both.figures()["messages"] == len(first.times) + len(second.times)
    assert both.figures()["rate"] < 110
