"""What is counted and measured for Prometheus: no text, no name, no id. docs/operations.md explains each.

A label takes its values from the code and the model alone, so that nobody who writes to Latch can add one.
"""

from __future__ import annotations

import builtins
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from prometheus_client import Counter, Gauge, Histogram, Info, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

MESSAGES = Counter("latch_messages_total", "Messages that people sent, by channel", ["channel"])
TURN_SECONDS = Histogram("latch_turn_seconds", "From the begin of a message's turn to its answer", buckets=_SECONDS)
STAGE_SECONDS = Histogram(
    "latch_stage_seconds", "What a message spends in a stage: see docs/operations.md", ["stage"], buckets=_SECONDS
)
IN_WORK = Gauge("latch_messages_in_work", "Messages that are being answered")
WAITING = Gauge("latch_messages_waiting", "Messages that wait for their turn")
LOOP_LAG = Histogram("latch_loop_lag_seconds", "How late the event loop does what is due", buckets=_SECONDS)
ANSWERS = Counter("latch_answers_total", "What was said, by its kind and topic", ["kind", "topic"])
DOUBTS = Counter("latch_doubts_total", "Messages that were not understood with confidence")
DANGERS = Counter("latch_dangers_total", "Messages that were answered with a danger reply, by urgency", ["urgency"])
REFUSED = Counter("latch_refused_total", "Messages that were told to wait: so many were in work already")
ERRORS = Counter("latch_errors_total", "Turns that failed, by the type of the error", ["type"])
MODEL = Info("latch_model", "The model that answers")

REQUESTS = Counter("latch_requests_total", "HTTP requests, by route, method and status", ["route", "method", "status"])
REQUEST_SECONDS = Histogram(
    "latch_request_seconds", "From the head of a request to its answer, by route", ["route"], buckets=_SECONDS
)
TELEGRAM_UPDATES = Counter(
    "latch_telegram_updates_total", "Updates from Telegram, by kind and what became of them", ["kind", "outcome"]
)
TELEGRAM_CALLS = Counter(
    "latch_telegram_calls_total", "Calls of the Bot API, each try, by method and outcome", ["method", "outcome"]
)
TELEGRAM_GIVEN_UP = Counter("latch_telegram_given_up_total", "Calls of the Bot API that were tried in vain")

STORE_ERRORS = Counter("latch_store_errors_total", "Requests that the database of conversations did not answer")
CORRUPT = Counter("latch_store_corrupt_total", "Stored conversations that could not be read")
AWAY = Gauge("latch_store_away", "1 while the database of conversations does not answer")
HELD = Gauge("latch_store_held", "Conversations that are held in memory until the database takes them")
LOST = Counter("latch_store_lost_total", "Conversations that were given up before the database took them")
EXPIRED_AT = Gauge("latch_expired_timestamp_seconds", "When what is too old was last deleted, by what", ["what"])
EXPIRED_AT.labels("conversations")

_spent: ContextVar[dict[str, float] | None] = ContextVar("latch_spent", default=None)


@contextmanager
def turn() -> Iterator[None]:
    """Measure what runs inside as one turn: its seconds, and those that it spends in each stage."""
    begun = time.perf_counter()
    spent: dict[str, float] = {}
    token = _spent.set(spent)
    try:
        with IN_WORK.track_inprogress():
            yield
    finally:
        _spent.reset(token)
        TURN_SECONDS.observe(time.perf_counter() - begun)
        for name, seconds in spent.items():
            STAGE_SECONDS.labels(name).observe(seconds)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Add what runs inside to a stage of the turn; outside a turn nothing is measured."""
    spent = _spent.get()
    begun = time.perf_counter()
    try:
        yield
    finally:
        if spent is not None:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - begun


@contextmanager
def waiting() -> Iterator[None]:
    """Measure what runs inside as a message's wait for its turn."""
    with WAITING.track_inprogress(), STAGE_SECONDS.labels("wait").time():
        yield


def error_type(error: BaseException) -> str:
    """Return the name of an error of Python's or Latch's own; of another, the library that it comes from."""
    kind = type(error)
    if getattr(builtins, kind.__name__, None) is kind or kind.__module__.startswith("latch."):
        return kind.__name__
    return kind.__module__.partition(".")[0]
