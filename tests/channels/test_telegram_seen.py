"""An update is answered once: by one of several processes, and by another where the first did not live to do it."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from latch.channels.telegram.seen import KEPT_SECONDS, InWorkError, Reply, Seen, Taken

# As a version of Latch that kept no answers made it.
BEFORE = """
CREATE TABLE seen (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0,
    parts INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    since REAL NOT NULL
) WITHOUT ROWID
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "seen.sqlite3"


def test_an_answered_update_is_not_taken_again(path: Path) -> None:
    async def go() -> None:
        seen = Seen(path)
        assert await seen.take("a") == Taken()
        await seen.answered("a")
        assert await seen.take("a") is None
        await seen.close()
        assert await Seen(path).take("a") is None  # after a restart

    asyncio.run(go())


def test_an_update_whose_answer_failed_is_taken_again_with_what_was_done(path: Path) -> None:
    async def go() -> None:
        seen = Seen(path)
        await seen.take("a")
        await seen.sent("a", 2)
        await seen.release("a")
        assert await Seen(path).take("a") == Taken(parts=2, tries=1)

    asyncio.run(go())


def test_an_update_in_work_is_left_to_the_process_that_has_it(path: Path) -> None:
    async def go() -> None:
        one, other = Seen(path), Seen(path)
        await one.take("a")
        with pytest.raises(InWorkError):
            await other.take("a")
        assert await one.take("a") == Taken()
        await one.close()
        assert await other.take("a") == Taken()  # the one has gone

    asyncio.run(go())


def test_an_update_of_a_process_that_was_killed_is_taken_over(path: Path) -> None:
    script = (
        "import asyncio, sys, time; from pathlib import Path; from latch.channels.telegram.seen import Seen\n"
        "asyncio.run(Seen(Path(sys.argv[1])).take('a')); print('taken', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"taken\n"
    seen = Seen(path)
    with pytest.raises(InWorkError):
        asyncio.run(seen.take("a"))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert asyncio.run(seen.take("a")) == Taken()
    assert len(list(path.parent.glob("*.alive"))) == 1


def test_of_many_that_take_an_update_at_once_one_gets_it(path: Path) -> None:
    def take(seen: Seen) -> bool:
        try:
            return asyncio.run(seen.take("a")) is not None
        except InWorkError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, [Seen(path) for _ in range(24)])) == 1


def test_old_updates_are_dropped(path: Path) -> None:
    async def go() -> None:
        now = [1_000_000.0]
        seen = Seen(path, lambda: now[0])
        await seen.take("a")
        await seen.answered("a")
        await seen.close()
        now[0] += KEPT_SECONDS - 1
        another = Seen(path, lambda: now[0])
        await another.expire()
        assert await another.take("a") is None
        now[0] += 2
        await another.expire()
        await another.close()
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("SELECT count(*) FROM seen").fetchone() == (0,)

    asyncio.run(go())


def test_an_answer_is_found_again_after_a_restart_until_it_can_no_longer_be_changed(path: Path) -> None:
    async def go() -> None:
        now = [1_000_000.0]
        reply = Reply("a conversation", 5, 1, "a hash", (100, 101))
        seen = Seen(path, lambda: now[0])
        await seen.take("a")
        await seen.answered("a", reply)
        await seen.close()
        now[0] += KEPT_SECONDS - 1
        another = Seen(path, lambda: now[0])
        await another.expire()
        assert await another.reply("a conversation", 5) == reply
        assert await another.reply("a conversation", 6) is None
        assert await another.reply("another", 5) is None
        now[0] += 2
        await another.expire()
        assert await another.reply("a conversation", 5) is None
        await another.close()

    asyncio.run(go())


def test_a_later_answer_takes_the_place_of_an_earlier_one(path: Path) -> None:
    async def go() -> None:
        seen = Seen(path)
        for number, name in enumerate(("a", "b"), start=1):
            await seen.take(name)
            await seen.answered(name, Reply("a conversation", 5, number, "a hash", (number,)))
        found = await seen.reply("a conversation", 5)
        assert found is not None
        assert (found.at, found.messages) == (2, (2,))
        await seen.close()

    asyncio.run(go())


def test_a_file_of_an_earlier_version_takes_answers(path: Path) -> None:
    async def go() -> None:
        path.parent.mkdir()
        with closing(sqlite3.connect(path)) as database:
            database.execute(BEFORE)
            database.execute("INSERT INTO seen (id, owner, answered, since) VALUES ('a', '', 1, 9e9)")
            database.commit()
        seen = Seen(path)
        assert await seen.take("a") is None
        await seen.answered("a", Reply("a conversation", 5, 1, "a hash", (100,)))
        assert await seen.reply("a conversation", 5) is not None
        await seen.close()

    asyncio.run(go())


def test_a_file_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):  # noqa: PT011
        asyncio.run(Seen(tmp_path / "file" / "seen").take("a"))
