"""The real server while its database is away, frozen, full or corrupt: everybody is answered, and nothing is lost."""

from __future__ import annotations

import sqlite3
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.channels.client import Client, texts
from tests.faults.conftest import Serve, conversation, count, goes_on, in_danger, key, stored, url
from tests.postgres import Postgres, wait_until
from tests.server import Server

DATABASE_URL = "LATCH_DATABASE_URL"
MARKERS = ("Zebedee", "Quillfeather")


def logged(server: Server) -> list[str]:
    """Return what must not be in a log and is."""
    return [word for word in (*MARKERS, "web-", "twins", "let down") if word in server.printed()]


def test_sqlite_away_at_the_start_then_locked_then_corrupt_then_killed(serve: Serve, tmp_path: Path) -> None:
    """One server for all of them: each fault ends before the next."""
    # The file cannot be made; root may write anywhere, so a folder stands in its place.
    database = tmp_path / "conversations.sqlite3"
    database.mkdir()
    with serve() as server:
        client, other = server.client.open(), server.client.open()
        goes_on(client)
        assert in_danger(server.client.open())
        assert texts(other.say("what is let down"))
        forgotten = server.client.open()
        assert texts(forgotten.say("hello"))
        assert forgotten.post("forget", {}).status == 500, "something may be stored: that is owned up to"
        database.rmdir()
        wait_until(lambda: (count(client, url(server)), count(other, url(server))) == (2, 1))

        with closing(sqlite3.connect(server.database, isolation_level=None)) as locking:
            # Another process keeps the file for itself, as a backup might.
            locking.execute("BEGIN EXCLUSIVE")
            goes_on(client)
            assert in_danger(server.client.open())
            locking.execute("ROLLBACK")
        wait_until(lambda: count(client, url(server)) == 4)

        # This person begins anew, another goes on.
        with closing(sqlite3.connect(server.database)) as writing, writing:
            writing.execute("UPDATE conversations SET state = ? WHERE key = ?", ('{"Zebedee', key(client)))
        assert texts(client.say("tell me more"))
        assert other.say("tell me more").json["replies"][0]["topic"] == "let_down"

        server.kill()
        assert [count(one, url(server)) for one in (client, other)] == [1, 2]
        assert logged(server) == []


def test_postgresql_down_at_the_start_then_lost_then_frozen_then_killed_and_stopped(
    serve: Serve, own_postgres: Postgres
) -> None:
    own_postgres.stop()
    where = {DATABASE_URL: own_postgres.url}
    with serve(**where) as server:
        client = server.client.open()
        goes_on(client)
        assert in_danger(server.client.open())
        own_postgres.start()
        wait_until(lambda: count(client, own_postgres.url) == 2)

        # In mid-conversation, without a word.
        assert texts(client.say("my baby is 4 months old"))
        own_postgres.stop()
        goes_on(client)
        own_postgres.start()
        wait_until(lambda: count(client, own_postgres.url) == 5)
        state = stored(client, own_postgres.url)
        assert state is not None
        assert state.slots["baby_age"] == 4

        # It takes connections and answers nothing.
        own_postgres.freeze()
        try:
            goes_on(client)
            assert in_danger(server.client.open())
            assert server.client.request("GET", "/healthz").status == 200
        finally:
            own_postgres.thaw()
        wait_until(lambda: count(client, own_postgres.url) == 7)
        assert texts(client.say("what is let down"))
        server.kill()
        assert count(client, own_postgres.url) == 8
        assert logged(server) == []

    with serve(**where) as another, ThreadPoolExecutor(1) as pool:
        same = Client(another.client.url, client.token)
        assert same.say("tell me more").json["replies"][0]["topic"] == "let_down", "it goes on where it was"
        forgotten = another.client.open()
        assert texts(forgotten.say("what is let down"))
        assert forgotten.post("forget", {}).status == 204
        assert stored(forgotten, own_postgres.url) is None

        # The turn waits for the database while the server is told to stop.
        own_postgres.freeze()
        try:
            answer = pool.submit(same.say, "what is colostrum")
            wait_until(lambda: another.client.request("GET", "/healthz").status == 200)
            time.sleep(0.5)
            another.process.terminate()
            assert texts(answer.result(30)), "what is being answered when the server is stopped is answered"
        finally:
            own_postgres.thaw()
        assert another.process.wait(30) == 0
        assert logged(another) == []
    assert count(same, own_postgres.url) == 10, "what was held is written at the end"
    content = own_postgres.content()
    assert [word for word in (*MARKERS, conversation(client), "web-") if word.encode() in content] == []


@pytest.mark.parametrize("times", [10])
def test_ten_messages_of_one_person_at_once_are_each_answered_once(latch_server: Server, times: int) -> None:
    client = latch_server.client.open()
    ids = [str(uuid.uuid4()) for _ in range(times)]
    with ThreadPoolExecutor(times) as pool:
        answers = list(pool.map(lambda one: client.post("message", {"id": one, "text": "what is let down"}), ids))
    assert [answer.json["id"] for answer in answers] == ids
    assert all(texts(answer) for answer in answers)
    assert count(client, url(latch_server)) == times
    assert len({answer.json["replies"][0]["id"] for answer in answers}) == times


def test_a_message_sent_twice_at_once_is_one_turn(latch_server: Server) -> None:
    client = latch_server.client.open()
    one = {"id": str(uuid.uuid4()), "text": "what is let down"}
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda body: client.post("message", body).json, [one, one]))
    assert answers[0] == answers[1]
    assert count(client, url(latch_server)) == 1
