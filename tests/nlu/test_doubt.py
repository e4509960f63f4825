"""DoubtClassifier leaves a message without an intent where no subject, or no intent in it, is likely enough."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message

from latch.nlu.constants import SUBJECTS
from latch.nlu.doubt import DoubtClassifier
from latch.plan import FALLBACK

CONFIG = {**DoubtClassifier.get_default_config(), "threshold": 0.25, "subject_threshold": 0.5}


@pytest.fixture
def doubt(tmp_path: Path) -> DoubtClassifier:
    """Return the classifier as Rasa's graph builds it."""
    context = ExecutionContext(GraphSchema({}))
    return DoubtClassifier.create(CONFIG, LocalModelStorage(tmp_path), Resource("doubt"), context)


def _entry(name: str | None, confidence: float) -> dict[str, Any]:
    return {"name": name, "confidence": confidence}


def _left(doubt: DoubtClassifier, intents: list[float], subjects: list[float]) -> Message:
    ranking = [_entry(f"topic_{number}", confidence) for number, confidence in enumerate(intents)]
    found = {
        "text": "how is milk made",
        "intent": ranking[0] if ranking else _entry(None, 0.0),
        "intent_ranking": ranking,
        SUBJECTS: [_entry(f"subject_{number}", confidence) for number, confidence in enumerate(subjects)],
    }
    return doubt.process([Message(found)])[0]


def _intent(message: Message) -> str:
    return str(message.get("intent")["name"])


@pytest.mark.parametrize(
    ("intents", "subjects"),
    [([0.9, 0.1], [0.95, 0.05]), ([0.3, 0.29, 0.28], [0.9, 0.1]), ([0.25], [0.5])],
)
def test_a_likely_intent_of_a_likely_subject_is_kept(
    doubt: DoubtClassifier, intents: list[float], subjects: list[float]
) -> None:
    assert _intent(_left(doubt, intents, subjects)) == "topic_0"


def test_near_neighbours_in_one_subject_are_no_doubt(doubt: DoubtClassifier) -> None:
    """Rasa's own classifier would fall back where two intents are equally likely."""
    assert _intent(_left(doubt, [0.4, 0.4], [0.8, 0.1])) == "topic_0"


@pytest.mark.parametrize(
    ("intents", "subjects"),
    [([0.2, 0.19], [0.9, 0.1]), ([0.45, 0.4], [0.49, 0.45]), ([0.24], [0.49]), ([0.9], [])],
)
def test_without_a_likely_intent_or_subject_there_is_none(
    doubt: DoubtClassifier, intents: list[float], subjects: list[float]
) -> None:
    assert _intent(_left(doubt, intents, subjects)) == FALLBACK


@pytest.mark.parametrize(("confidence", "kept"), [(0.95, "forget"), (0.6, FALLBACK)])
def test_what_cannot_be_undone_is_done_where_it_is_certain(tmp_path: Path, confidence: float, kept: str) -> None:
    context = ExecutionContext(GraphSchema({}))
    config = {**CONFIG, "certain": {"forget": 0.9}}
    doubt = DoubtClassifier.create(config, LocalModelStorage(tmp_path), Resource("doubt"), context)
    intent = _entry("forget", confidence)
    found = {"text": "delete it", "intent": intent, "intent_ranking": [intent], SUBJECTS: [_entry("conversation", 1.0)]}
    assert _intent(doubt.process([Message(found)])[0]) == kept


def test_a_message_of_which_nothing_was_understood_has_none(doubt: DoubtClassifier) -> None:
    assert _intent(_left(doubt, [], [])) == FALLBACK


def test_what_was_likeliest_stays_in_the_ranking(doubt: DoubtClassifier) -> None:
    """From it, topics are offered."""
    message = _left(doubt, [0.2, 0.1], [0.4])
    ranking = [entry["name"] for entry in message.get("intent_ranking")]
    assert ranking == [FALLBACK, "topic_0", "topic_1"]
