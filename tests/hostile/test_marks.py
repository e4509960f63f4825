"""No word that a person typed, and no name or id of theirs, is anywhere after hostile inputs, faults and forgetting."""

from __future__ import annotations

import base64
import itertools
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.channels.client import texts
from tests.channels.telegram_server import TelegramBot, telegram_bot
from tests.channels.telegram_stand_in import TelegramStandIn
from tests.faults.conftest import conversation, key
from tests.hostile.inputs import MARKERS, PERSON, inputs
from tests.hostile.written import holding, open_for_writing, written
from tests.postgres import Postgres, running_postgres

WORDS = (*MARKERS, PERSON, "zebq", "0871234567")
_CHATS = itertools.count(int(f"{PERSON}9000"))


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    """Return a PostgreSQL that logs every statement with its values."""
    with running_postgres() as started:
        started.run("ALTER ROLE latch SET log_statement = 'all'; ALTER ROLE latch SET log_min_duration_statement = 0")
        yield started


@pytest.fixture(scope="module")
def bot_on_postgres(model: Path, database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TelegramBot]:
    folder = tmp_path_factory.mktemp("marks")
    with (
        TelegramStandIn().running() as telegram,
        telegram_bot(folder, telegram, more={"LATCH_DATABASE_URL": database.url}) as started,
    ):
        yield started


@pytest.mark.parametrize("word", WORDS)
def test_the_search_finds_a_word_in_every_form(word: str) -> None:
    """Or it would find nothing where there is something."""
    text = f'{{"said": "my {word} is"}}'
    for form in (
        text.encode(),
        text.upper().encode(),
        text.encode("utf-16"),
        text.encode("utf-16-be"),
        text.encode().hex().encode(),
        *(base64.b64encode(b"x" * before + text.encode()) for before in range(3)),
        "".join(f"\\u{ord(letter):04X}" for letter in text).encode(),
    ):
        assert holding(word, [("a", b"\xff" + form + b"\0")]) == ["a"], form
    assert holding(word, [("a", b"my name is nobody's")]) == []


def test_nothing_of_hostile_inputs_is_left_with_sqlite(bot: TelegramBot) -> None:
    for one in inputs()[::3]:
        one.send(bot)
    assert rows(bot)
    found = list(written(bot))
    assert any(name.endswith(".sqlite3-wal") for name, _ in found)
    assert {word: names for word in WORDS if (names := holding(word, found))} == {}
    assert open_for_writing(bot) == set()


def test_nothing_of_hostile_inputs_and_faults_is_left_with_postgresql(
    bot_on_postgres: TelegramBot, database: Postgres
) -> None:
    bot = bot_on_postgres
    every = inputs()
    typed = [one for one in every if one.way == "typed"]
    for one in every:
        one.send(bot)
    database.stop()
    for one in typed[::8]:
        one.send(bot)
    database.start()
    database.freeze()
    try:
        for one in typed[1:30:8]:
            one.send(bot)
    finally:
        database.thaw()
    # A row that is no row of Latch's, which somebody else wrote.
    client = bot.server.client.open()
    assert texts(client.say("what is let down"))
    database.run(f"UPDATE conversations SET state = '{{\"broken' WHERE key = '{key(client)}'")
    for one in typed[2::8]:
        one.send(bot)
    assert texts(client.say("Zebedee, what is colostrum"))
    found = [*written(bot), ("postgresql", database.content())]
    assert b"INSERT INTO conversations" in found[-1][1], "its log tells all"
    assert {word: names for word in WORDS if (names := holding(word, found))} == {}
    assert conversation(client).encode() not in found[-1][1]
    assert open_for_writing(bot) == set()


def test_forgetting_on_either_channel_leaves_nothing_in_the_files_of_sqlite(bot: TelegramBot) -> None:
    client, chat = bot.server.client.open(), next(_CHATS)
    before = rows(bot)
    for text in ("what is let down", "we have twins"):
        assert texts(client.say(text))
        bot.ask(chat, text)
    made = rows(bot) - before
    assert key(client) in made
    assert len(made) == 2
    assert in_files(bot, made) == made
    assert client.post("forget", {}).status == 204
    bot.ask(chat, "/forget")
    assert in_files(bot, made) == set()


def test_forgetting_on_either_channel_leaves_no_row_in_postgresql(
    bot_on_postgres: TelegramBot, database: Postgres
) -> None:
    bot = bot_on_postgres
    client, chat = bot.server.client.open(), next(_CHATS)
    before = {one for (one,) in database.run("SELECT key FROM conversations")}
    assert texts(client.say("what is let down"))
    bot.ask(chat, "what is let down")
    made = {one for (one,) in database.run("SELECT key FROM conversations")} - before
    assert len(made) == 2
    assert client.post("forget", {}).status == 204
    bot.ask(chat, "/forget")
    assert made & {one for (one,) in database.run("SELECT key FROM conversations")} == set()


def test_nobody_else_can_read_what_the_server_writes(bot: TelegramBot) -> None:
    own = [path for path in bot.server.log.parent.rglob("*.sqlite3*") if path.is_file()]
    assert {path.name.partition(".")[0] for path in own} >= {"conversations", "telegram-seen"}
    assert {path.name for path in own if stat.S_IMODE(path.stat().st_mode) & 0o077} == set()


def test_a_crash_leaves_no_memory_in_a_file(bot: TelegramBot) -> None:
    limits = Path(f"/proc/{bot.server.worker()}/limits").read_text(encoding="ascii")
    (line,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert line.split()[4:6] == ["0", "0"]


def rows(bot: TelegramBot) -> set[str]:
    with closing(sqlite3.connect(bot.server.database)) as opened:
        return {one for (one,) in opened.execute("SELECT key FROM conversations")}


def in_files(bot: TelegramBot, keys: set[str]) -> set[str]:
    content = b"".join(path.read_bytes() for path in bot.server.log.parent.glob("*.sqlite3*"))
    return {one for one in keys if one.encode() in content}
