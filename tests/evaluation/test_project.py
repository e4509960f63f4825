from __future__ import annotations

from pathlib import Path

from latch.content.load import load
from latch.evaluation.project import copy_project


def test_a_cut_down_project_is_whole_in_itself(tmp_path: Path) -> None:
    names = copy_project(tmp_path, topics=12, examples=7)
    library = load(tmp_path / "data")
    assert set(library.topics) == set(names)
    assert len(names) == 12
    assert {len(topic.examples) for topic in library.topics.values()} == {7}
    assert (tmp_path / "config.yml").is_file()
    assert (tmp_path / "data" / "conversation" / "greet.yml").is_file()


def test_other_intents_can_be_left_out(tmp_path: Path) -> None:
    copy_project(tmp_path, topics=3, others=False)
    assert not (tmp_path / "data" / "conversation").exists()
