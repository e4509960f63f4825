"""What a bot does is counted without its text; what it could not answer is kept only on request."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from latch import metrics, unanswered
from latch.golden import SENDER
from latch.observed import observe
from latch.plan import DID_YOU_MEAN


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def bot(name: str, **metadata: Any) -> Any:
    """Return a bot that says one thing to everything, observed."""

    async def parse_message(message: Any) -> None:
        pass

    def predict(tracker: Any) -> None:
        pass

    async def generate(utter_action: str, *_: Any) -> dict[str, Any]:
        return {"metadata": metadata}

    async def handle_message(message: Any) -> None:
        await made.processor.parse_message(message)
        made.processor.predict_next_with_tracker_if_should(None)
        for said in (name, "utter_ask"):
            await made.nlg.generate(said, None, "web")
        if message.text == "fail":
            raise ValueError(message.text)

    made = SimpleNamespace(
        handle_message=handle_message,
        nlg=SimpleNamespace(generate=generate),
        processor=SimpleNamespace(parse_message=parse_message, predict_next_with_tracker_if_should=predict),
        model_name="model",
        model_id="id",
    )
    observe(made)
    return made


def say(made: Any, text: str, sender: str = "web-1") -> None:
    asyncio.run(made.handle_message(SimpleNamespace(text=text, sender_id=sender, input_channel="web")))


def test_messages_answers_and_errors_are_counted() -> None:
    made = bot("utter_let_down", kind="topic", topic="let_down")
    names = (
        ("latch_messages_total", {"channel": "web"}),
        ("latch_answers_total", {"kind": "topic", "topic": "let_down"}),
        ("latch_errors_total", {"type": "ValueError"}),
        ("latch_turn_seconds_count", {}),
        *(("latch_stage_seconds_count", {"stage": stage}) for stage in ("understand", "decide", "say")),
    )
    before = [value(name, **labels) for name, labels in names]
    say(made, "hello")
    with pytest.raises(ValueError, match="fail"):
        say(made, "fail")
    say(made, "what is let down", f"{SENDER}1")
    assert [value(name, **labels) - known for (name, labels), known in zip(names, before)] == [2, 4, 1, 2, 2, 2, 2]
    assert value("latch_messages_in_work") == 0


@pytest.mark.parametrize(
    ("name", "metadata", "switch", "kept"),
    [
        (DID_YOU_MEAN, {"kind": "doubt"}, "1", True),
        ("utter_outside_diet", {"kind": "outside"}, "1", True),
        ("utter_let_down", {"kind": "topic"}, "1", False),
        ("utter_danger_x", {"kind": "danger"}, "1", False),
        (DID_YOU_MEAN, {"kind": "doubt"}, "", False),
    ],
)
def test_unanswered_questions_are_kept_on_request(
    name: str, metadata: Any, switch: str, kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(unanswered.SWITCH, switch)
    monkeypatch.setenv(unanswered.DATABASE, str(tmp_path / "unanswered.sqlite3"))
    say(bot(name, **metadata), "my name is Zebedee, can I eat sushi")
    found = [question for _, question in unanswered.listed()]
    assert found == (["my name is [name], can I eat sushi"] if kept else [])


def test_a_question_that_cannot_be_kept_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(unanswered.SWITCH, "1")
    monkeypatch.setenv(unanswered.DATABASE, str(tmp_path))
    say(bot(DID_YOU_MEAN, kind="doubt"), "can I eat sushi")


@pytest.mark.parametrize(
    ("said", "metadata", "name", "labels"),
    [
        (DID_YOU_MEAN, {"kind": "doubt"}, "latch_doubts_total", {}),
        ("utter_nothing_near", {}, "latch_doubts_total", {}),
        ("utter_still_lost", {}, "latch_doubts_total", {}),
        ("utter_unreadable_no_words", {}, "latch_doubts_total", {}),
        ("utter_danger_x", {"kind": "danger", "urgency": "emergency"}, "latch_dangers_total", {"urgency": "emergency"}),
    ],
)
def test_a_message_that_gets_two_replies_is_counted_once(said: str, metadata: Any, name: str, labels: Any) -> None:
    before = value(name, **labels)
    say(bot(said, **metadata), "hello")
    assert value(name, **labels) == before + 1


def test_what_has_no_answer_is_counted_by_its_subject() -> None:
    counted = "latch_answers_total"
    before = value(counted, kind="outside", topic="outside_diet")
    say(bot("utter_outside_diet", kind="outside"), "can I eat sushi")
    assert value(counted, kind="outside", topic="outside_diet") == before + 1


def test_an_error_of_another_is_counted_by_its_library() -> None:
    from latch.channels.turns import NothingSaidError

    named = type("Zebedee", (Exception,), {"__module__": "sqlalchemy.exc"})
    assert metrics.error_type(named()) == "sqlalchemy"
    assert metrics.error_type(ValueError("Zebedee")) == "ValueError"
    assert metrics.error_type(NothingSaidError()) == "NothingSaidError"
