from __future__ import annotations

from pathlib import Path

import pytest

from latch.evaluation import comparison
from latch.evaluation.comparison import OURS, RASA_DEFAULT, Cut, TrainingError, keyword_menu, rasa_pipeline
from latch.evaluation.messages import read_messages


def test_the_compared_pipelines_exist() -> None:
    assert OURS.is_file()
    assert RASA_DEFAULT.is_file()


def test_every_system_is_asked_what_the_cut_can_answer(tmp_path: Path) -> None:
    cut = Cut.of(tmp_path, read_messages(), topics=12)
    assert len(cut.titles) == 12
    assert {message.topic for message in cut.messages} == set(cut.titles)
    row = keyword_menu(cut)
    assert row.topic["of"] == row.category["of"] == len(cut.messages)
    assert 0 < row.topic["share"] <= row.top_three["share"] <= 1


def test_messages_that_name_no_topic_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name their topic"):
        Cut.of(tmp_path, [], topics=3)


def test_what_rasa_says_of_a_training_that_fails_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rasa = tmp_path / "rasa"
    rasa.write_text("#!/bin/sh\necho there is no such recipe\nexit 1\n", encoding="utf-8")
    rasa.chmod(0o755)
    monkeypatch.setattr(comparison, "program", lambda name: str(rasa))
    cut = Cut.of(tmp_path / "cut", read_messages(), topics=3)
    with pytest.raises(TrainingError, match="there is no such recipe"):
        rasa_pipeline(OURS, cut)
