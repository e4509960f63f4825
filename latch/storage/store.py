"""ConversationStore: Rasa's tracker store, with little in it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from latch.channels.secret import secret
from latch.plan import FORGOTTEN
from latch.retention import KEEP_TEXT, keeps_text, lifetime
from latch.storage.database import table
from latch.storage.keys import Keys
from latch.storage.link import AwayError, Link
from latch.storage.state import State

logger = logging.getLogger(__name__)


class ConversationStore(TrackerStore):
    """Keeps one small row a conversation (latch/storage/state.py) in SQLite or PostgreSQL (latch/storage/tables.py).

    No method fails for what a sender, a row or the database does, `delete` aside. endpoints.yml names this class;
    `db` there is the SQLite file.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        db: str | Path | None = None,
        environment: Mapping[str, str] = os.environ,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker)
        try:
            self._keys = Keys(secret())
            self._link = Link(table(db, environment), lifetime(environment))
        except (ValueError, OSError) as error:
            raise RasaException(f"The store of conversations cannot start: {error}") from error
        self._keep_text = keeps_text(environment)
        if self._keep_text:
            logger.warning(
                "%s=1: WHAT PEOPLE TYPE IS WRITTEN TO THE DATABASE. Never set it where people ask.", KEEP_TEXT
            )

    @property
    def link(self) -> Link:
        """The way to the database."""
        return self._link

    def key(self, sender_id: str) -> str:
        """Return the keyed hash under which a conversation is stored."""
        return self._keys.of(sender_id)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation in the state in which its last turn left it; None where there is none."""
        state = await self._link.read(self.key(sender_id))
        if state is None:
            return None
        tracker = self.init_tracker(sender_id)
        state.fill(tracker)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the state of a conversation; with a turn that says that it is forgotten, delete it."""
        if not tracker.events:  # Rasa saves a tracker as soon as it has made it
            return
        await self.stream_events(tracker)
        if _is_forgotten(tracker):
            with suppress(AwayError):  # the link deletes it when the database answers
                await self.delete(tracker.sender_id)
        else:
            await self._link.write(self.key(tracker.sender_id), State.of(tracker, self._keep_text))

    async def delete(self, sender_id: str) -> None:
        """Delete all that is stored of a conversation.

        Raises:
            AwayError: when the database does not answer; it is deleted when it does.
        """
        await self._link.delete(self.key(sender_id))

    async def keys(self) -> Iterable[str]:
        """Return nothing: the names of conversations are not stored."""
        return ()

    def close(self) -> None:
        """Write what is held, and close the database."""
        self._link.close()


def _is_forgotten(tracker: DialogueStateTracker) -> bool:
    """Tell whether the last turn told the person that the conversation is forgotten."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return False
        if isinstance(event, ActionExecuted) and event.action_name == FORGOTTEN:
            return True
    return False
