"""The first message of a conversation says once, on each channel, what Latch is, and what is kept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from latch import unanswered
from latch.channels.said import words
from latch.nlg import CAPTURE, SHELL, CuratedAnswers

TOPIC = "utter_let_down"
DANGER = "utter_danger_baby_not_breathing"
PARTS = "no doctor"


@pytest.fixture(scope="module")
def project(project_responses: dict[str, Any]) -> CuratedAnswers:
    return CuratedAnswers(domain=Domain.from_dict({"responses": project_responses}))


@pytest.fixture(autouse=True, params=["", "1"], ids=["kept nothing", "kept questions"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Tell whether the operator keeps unanswered questions."""
    monkeypatch.setenv(unanswered.SWITCH, request.param)
    return bool(request.param)


def shown(project: CuratedAnswers, channel: str, *names: str) -> list[str]:
    """Return what a person sees when these are said, the first of them in a new conversation."""
    tracker, seen = DialogueStateTracker.from_events("sender", [], []), []
    for name in names:
        message = asyncio.run(project.generate(name, tracker, channel))
        assert message is not None
        tracker.update(BotUttered(message["text"], metadata={"metadata": message["metadata"]}))
        # Rasa's shell shows the text, the channels of Latch what they make of its parts.
        seen.append(str(message["text"]) if channel == SHELL else words(message))
    return seen


@pytest.mark.parametrize("channel", ["web", "telegram", SHELL])
@pytest.mark.parametrize("first", [TOPIC, DANGER])
def test_it_is_said_once_and_with_the_first_message(
    project: CuratedAnswers, channel: str, first: str, kept: bool
) -> None:
    seen = [" ".join(text.split()) for text in shown(project, channel, first, TOPIC, DANGER)]
    assert [PARTS in text for text in seen] == [True, False, False]
    assert seen[0].count("I am Latch") == 1
    assert ("questions that I cannot answer are stored" if kept else "What you type is not stored") in seen[0]


@pytest.mark.parametrize("channel", ["web", "telegram", SHELL])
def test_in_danger_it_comes_behind_what_to_do(project: CuratedAnswers, channel: str) -> None:
    text = " ".join(shown(project, channel, DANGER)[0].split())
    assert 0 < text.index("ambulance") < text.index("I am Latch")


def test_latch_ask_says_it_never(project: CuratedAnswers) -> None:
    assert [text for text in shown(project, CAPTURE, TOPIC, DANGER) if PARTS in text] == []


def test_who_asks_what_is_kept_is_told_what_is_kept_here(project: CuratedAnswers, kept: bool) -> None:
    text = shown(project, "web", TOPIC, "utter_privacy")[1]
    assert "24 hours" in text
    assert "forget this conversation" in text
    assert ("kept for a few weeks" in text) is kept
