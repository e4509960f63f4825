"""While the database is away conversations go on from memory, bounded, and are written when it is back."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from latch.storage import link as link_module
from latch.storage.link import AwayError, Link
from latch.storage.memory import Held, Memory
from latch.storage.sqlite import SqliteTable
from latch.storage.state import State
from latch.storage.tables import Row, Table
from tests.postgres import wait_until
from tests.storage.conftest import MakeTable

DAY = timedelta(hours=24)
STATE = State({"last_topic": "let_down"}, {"count": 1}, 1000.0)


def state(number: int) -> State:
    return State({"misses": number}, {"count": number}, 1000.0)


class Faulty:
    """A table whose database can be taken away, be made read-only, or stand still."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.away = self.read_only = False
        self.frozen = threading.Event()
        self.frozen.set()
        self.writes = 0

    def read(self, key: str) -> Row | None:
        self._check(self.away)
        return self.table.read(key)

    def write(self, rows: Sequence[Row]) -> None:
        self._check(self.away or self.read_only)
        self.writes += 1
        self.table.write(rows)

    def delete(self, keys: Iterable[str]) -> None:
        self._check(self.away or self.read_only)
        self.table.delete(keys)

    def expire(self, oldest: float, newest: float) -> int:
        self._check(self.away or self.read_only)
        return self.table.expire(oldest, newest)

    def close(self) -> None:
        self.table.close()

    def _check(self, fails: bool) -> None:
        self.frozen.wait()
        if fails:
            raise ConnectionError("Zebedee Quillfeather")


@contextmanager
def linked(table: Table, lifetime: timedelta = DAY, memory: Memory | None = None) -> Iterator[Link]:
    link = Link(table, lifetime, memory)
    try:
        yield link
    finally:
        link.close()


@pytest.fixture
def faulty(make_table: MakeTable) -> Faulty:
    return Faulty(make_table())


def read(link: Link, key: str) -> State | None:
    return asyncio.run(link.read(key))


def write(link: Link, key: str, state: State) -> None:
    asyncio.run(link.write(key, state))


def test_what_is_written_is_in_the_database_at_once(make_table: MakeTable) -> None:
    with linked(make_table()) as link:
        write(link, "a", STATE)
        row = make_table().read("a")
        assert row is not None
        assert State.read(row.state) == read(link, "a") == STATE
        assert link.memory.due == 0


def test_away_at_the_start_and_back_later(faulty: Faulty) -> None:
    faulty.away = True
    with linked(faulty) as link:
        write(link, "a", STATE)
        assert read(link, "a") == STATE
        assert link.away
        faulty.away = False
        wait_until(lambda: not link.away and link.memory.due == 0)
        assert faulty.table.read("a") is not None


def test_lost_and_back_in_mid_conversation(faulty: Faulty) -> None:
    with linked(faulty) as link:
        write(link, "a", state(1))
        faulty.away = True
        assert read(link, "a") == state(1), "the database cannot say, memory can"
        for number in range(2, 6):
            write(link, "a", state(number))
            assert read(link, "a") == state(number)
        faulty.away = False
        wait_until(lambda: link.memory.due == 0)
        assert read(link, "a") == state(5)
        row = faulty.table.read("a")
        assert row is not None
        assert State.read(row.state) == state(5)


def test_a_conversation_that_memory_does_not_know_keeps_what_the_database_knew(faulty: Faulty) -> None:
    faulty.table.write([Row("a", State({"country": "IE"}, {"count": 4}, 900.0).written(), time.time())])
    with linked(faulty) as link:
        faulty.away = True
        assert read(link, "a") is None
        write(link, "a", STATE)
        faulty.away = False
        wait_until(lambda: link.memory.due == 0)
        assert read(link, "a") == State({"country": "IE", "last_topic": "let_down"}, {"count": 5}, 1000.0)


def test_what_the_database_knew_is_added_once_where_two_tell_it_of_the_same_turn(faulty: Faulty) -> None:
    faulty.table.write([Row("a", State({}, {"count": 4}, 900.0).written(), time.time())])

    async def test(link: Link) -> None:
        faulty.frozen.clear()
        looking = asyncio.ensure_future(link.read("b"))
        await asyncio.sleep(2 * link_module.TICK)  # behind it the keeper waits for the database
        writing = asyncio.ensure_future(link.write("a", STATE))
        await asyncio.sleep(0)
        faulty.frozen.set()
        await asyncio.gather(looking, writing)

    with linked(faulty) as link:
        faulty.away = True
        assert read(link, "a") is None
        faulty.away = False
        wait_until(lambda: not link.away)
        asyncio.run(test(link))
        assert read(link, "a") == State({"last_topic": "let_down"}, {"count": 5}, 1000.0)


def test_read_only_as_with_a_full_disk(faulty: Faulty) -> None:
    with linked(faulty) as link:
        write(link, "a", state(1))
        faulty.read_only = True
        write(link, "a", state(2))
        write(link, "b", state(1))
        assert (read(link, "a"), read(link, "b")) == (state(2), state(1))
        faulty.read_only = False
        wait_until(lambda: link.memory.due == 0)
        assert (read(link, "a"), read(link, "b")) == (state(2), state(1))


def test_frozen_is_waited_for_once_and_not_for_long(faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "PATIENCE", 0.2)
    with linked(faulty) as link:
        write(link, "a", state(1))
        faulty.frozen.clear()
        assert read(link, "a") == state(1)
        for number in range(2, 100):  # the wait for each would be seconds
            write(link, "a", state(number))
            assert read(link, "a") == state(number)
        faulty.frozen.set()
        wait_until(lambda: link.memory.due == 0)
        assert read(link, "a") == state(99)


