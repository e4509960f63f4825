"""The real server while its disk is full: everybody is answered or told that it did not work, and nothing is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.channels.client import Client, texts
from tests.channels.telegram_server import telegram_bot
from tests.channels.telegram_stand_in import TelegramStandIn
from tests.faults.conftest import count, goes_on, in_danger, url
from tests.faults.processes import full_disk
from tests.postgres import wait_until

UNANSWERED = "how do I store expressed milk"
CHAT = 77


def rated(client: Client) -> int:
    """Ask something, say that it helped, and return the status."""
    (reply,) = client.say("what is let down").json["replies"]
    return client.post("feedback", {"reply": reply["id"], "helped": True}).status


def rows(database: Path, table: str) -> int:
    """Return how many rows a table has; none where it is about to be made."""
    with closing(sqlite3.connect(database)) as opened:
        if not opened.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
            return 0
        return int(opened.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_full_disk_and_one_that_has_room_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Conversations, feedback, unanswered questions and Telegram's updates, each with something in it before."""
    unanswered = tmp_path / "unanswered.sqlite3"
    monkeypatch.setenv("LATCH_UNANSWERED", "1")
    monkeypatch.setenv("LATCH_UNANSWERED_DB", str(unanswered))
    with TelegramStandIn().running() as telegram, telegram_bot(tmp_path, telegram) as bot:
        server = bot.server
        client = server.client.open()
        goes_on(client)
        assert rated(server.client.open()) == 204
        assert texts(client.say(UNANSWERED))
        assert len(bot.ask(CHAT, "what is let down")) == 1
        wait_until(lambda: rows(unanswered, "unanswered") == 1)

        with full_disk(server):
            goes_on(client)
            assert texts(client.say(UNANSWERED))
            assert in_danger(server.client.open())
            failed = server.client.open()
            assert rated(failed) == 500, "that it is not counted is owned up to"
            assert len(bot.ask(CHAT, "what is colostrum")) == 2
            assert len(bot.ask(CHAT, "my baby is not breathing")) == 3
            assert failed.post("forget", {}).status == 500
            assert server.client.request("GET", "/healthz").status == 200
            assert server.client.request("GET", "/readyz").status == 200
            assert count(client, url(server)) == 3, "it is held in memory"
        wait_until(lambda: count(client, url(server)) == 6)
        wait_until(lambda: count(failed, url(server)) == 0)
        assert rated(server.client.open()) == 204
        assert len(bot.ask(CHAT, "tell me more")) == 4
        server.kill()
    assert telegram.slips == []
    assert count(client, url(server)) == 6
    assert rows(server.feedback, "feedback") == 1
    assert rows(tmp_path / "telegram-seen.sqlite3", "seen") >= 2
    assert rows(unanswered, "unanswered") == 1
