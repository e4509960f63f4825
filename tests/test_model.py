"""A model is the one that was trained, and answers, or it is not used."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from latch.assistant import Assistant, AssistantError
from latch.golden import SENDER, Golden
from latch.model import EXPECTED, checksum, verified, write_checksum
from latch.retention import KEEP_HOURS, lifetime


@pytest.fixture
def copied(model: Path, tmp_path: Path) -> Path:
    """Return a copy of the model with its checksum."""
    copy = tmp_path / "models" / "model.tar.gz"
    copy.parent.mkdir()
    copy.write_bytes(model.read_bytes())
    write_checksum(copy)
    return copy


def test_a_model_of_the_own_folder_with_its_checksum_is_used(copied: Path) -> None:
    assert verified(copied.parent, {}, own=copied.parent) == copied
    assert verified(copied, {EXPECTED: checksum(copied).upper()}, own=copied.parent) == copied
    with pytest.raises(AssistantError, match="not the expected one"):
        verified(copied, {EXPECTED: "0" * 64}, own=copied.parent)


def test_a_model_of_the_own_folder_without_a_checksum_is_refused(copied: Path) -> None:
    copied.with_name("model.tar.gz.sha256").unlink()
    with pytest.raises(AssistantError, match="has no checksum"):
        verified(copied, {}, own=copied.parent)


@pytest.mark.parametrize("way", ["another folder", "a link", "a path that climbs"])
def test_a_model_from_elsewhere_is_used_only_where_the_operator_names_its_checksum(copied: Path, way: str) -> None:
    """A checksum beside it proves nothing: whoever left the one there could leave the other."""
    own = copied.parent.with_name("own")
    own.mkdir()
    named = {"another folder": copied, "a link": own / copied.name, "a path that climbs": own / ".." / "models"}[way]
    if way == "a link":
        named.symlink_to(copied)
        write_checksum(named)
    with pytest.raises(AssistantError, match="lies outside"):
        verified(named, {}, own=own)
    assert verified(named, {EXPECTED: checksum(copied)}, own=own).resolve() == copied.resolve()


def test_the_trained_bot_answers_the_golden_questions_and_keeps_nothing_of_them(assistant: Assistant) -> None:
    golden = Golden()
    assert asyncio.run(golden.answered(assistant._agent))
    stored = assistant._agent.tracker_store._tracker_store.store
    assert [name for name in stored if name.startswith(SENDER)] == []


class Bot:
    """Says the same to everything, and counts how often it was asked."""

    def __init__(self, **metadata: Any) -> None:
        self.metadata, self.asked = metadata, 0
        self.tracker_store = SimpleNamespace(delete=self._delete)

    def is_ready(self) -> bool:
        return True

    async def handle_message(self, message: Any) -> None:
        self.asked += 1
        if self.metadata.get("fails"):
            raise ValueError(message.text)
        await message.output_channel.send_response(message.sender_id, {"metadata": self.metadata})

    async def _delete(self, _: str) -> None:
        raise ConnectionError


@pytest.mark.parametrize("metadata", [{}, {"kind": "topic", "topic": "colostrum"}, {"fails": True}])
def test_a_bot_that_has_learnt_nothing_is_not_ready(metadata: dict[str, Any]) -> None:
    assert not asyncio.run(Golden().answered(Bot(**metadata)))


def test_a_bot_that_is_not_loaded_is_not_ready() -> None:
    assert not asyncio.run(Golden().answered(None))


@pytest.mark.parametrize("value", ["0", "-1", "25", "x", "nan"])
def test_conversations_cannot_be_kept_longer_than_a_day(value: str) -> None:
    with pytest.raises(ValueError, match=KEEP_HOURS):
        lifetime({KEEP_HOURS: value})


def test_conversations_are_kept_a_day_or_less() -> None:
    assert lifetime({}).total_seconds() == 24 * 3600
    assert lifetime({KEEP_HOURS: "0.5"}).total_seconds() == 1800