def test_the_event_loop_goes_on_while_the_database_is_frozen(faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "PATIENCE", 0.3)

    async def test(link: Link) -> int:
        ticks = 0
        reading = asyncio.ensure_future(link.read("a"))
        while not reading.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return ticks

    with linked(faulty) as link:
        faulty.frozen.clear()
        assert asyncio.run(test(link)) > 3
        faulty.frozen.set()


def lost() -> float:
    return REGISTRY.get_sample_value("latch_store_lost_total") or 0.0


def test_what_is_held_is_bounded_and_what_is_lost_is_counted(faulty: Faulty) -> None:
    faulty.away, before = True, lost()
    with linked(faulty, memory=Memory(most=10)) as link:
        for number in range(25):
            write(link, f"key-{number}", state(number))
        assert (len(link.memory), link.memory.due, lost() - before) == (10, 10, 15)
        assert read(link, "key-24") == state(24)
        assert read(link, "key-0") is None
        faulty.away = False


def test_what_the_database_has_is_given_up_before_what_it_lacks() -> None:
    memory, before = Memory(most=2), lost()
    for key in ("a", "b"):
        held = Held(STATE, 1.0)
        memory.put(key, held)
        if key == "b":
            memory.settle(key, held, STATE)
    memory.put("c", Held(STATE, 1.0))
    assert [memory.known(key) is not None for key in "abc"] == [True, False, True]
    assert lost() == before


def test_a_conversation_that_goes_on_while_it_is_written_is_written_again() -> None:
    memory = Memory()
    first, second = Held(state(1), 1.0), Held(state(2), 2.0)
    memory.put("a", first)
    memory.put("a", second)
    memory.settle("a", first, state(1))
    assert memory.lacking("a") is second


def test_a_deletion_while_the_database_is_away_is_owned_up_to_and_done_later(faulty: Faulty) -> None:
    with linked(faulty) as link:
        write(link, "a", STATE)
        faulty.away = True
        with pytest.raises(AwayError) as raised:
            asyncio.run(link.delete("a"))
        assert str(raised.value) == ""
        assert read(link, "a") is None
        faulty.away = False
        wait_until(lambda: link.memory.due == 0)
        assert faulty.table.read("a") is None


def test_what_is_said_after_a_deletion_knows_nothing_of_before(faulty: Faulty) -> None:
    with linked(faulty) as link:
        write(link, "a", State({"country": "IE"}, {}, 1000.0))
        faulty.away = True
        with pytest.raises(AwayError):
            asyncio.run(link.delete("a"))
        assert read(link, "a") is None
        write(link, "a", STATE)
        faulty.away = False
        wait_until(lambda: link.memory.due == 0)
        assert read(link, "a") == STATE


@pytest.mark.parametrize("corrupt", ["", "{", "Zebedee Quillfeather", '{"v":1,"slots":{"country":"Zebedee"}}'])
def test_a_corrupt_row_begins_anew_and_is_logged_without_its_words(
    make_table: MakeTable, corrupt: str, caplog: pytest.LogCaptureFixture
) -> None:
    with linked(make_table()) as link, caplog.at_level(logging.DEBUG):
        make_table().write([Row("a", corrupt, time.time())])
        assert read(link, "a") is None
        write(link, "a", STATE)
        assert read(link, "a") == STATE
    assert "cannot be read; it begins anew" in caplog.text
    assert "Zebedee" not in caplog.text


def test_old_conversations_and_those_of_a_wrong_clock_are_expired_at_the_start(make_table: MakeTable) -> None:
    now = time.time()
    ages = {"young": 0, "old": 25 * 3600, "future": -2 * 3600}
    make_table().write([Row(key, STATE.written(), now - age) for key, age in ages.items()])
    with linked(make_table()):
        wait_until(lambda: make_table().read("old") is None)
        assert [make_table().read(key) is None for key in ages] == [False, True, True]


def test_conversations_expire_while_the_server_runs(make_table: MakeTable) -> None:
    with linked(make_table(), timedelta(seconds=0.8)) as link:
        write(link, "a", STATE)
        table = make_table()
        wait_until(lambda: table.read("a") is None)
        assert link.memory.known("a") is None


def test_a_conversation_is_expired_on_the_minute_also_before_the_task_comes_round(make_table: MakeTable) -> None:
    with linked(make_table()) as link:
        write(link, "a", STATE)  # the first round of the task is over
        make_table().write([Row("a", STATE.written(), time.time() - DAY.total_seconds() - 1)])
        assert read(link, "a") is None


def test_what_is_held_is_written_at_the_end(faulty: Faulty, tmp_path: Path) -> None:
    with linked(faulty) as link:
        write(link, "z", STATE)
        faulty.read_only = True
        write(link, "a", STATE)
        faulty.read_only = False
    assert faulty.table.read("a") is not None


def test_a_fault_is_logged_once_and_without_its_words(faulty: Faulty, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), linked(faulty) as link:
        write(link, "a", STATE)
        faulty.away = True
        for number in range(20):
            write(link, "a", state(number))
        faulty.away = False
        wait_until(lambda: not link.away)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("latch.storage")]
    assert len([line for line in lines if "cannot be written" in line]) == 1
    assert any("works again" in line for line in lines)
    assert not [line for line in lines if "Zebedee" in line]


def test_a_file_that_is_no_database_does_not_stop_anybody(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite3"
    path.write_bytes(b"Zebedee Quillfeather" * 1000)
    with linked(SqliteTable(path)) as link:
        write(link, "a", STATE)
        assert read(link, "a") == STATE
        assert link.away
