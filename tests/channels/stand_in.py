"""A bot that does as its messages say, behind the real channel on Rasa's own server, in this process."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from rasa.core.channels.channel import UserMessage, register
from rasa.core.run import _create_app_without_api
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from sanic import Sanic
from sanic.touchup.service import TouchUp

from latch import responses
from latch.channels.admission import Admission
from latch.channels.pages import Pages
from latch.channels.web import WebChannel
from latch.channels.web.sessions import Sessions
from latch.channels.web.settings import Settings
from latch.strict_http import read_strictly
from tests.channels.client import Client

DAY = timedelta(hours=24)
SECRET = "a secret of the tests that is long enough to be one"
SECRET_WORDS = "Zebedee will not feed"
DANGER_WORDS = "he is not breathing"


def topic(name: str, title: str) -> dict[str, Any]:
    """Return a topic's response as the trained model holds it."""
    about = {"kind": "topic", "topic": name, "title": title, "category": "milk_production", "related": []}
    return {"text": f"About {name}.", "metadata": responses.packed(about)}


class Bot:
    """Stands in for Rasa's agent. A message of a known word does as it says; any other is echoed."""

    def __init__(self) -> None:
        greeting = {"text": "Hello.", "metadata": responses.packed({"kind": "conversation", "related": ["let_down"]})}
        found = {
            "utter_let_down": [topic("let_down", "What is let-down?")],
            "utter_colostrum": [topic("colostrum", "What is colostrum?")],
            "utter_greet": [greeting],
        }
        self.domain = SimpleNamespace(responses=found)
        self.tracker_store = InMemoryTrackerStore(Domain.empty())
        self.model_name = "stand-in.tar.gz"
        self.ready = True
        self.heard: list[UserMessage] = []
        self.failures = 0  # so many of the next messages fail
        self.delay = 0.0

    def is_ready(self) -> bool:
        return self.ready

    async def parse_message(self, text: str) -> dict[str, Any]:
        return {"text": text, **({"dangers": [{"sign": "baby_not_breathing"}]} if DANGER_WORDS in text else {})}

    async def handle_message(self, message: UserMessage) -> None:
        delay = self.delay if message.text != "quick" else 0
        await asyncio.sleep(delay)
        self.heard.append(message)
        if self.failures:
            self.failures -= 1
            raise ValueError(f"{message.text} of {message.sender_id}")
        tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
        tracker.update(UserUttered(message.text))
        await self.tracker_store.save(tracker)
        if message.text == "say nothing":
            return
        about = {"kind": "topic", "topic": "let_down", "title": "What is let-down?"}
        if "not breathing" in str(message.text):  # a golden question
            about = {"kind": "danger"}
        said = {"text": f"You said: {message.text}", "metadata": about, "buttons": []}
        await message.output_channel.send_response(message.sender_id, said)

    def texts(self) -> list[str]:
        return [str(message.text) for message in self.heard]


@contextmanager
def serving(
    bot: Bot,
    credentials: dict[str, Any] | None = None,
    cors: str | None = None,
    pages: Pages | None = None,
    admission: Admission | None = None,
) -> Iterator[Client]:
    """Run the channels for a bot; yield a client."""
    Sanic._app_registry.pop("rasa_core_no_api", None)
    read_strictly()
    app = _create_app_without_api(cors)
    app.ctx.agent = bot
    if admission:
        app.ctx.admission = admission
    web = WebChannel(Settings.read(credentials, {}), Sessions(SECRET, DAY))
    register([web, pages or Pages()], app, "/webhooks/")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    loop = asyncio.new_event_loop()
    started = threading.Event()

    async def serve() -> None:
        server = await app.create_server("127.0.0.1", port, return_asyncio_server=True, access_log=False)
        await server.startup()
        # Sanic writes some of its own methods anew at each start, which works once in a process.
        TouchUp._registry.clear()
        await server.before_start()
        await server.start_serving()
        started.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield Client(f"http://127.0.0.1:{port}")
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def stored(bot: Bot) -> dict[str, list[str]]:
    """Return what is kept of each conversation: what was said in it."""
    return {
        name: [event["text"] for event in json.loads(kept)["events"] if event["event"] == "user"]
        for name, kept in bot.tracker_store.store.items()
    }
