"""State: the little of a conversation that its next turn needs, and nothing that a person typed.

Rasa keeps every event of a conversation and replays all of them on each turn. What the policy, the NLG and the pipeline
look at is a handful of slots, what was said last, and when.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from latch.responses import COUNT, FORM, FORMS, LEAD, SAID

_VERSION = 1
_LARGEST = 20_000  # characters; with texts kept for debugging it may be some thousand
_KEPT_TEXTS = 20

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{16}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_MONTHS = 12 * 20

# Slots that are made anew on each turn, or that only a session's start needs.
NOT_KEPT = ("plan", "session_started_metadata", "requested_slot")


class CorruptStateError(Exception):
    """A stored state is none."""


def _is_one_of(*allowed: str) -> Callable[[Any], bool]:
    return lambda value: value in allowed


def _is_number(value: Any, most: float) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and 0 <= value <= most


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_warned(value: Any) -> bool:
    named = _matches(_IDENTIFIER)
    if not isinstance(value, (list, tuple)) or len(value) != 3:
        return False
    return named(value[0]) and named(value[1]) and _is_number(value[2], 1_000)


# The slots that are kept, each with the form that its values have. A value of another form may hold what a person typed
# (an entity can be sent as text: /greet{"country": "..."}), and is not kept.
KEPT: Mapping[str, Callable[[Any], bool]] = {
    "baby_age": lambda value: _is_number(value, _MONTHS),
    "baby_age_group": _is_one_of("newborn", "under_6_months", "from_6_months", "toddler"),
    "babies": _is_one_of("one", "twins", "triplets"),
    "country": _matches(_COUNTRY),
    "last_topic": _matches(_IDENTIFIER),
    "misses": lambda value: _is_number(value, 1_000_000),
    "warned": _is_warned,
}
_SAID_FORMS: Mapping[str, Callable[[Any], bool]] = {
    COUNT: lambda value: _is_number(value, 1_000_000_000),
    SAID: _matches(_DIGEST),
    LEAD: lambda value: _is_number(value, 100),
    FORM: _is_one_of(*FORMS),
}


@dataclass(frozen=True)
class State:
    """Slots, what is known of the message that was said last, and when the person's last message came.

    `typed` is empty unless texts are kept for debugging.
    """

    slots: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    heard: float = 0.0  # seconds since 1970
    typed: tuple[str, ...] = ()

    @classmethod
    def of(cls, tracker: DialogueStateTracker, keep_text: bool = False) -> State:
        """Return the state of a tracker; of its text only with `keep_text`."""
        values = {name: slot.value for name, slot in tracker.slots.items() if name in KEPT}
        last = next((event for event in reversed(tracker.events) if isinstance(event, BotUttered)), None)
        about = ((last.metadata or {}).get("metadata") or {}) if last else {}
        message = tracker.get_last_event_for(UserUttered)
        return cls(
            slots={name: value for name, value in values.items() if value is not None and KEPT[name](value)},
            said={name: about[name] for name, fits in _SAID_FORMS.items() if name in about and fits(about[name])},
            heard=round(float(message.timestamp), 3) if message else 0.0,
            typed=tuple(_typed(tracker))[-_KEPT_TEXTS:] if keep_text else (),
        )

    @classmethod
    def read(cls, written: str) -> State:
        """Return the state that was written.

        Raises:
            CorruptStateError: when it is none, without a word of what stands there.
        """
        try:
            if len(written) > _LARGEST:
                raise CorruptStateError
            found = json.loads(written)
            if found["v"] != _VERSION:
                raise CorruptStateError
            state = cls(dict(found["slots"]), dict(found["said"]), float(found["heard"]), tuple(found.get("typed", ())))
            forms = [(state.slots, KEPT), (state.said, _SAID_FORMS)]
            sound = all(name in form and form[name](value) for part, form in forms for name, value in part.items())
        except CorruptStateError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise CorruptStateError from None
        if not sound or not math.isfinite(state.heard):
            raise CorruptStateError
        return state

    def written(self) -> str:
        """Return the state as it is stored."""
        found: dict[str, Any] = {"v": _VERSION, "slots": self.slots, "said": self.said, "heard": self.heard}
        if self.typed:
            found["typed"] = self.typed
        return json.dumps(found, separators=(",", ":"))

    def over(self, before: State) -> State:
        """Return this state with what one before it knew in addition: this one began without it."""
        said = {**before.said, **self.said}
        said[COUNT] = before.said.get(COUNT, 0) + self.said.get(COUNT, 0)
        return replace(self, slots={**before.slots, **self.slots}, said=said)

    def fill(self, tracker: DialogueStateTracker) -> None:
        """Bring an empty tracker into this state: as few events as Rasa needs, so that replaying them costs little."""
        for event in self._events(tracker):
            event.timestamp = self.heard
            tracker.update(event)

    def _events(self, tracker: DialogueStateTracker) -> Iterator[Event]:
        yield ActionExecuted(ACTION_SESSION_START_NAME)
        yield SessionStarted()
        yield ActionExecuted(ACTION_LISTEN_NAME)
        yield UserUttered(self.typed[-1] if self.typed else None)  # its time ends the session
        for name, value in self.slots.items():
            if name in tracker.slots:  # a newer model may have others
                yield SlotSet(name, list(value) if isinstance(value, list) else value)
        if self.said:
            yield BotUttered(metadata={"metadata": dict(self.said)})
        yield ActionExecuted(ACTION_LISTEN_NAME)


def _typed(tracker: DialogueStateTracker) -> Iterator[str]:
    for event in tracker.events:
        if isinstance(event, UserUttered) and event.text:
            yield event.text
