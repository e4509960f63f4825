"""Clients count what was answered, and what was not."""

from __future__ import annotations

import asyncio

import aiohttp

from latch.bench import clients


async def opens(_: aiohttp.ClientSession, __: str) -> clients.Say:
    async def say(text: str) -> bool:
        await asyncio.sleep(0.01)
        if text == "broken":
            raise aiohttp.ClientConnectionError
        return text != "silent"

    return say


def test_what_is_not_answered_is_counted_and_each_message_has_its_time() -> None:
    found = asyncio.run(clients.load("", opens, 3, 0.5, ["hello", "silent", "broken", "hello"]))
    assert found["messages"] > 30
    assert 0.4 < found["unanswered"] / found["messages"] < 0.6
    assert 10 <= found["p50"] <= found["p95"] <= found["p99"]


def test_more_clients_are_served_at_once() -> None:
    one, ten = (asyncio.run(clients.load("", opens, number, 0.5, ["hello"]))["rate"] for number in (1, 10))
    assert ten > 3 * one
