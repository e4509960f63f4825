"""ConversationStore under the trained bot: it follows as before, and a turn costs the same however long it is."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore, create_tracker_store
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.shared.exceptions import RasaException

from latch import trackers
from latch.assistant import Assistant
from latch.channels.capture import CaptureChannel
from latch.plan import FORGOTTEN
from latch.retention import KEEP_TEXT
from latch.storage.store import ConversationStore
from tests.server import SECRET

ROOT = Path(__file__).parents[2]
WORDS = ("Zebedee", "Quillfeather", "marker@example.org")
SENDERS = [
    "web-1",
    "",
    "a\ud800",
    "a\u0000b",
    "'; DROP TABLE conversations; --",
    "x" * 100_000,
    "日本語",
    "%s",
    "../../etc",
]


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATCH_SECRET", SECRET)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    made = ConversationStore(Domain.load(str(ROOT / "domain.yml")), db=tmp_path / "conversations.sqlite3")
    yield made
    made.close()


class Person:
    """Talks to the trained bot, whose conversations are in the store."""

    def __init__(self, assistant: Assistant, store: TrackerStore, name: str) -> None:
        self.agent, self.store, self.name = assistant._agent, store, name

    def say(self, text: str) -> list[dict[str, Any]]:
        said = CaptureChannel()
        asyncio.run(self.agent.handle_message(UserMessage(text, said, self.name)))
        return said.messages

    def texts(self, text: str) -> list[str]:
        return [message["text"] for message in self.say(text)]


@pytest.fixture
def person(assistant: Assistant, store: ConversationStore) -> Iterator[Person]:
    processor = assistant._agent.processor
    before = processor.tracker_store
    processor.tracker_store = FailSafeTrackerStore(store)  # as Rasa does
    processor.tracker_store.domain = processor.domain
    yield Person(assistant, store, "web-person")
    processor.tracker_store = before


@pytest.fixture
def in_memory(assistant: Assistant) -> Callable[[], Person]:
    """Return what makes a person whose conversation Rasa keeps whole, in memory."""
    return lambda: Person(assistant, assistant._agent.tracker_store, f"whole-{uuid.uuid4()}")


def rows(folder: Path) -> list[tuple[str, str, float]]:
    with closing(sqlite3.connect(folder / "conversations.sqlite3")) as database:
        return database.execute("SELECT key, state, changed FROM conversations").fetchall()


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


CONVERSATIONS = [
    ["what is let down", "tell me more", "tell me more", "where did you get that?", "shorter please", "thanks"],
    ["hi", "hi", "hi", "my baby is 4 months old", "we live in Ireland", "who can help me", "who can help me"],
    ["qwertz uiop", "asdf jkl", "yxcv bnm", "what is colostrum", "and how long does it last"],
    ["my baby is not breathing", "we are in New Zealand", "what is let down", "ok", "how is milk made", "thanks"],
    ["he has a fever of 39 and is 3 weeks old", "he is fine now", "what about twins", "we have twins", "tell me more"],
]


@pytest.mark.parametrize("texts", CONVERSATIONS, ids=lambda texts: texts[0])
def test_the_bot_says_what_it_says_with_the_whole_conversation_kept(
    person: Person, in_memory: Callable[[], Person], texts: list[str], assistant: Assistant
) -> None:
    with_little = [person.texts(text) for text in texts]
    processor = assistant._agent.processor
    processor.tracker_store, kept = assistant._agent.tracker_store, processor.tracker_store
    whole = in_memory()
    assert with_little == [whole.texts(text) for text in texts]
    processor.tracker_store = kept


def test_a_turn_reads_and_writes_the_same_at_turn_10_and_1000(person: Person, store: ConversationStore) -> None:
    """Counted with turns of the store alone: each as the processor makes it, with what it would replay."""
    counted = []

    async def turns() -> None:
        for number in range(1_000):
            tracker = await store.get_or_create_tracker("web-long", append_action_listen=False)
            before = len(tracker.events)
            tracker.update(UserUttered(f"{WORDS[0]} {number}"))
            tracker.update(ActionExecuted("utter_let_down"))
            said = {"count": number + 1, "said": f"{number:016x}", "form": "answer"}
            tracker.update(BotUttered("About let_down.", metadata={"metadata": said}))
            tracker.update(ActionExecuted("action_listen"))
            await store.save(tracker)
            found = await store.link.read(store.key("web-long"))
            assert found is not None
            counted.append((before, len(found.written())))

    asyncio.run(turns())
    assert counted[999][0] == counted[10][0] <= 15
    assert counted[999][1] <= counted[9][1] + 3  # the digits of the count


def test_a_long_conversation_leaves_one_row_and_few_events(person: Person, tmp_path: Path) -> None:
    for text in ("what is let down", "tell me more", "my baby is 4 months old") * 20:
        assert person.say(text)
    ((_, state, _),) = rows(tmp_path)
    assert len(state) < 400
    tracker = asyncio.run(person.store.retrieve(person.name))
    assert tracker is not None
    assert len(tracker.events) < 15


def test_no_typed_word_and_no_name_of_a_conversation_is_in_the_files(person: Person, tmp_path: Path) -> None:
    person.name = "web-Zebedee"
    for text in (
        "my name is Zebedee Quillfeather, my baby is 4 months old and my mail is marker@example.org",
        "/greet" + json.dumps({"country": "Zebedee", "babies": "Quillfeather", "baby_age": "marker@example.org"}),
        "/Zebedee",
        '/inform{"last_topic": "Zebedee"}',
        "Zebedee " * 500,
        "is Quillfeather not breathing",
        "\x00Zebedee\ud800",
    ):
        person.say(text)
        found = files(tmp_path)
        assert [word for word in (*WORDS, "web-") if word.encode() in found] == []
    assert rows(tmp_path)


def test_forgetting_leaves_nothing_of_a_conversation_in_the_files(person: Person, tmp_path: Path) -> None:
    key = person.store.key(person.name)  # type: ignore[attr-defined]
    for text in ("what is let down", "we live in Ireland", "we have twins"):
        person.say(text)
    assert key.encode() in files(tmp_path)
    asyncio.run(trackers.delete(person.agent.processor.tracker_store, person.name))
    found = files(tmp_path)
    assert [word for word in (key, "let_down", "twins", "IE") if word.encode() in found] == []
    assert person.say("tell me more")


def test_a_turn_that_says_that_it_is_forgotten_deletes_the_conversation(
    store: ConversationStore, tmp_path: Path
) -> None:
    async def turn(action: str) -> None:
        tracker = await store.get_or_create_tracker("web-1", append_action_listen=False)
        for event in (UserUttered("x"), ActionExecuted(action), BotUttered("y"), ActionExecuted("action_listen")):
            tracker.update(event)
        await store.save(tracker)

    asyncio.run(turn("utter_let_down"))
    assert len(rows(tmp_path)) == 1
    asyncio.run(turn(FORGOTTEN))
    assert rows(tmp_path) == []
    assert store.key("web-1").encode() not in files(tmp_path)
    asyncio.run(turn("utter_let_down"))
    assert len(rows(tmp_path)) == 1


@pytest.mark.parametrize("sender", SENDERS, ids=range(len(SENDERS)))
def test_no_sender_is_too_strange(store: ConversationStore, sender: str) -> None:
    async def test() -> Any:
        tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
        tracker.update(UserUttered("hi"))
        await store.save(tracker)
        return await store.retrieve(sender)

    tracker = asyncio.run(test())
    assert (tracker.sender_id, len(store.key(sender))) == (sender, 40)


def test_ids_are_hashes_with_the_secret(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert store.key("web-1") == store.key("web-1") != store.key("web-2")
    monkeypatch.setenv("LATCH_SECRET", "another secret of the tests that is long enough")
    other = ConversationStore(None, db=tmp_path / "other.sqlite3")
    assert other.key("web-1") != store.key("web-1")
    other.close()


def test_a_conversation_of_which_nothing_was_said_is_not_written(store: ConversationStore, tmp_path: Path) -> None:
    asyncio.run(store.get_or_create_tracker("web-1", append_action_listen=False))
    assert rows(tmp_path) == []
    assert list(asyncio.run(store.keys())) == []


def test_the_switch_for_debugging_is_loud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(KEEP_TEXT, "1")
    store = ConversationStore(Domain.empty(), db=tmp_path / "conversations.sqlite3")

    async def test() -> None:
        tracker = await store.get_or_create_tracker("web-1", append_action_listen=False)
        tracker.update(UserUttered("Zebedee"))
        await store.save(tracker)

    asyncio.run(test())
    store.close()
    assert "WHAT PEOPLE TYPE IS WRITTEN" in caplog.text
    assert b"Zebedee" in files(tmp_path)


def test_endpoints_yml_names_the_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LATCH_DATABASE_URL", f"sqlite:///{tmp_path}/conversations.sqlite3")
    made = create_tracker_store(AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml")).tracker_store)
    assert isinstance(made, ConversationStore)
    made.close()


@pytest.mark.parametrize(
    ("name", "value"), [("LATCH_SECRET", "short"), ("LATCH_KEEP_HOURS", "25"), ("LATCH_DATABASE_URL", "mysql://a")]
)
def test_a_wrong_setting_stops_the_start_and_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, tmp_path: Path
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(RasaException, match=name):
        ConversationStore(Domain.empty(), db=tmp_path / "conversations.sqlite3")
