"""The stories in tests/conversations, told to the trained bot by Rasa's own test of stories.

Rasa keeps intent and entities of a message in such a test and drops what else was understood: the ranking, several
questions, why a text is unreadable. What depends on those is tested in tests/test_ask.py.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import yaml
from rasa.core.test import test as tell_stories

from latch.assistant import Assistant

FOLDER = Path(__file__).parent / "conversations"


@pytest.fixture(scope="module")
def told(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with what Rasa wrote of its test."""
    out = tmp_path_factory.mktemp("stories")
    asyncio.run(tell_stories(str(FOLDER), assistant._agent, out_directory=str(out), e2e=True, disable_plotting=True))
    return out


def test_every_story_goes_as_it_is_written(told: Path) -> None:
    failed = (told / "failed_test_stories.yml").read_text(encoding="utf-8")
    assert "story:" not in failed, failed


def test_every_story_was_told(told: Path) -> None:
    files = list(FOLDER.rglob("*.yml"))
    written = sum(len(yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]) for path in files)
    report = yaml.safe_load((told / "story_report.json").read_text(encoding="utf-8"))
    assert report["conversation_accuracy"]["total"] == written >= 15
    # Rasa looks for test stories by this name.
    assert all(path.name.startswith("test_") for path in files)
