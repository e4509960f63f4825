"""Link: the way to the database. It waits for nothing for long, and holds in memory what cannot be written now."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from latch import metrics
from latch.storage.memory import Held, Memory
from latch.storage.state import CorruptStateError, State
from latch.storage.tables import Row, Table

logger = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds for one request to the database, queue included
TICK = 0.25  # seconds between two looks whether something is to be written
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds between two tries to reach a database that is away
BATCH = 200
# A conversation of the future is one that a wrong clock wrote: it would outlive its time.
AHEAD = timedelta(hours=1)
EXPIRE_EVERY = timedelta(minutes=10)

Result = TypeVar("Result")


class AwayError(Exception):
    """The database could not be told to delete; it will be, as soon as it answers."""


class _Breaker:
    """Knows whether a database answers, and when to try again where it does not."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._pause = 0.0
        self._until = 0.0
        self.away = False

    def due(self) -> bool:
        """Tell whether it is time to try again."""
        return self.away and time.monotonic() >= self._until

    def failed(self, error: BaseException) -> None:
        if not self.away:
            # An error's words may hold what was to be stored.
            logger.error("The database of conversations %s: %s.", self._what, type(error).__name__)
        self.away = True
        self._pause = min(self._pause * 2 or FIRST_PAUSE, LONGEST_PAUSE)
        self._until = time.monotonic() + self._pause
        metrics.STORE_ERRORS.inc()

    def worked(self) -> None:
        if self.away:
            logger.warning("The database of conversations works again.")
        self.away = False
        self._pause = 0.0


class Link:
    """Reads, writes and deletes states by key. All that touches the database runs in one thread of its own."""

    def __init__(self, table: Table, lifetime: timedelta, memory: Memory | None = None) -> None:
        self._table = table
        self._lifetime = lifetime.total_seconds()
        self.memory = Memory() if memory is None else memory
        self._reads = _Breaker("cannot be read; known conversations go on from memory")
        self._writes = _Breaker("cannot be written; conversations are held in memory")
        self._blind: set[str] = set()
        self._expired_at: float | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="latch-storage")
        self._stop = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="latch-storage-keeper", daemon=True)
        self._keeper.start()

    @property
    def away(self) -> bool:
        """Tell whether the database cannot be read or written at the moment."""
        return self._reads.away or self._writes.away

    async def read(self, key: str) -> State | None:
        """Return the state of a conversation, None where there is none; from memory while the database is away."""
        lacking = self.memory.lacking(key)
        if lacking is not None:
            return self._fresh(lacking)
        if not self._reads.away:
            try:
                row = await self._ask(lambda: self._table.read(key))
            except Exception as error:
                self._lost(error)
            else:
                return self._state(row)
        known = self.memory.known(key)
        if known is None:
            if len(self._blind) > BATCH * 100:
                self._blind.clear()
            self._blind.add(key)
            return None
        return self._fresh(known)

    async def write(self, key: str, state: State) -> None:
        """Store a state; it is held in memory while the database is away."""
        before = self.memory.lacking(key)
        blind = key in self._blind or (before is not None and before.blind)
        self._blind.discard(key)
        held = Held(state, time.time(), blind)
        self.memory.put(key, held)
        if self._writes.away:
            return
        try:
            await self._ask(lambda: self._tell(key, held))
        except Exception as error:
            self._writes.failed(error)

    async def delete(self, key: str) -> None:
        """Delete a state.

        Raises:
            AwayError: when the database does not answer; it is deleted when it does.
        """
        held = Held(None, time.time())
        self.memory.put(key, held)
        try:
            await self._ask(lambda: self._tell(key, held))
        except Exception as error:
            self._writes.failed(error)
            raise AwayError from None

    def close(self) -> None:
        """Write what is held, as far as the database takes it, and close it."""
        self._stop.set()
        self._keeper.join(PATIENCE)
        self._pool.submit(self._finish)
        self._pool.shutdown(wait=True)

    async def _ask(self, work: Callable[[], Result]) -> Result:
        answer: Future[Result] = self._pool.submit(work)
        with metrics.stage("store"):
            return await asyncio.wait_for(asyncio.wrap_future(answer), PATIENCE)

    def _tell(self, key: str, held: Held) -> None:
        """Tell the database of what is held, unless it has been told or the conversation has gone on; in its thread."""
        if self.memory.lacking(key) is not held:
            return
        state = held.state
        if state is None:
            self._table.delete([key])
        else:
            if held.blind:
                before = self._state(self._table.read(key))
                state = state.over(before) if before else state
            self._table.write([Row(key, state.written(), held.changed)])
        self.memory.settle(key, held, state)

    def _state(self, row: Row | None) -> State | None:
        if row is None or not self._is_fresh(row.changed):
            return None
        try:
            return State.read(row.state)
        except CorruptStateError:
            metrics.CORRUPT.inc()
            logger.warning("A stored conversation cannot be read; it begins anew.")
            return None

    def _fresh(self, held: Held) -> State | None:
        return held.state if self._is_fresh(held.changed) else None

    def _is_fresh(self, changed: float) -> bool:
        now = time.time()
        return now - self._lifetime <= changed <= now + AHEAD.total_seconds()

    def _lost(self, error: BaseException) -> None:
        self._reads.failed(error)
        self._writes.failed(error)

    def _keep(self) -> None:
        """Expire conversations, and bring a database that is back up to date."""
        while True:
            try:
                self._pool.submit(self._round).result()
            except RuntimeError:  # closed
                return
            metrics.HELD.set(self.memory.due)
            metrics.AWAY.set(self.away)
            if self._stop.wait(TICK):
                return

    def _round(self) -> None:
        self._expire()
        if self._reads.due():
            self._try(self._reads, lambda: self._table.read(""))
        if not self._reads.away and (self._writes.due() or (self.memory.due and not self._writes.away)):
            self._try(self._writes, self._tell_all)

    def _expire(self) -> None:
        every = min(EXPIRE_EVERY.total_seconds(), self._lifetime / 4)
        now = time.monotonic()
        if self._expired_at is not None and now < self._expired_at + every:
            return
        self._expired_at = now
        oldest = time.time() - self._lifetime
        self.memory.expire(oldest)
        try:
            gone = self._table.expire(oldest, time.time() + AHEAD.total_seconds())
        except Exception as error:
            self._lost(error)
            self._expired_at = now - every + LONGEST_PAUSE  # again soon
        else:
            metrics.EXPIRED_AT.labels("conversations").set_to_current_time()
            if gone:
                logger.info("%d conversations have expired.", gone)

    def _tell_all(self) -> None:
        waiting = self.memory.waiting(BATCH)
        for key, held in waiting:
            self._tell(key, held)
        if not waiting:
            self._table.write([])

    def _try(self, breaker: _Breaker, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:
            breaker.failed(error)
        else:
            breaker.worked()

    def _finish(self) -> None:
        until = time.monotonic() + PATIENCE
        while self.memory.due and time.monotonic() < until:
            try:
                self._tell_all()
            except Exception as error:
                self._writes.failed(error)
                time.sleep(TICK)
        if self.memory.due:
            metrics.LOST.inc(self.memory.due)
            logger.error("%d conversations could not be written.", self.memory.due)
        self._table.close()
