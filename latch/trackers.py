"""Deleting a conversation from where Rasa keeps it: Rasa's tracker stores have no way to."""

from __future__ import annotations

from typing import Any

from rasa.core.tracker_store import (
    AwaitableTrackerStore,
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    SQLTrackerStore,
)


class DeletionError(Exception):
    """The tracker store is of a kind from which Latch cannot delete."""


async def delete(store: Any, conversation: str) -> None:
    """Delete all that a store keeps of a conversation.

    A store of one's own does it in a method `delete(sender_id)`, a coroutine.

    Raises:
        DeletionError: when the store is of another kind.
    """
    if hasattr(store, "delete"):
        await store.delete(conversation)
    elif isinstance(store, FailSafeTrackerStore):
        await delete(store._tracker_store, conversation)
        # What it keeps in memory while the store is down.
        if store._fallback_tracker_store is not None:
            await delete(store._fallback_tracker_store, conversation)
    elif isinstance(store, AwaitableTrackerStore):
        await delete(store._tracker_store, conversation)
    elif isinstance(store, InMemoryTrackerStore):
        store.store.pop(conversation, None)
    elif isinstance(store, SQLTrackerStore):
        with store.session_scope() as session:
            session.query(store.SQLEvent).filter_by(sender_id=conversation).delete()
            session.commit()
    else:
        raise DeletionError(type(store).__name__)
