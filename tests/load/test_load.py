"""The real server under load, for a short while: `python -m tests.load` does it for long and measures."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.load.bursts import bursts
from tests.load.kills import kills
from tests.load.overload import overload
from tests.load.steady import steady
from tests.postgres import Postgres
from tests.server import Server

KILLS = 1  # of each database


def test_whoever_asks_is_answered_and_what_is_stored_is_what_was_answered(latch_server: Server) -> None:
    found = asyncio.run(steady(latch_server, rate=10.0, seconds=4.0, people=20))
    assert (found["answered"], found["lost"], found["not_as_stored"]) == (40, 0, 0)


def test_bursts_of_five_are_answered_in_their_order_each_once(latch_server: Server) -> None:
    found = asyncio.run(bursts(latch_server, people=8, rounds=1))
    assert (found["answered"], found["out_of_order"], found["not_as_stored"]) == (40, 0, 0)


def test_of_three_times_the_load_the_excess_is_told_at_once_to_wait_and_the_rest_is_answered(
    latch_server: Server,
) -> None:
    found = asyncio.run(overload(latch_server, times=3.0, seconds=5.0, measured=2.0))
    assert (found["lost"], found["not_as_stored"]) == (0, 0), latch_server.printed()[-2_000:]
    assert found["answered"] + found["refused"] == found["sent"]
    assert found["refused"] > 0
    assert found["unanswered_later"] == 0


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_server_that_is_killed_loses_nothing_that_it_answered(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'conversations.sqlite3'}"
    if database == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.url
    found = kills(tmp_path, KILLS, url)
    assert found["answered"] > 0
    assert found["broken_off"] > 0
    assert (found["lost"], found["too_many"]) == (0, 0)
