"""A conversation is deleted from where Rasa keeps it, and no other is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa.core.tracker_store import AwaitableTrackerStore, FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered

from latch.trackers import DeletionError, delete


def in_memory(folder: Path) -> Any:
    return InMemoryTrackerStore(Domain.empty())


def sqlite(folder: Path) -> Any:
    return SQLTrackerStore(Domain.empty(), dialect="sqlite", db=str(folder / "trackers.db"))


def fail_safe(folder: Path) -> Any:
    return FailSafeTrackerStore(AwaitableTrackerStore(sqlite(folder)))


@pytest.mark.parametrize("make", [in_memory, sqlite, fail_safe])
def test_one_conversation_is_deleted_and_another_is_not(tmp_path: Path, make: Any) -> None:
    async def test() -> None:
        store = make(tmp_path)
        for name in ("web-1", "web-2"):
            tracker = await store.get_or_create_tracker(name)
            tracker.update(UserUttered(f"of {name}"))
            await store.save(tracker)
        await delete(store, "web-1")
        await delete(store, "web-3")  # of which there is none
        assert await store.retrieve("web-1") is None
        kept = await store.retrieve("web-2")
        assert kept is not None
        assert kept.latest_message.text == "of web-2"

    asyncio.run(test())


def test_what_a_store_keeps_in_memory_while_it_is_down_is_deleted_too(tmp_path: Path) -> None:
    async def test() -> None:
        store = fail_safe(tmp_path)
        await store.fallback_tracker_store.get_or_create_tracker("web-1")
        await delete(store, "web-1")
        assert await store.fallback_tracker_store.retrieve("web-1") is None

    asyncio.run(test())


def test_a_store_of_ones_own_deletes_by_itself() -> None:
    class Store:
        deleted = ""

        async def delete(self, sender_id: str) -> None:
            self.deleted = sender_id

    store = Store()
    asyncio.run(delete(store, "web-1"))
    assert store.deleted == "web-1"


def test_a_store_that_cannot_delete_is_named() -> None:
    with pytest.raises(DeletionError, match="object"):
        asyncio.run(delete(object(), "web-1"))
