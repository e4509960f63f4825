"""What is counted and measured for Prometheus: no text, no name, no id. docs/operations.md explains each."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, Info

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

MESSAGES = Counter("latch_messages_total", "Messages that people sent, by channel", ["channel"])
TURN_SECONDS = Histogram("latch_turn_seconds", "From a message to its answer", buckets=_SECONDS)
STAGE_SECONDS = Histogram(
    "latch_stage_seconds", "A stage of a turn: understand, say, store", ["stage"], buckets=_SECONDS
)
IN_WORK = Gauge("latch_messages_in_work", "Messages that are being answered")
ANSWERS = Counter("latch_answers_total", "What was said, by its kind and topic", ["kind", "topic"])
DOUBTS = Counter("latch_doubts_total", "Messages that were not understood with confidence")
DANGERS = Counter("latch_dangers_total", "Messages that were answered with a danger reply, by urgency", ["urgency"])
ERRORS = Counter("latch_errors_total", "Turns that failed, by the type of the error", ["type"])
MODEL = Info("latch_model", "The model that answers")

STORE_ERRORS = Counter("latch_store_errors_total", "Requests that the database of conversations did not answer")
CORRUPT = Counter("latch_store_corrupt_total", "Stored conversations that could not be read")
HELD = Gauge("latch_store_held", "Conversations that are held in memory until the database takes them")
EXPIRED_AT = Gauge("latch_store_expired_timestamp_seconds", "When conversations were last expired")
