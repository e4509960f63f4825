"""The real server as a Telegram bot, with the stand-in beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.channels.client import Answer
from tests.channels.telegram_stand_in import TOKEN, TelegramStandIn, wait_until
from tests.server import Server, free_port, running

HOOK = "/webhooks/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True)
class TelegramBot:
    """A running server, and the Telegram that it talks to."""

    server: Server
    telegram: TelegramStandIn
    metrics: str  # the address of the page

    def bring(self, update: Any, secret: str | None = None) -> Answer:
        """Bring an update as Telegram does, once; by itself with the right secret."""
        given = self.telegram.webhook["secret_token"] if secret is None else secret
        headers = {"Content-Type": "application/json", **({SECRET_HEADER: given} if given else {})}
        content = update if isinstance(update, bytes) else json.dumps(update).encode()
        return self.server.client.request("POST", HOOK, content, headers)

    def ask(self, chat: int, text: str, **more: Any) -> list[str]:
        """Let a person say something; return what the chat shows when it is answered."""
        self.telegram.settled(self.telegram.says(chat, text, **more))
        return self.telegram.texts(chat)


def environment(telegram: TelegramStandIn, folder: Path, port: int) -> dict[str, str]:
    """Return what a server needs to be this bot, with its webhook at this port."""
    return {
        "LATCH_TELEGRAM_TOKEN": TOKEN,
        "LATCH_TELEGRAM_API": telegram.url,
        "LATCH_TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}{HOOK}",
        "LATCH_TELEGRAM_SEEN": str(folder / "telegram-seen.sqlite3"),
    }


@contextmanager
def telegram_bot(
    folder: Path, telegram: TelegramStandIn, port: int | None = None, more: Mapping[str, str] | None = None
) -> Iterator[TelegramBot]:
    """Yield the server, once Telegram knows its webhook. `more` comes to its environment.

    It is at its most talkative, and writes what it writes into `folder`.
    """
    port, metrics = port or free_port(), free_port()
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    talkative = {"LATCH_LOG_LEVEL": "debug", "LATCH_METRICS_PORT": str(metrics), "TMPDIR": str(temporary)}
    introduced = len(telegram.of("setMyCommands"))
    with running(folder, port, {**environment(telegram, folder, port), **talkative, **(more or {})}) as server:
        wait_until(lambda: len(telegram.of("setMyCommands")) > introduced)
        yield TelegramBot(server, telegram, f"http://127.0.0.1:{metrics}/metrics")
