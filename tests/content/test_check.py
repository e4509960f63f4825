"""The content check prints every fault with file and line, and says what is well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from latch.content import check
from latch.encoder import EncoderMissingError, SentenceEncoder
from latch.encoder.runtime import DEFAULT_FOLDER
from tests.content.sign import SIGN_FILE, with_sign

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a folder that holds the encoder alone, and no evaluation set."""
    try:
        SentenceEncoder.from_folder(ROOT / DEFAULT_FOLDER)
    except EncoderMissingError:
        pytest.skip("the encoder is not exported: run `make encoder`")
    work = tmp_path / "one" / "work"
    (work / DEFAULT_FOLDER.parent).mkdir(parents=True)
    (work / DEFAULT_FOLDER).symlink_to(ROOT / DEFAULT_FOLDER)
    monkeypatch.chdir(work)


def test_valid_content_passes(data: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["--data", str(data.folder)]) == 0
    assert "3 topics, 63 examples: nothing is wrong" in capsys.readouterr().out


def test_the_weakest_sentences_are_shown_to_a_reader(data: Any, capsys: pytest.CaptureFixture[str]) -> None:
    check.main(["--data", str(data.folder)])
    out = capsys.readouterr().out
    assert "says: A new baby feeds 8 to 12 times a day." in out
    assert f"{data.folder / data.often}:" in out


def test_content_that_cannot_be_read_fails_with_file_and_line(data: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path, line = data.spoil(data.made, "reviewed:", "reveiwed:")
    assert check.main(["--data", str(data.folder)]) == 1
    assert f"{path}:{line}: unknown key 'reveiwed'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("How is milk made?", "How milk is made", "a title is a question"),
        ("in small sacs.\n", "in 77 small sacs.\n", "the number 77 stands in no fact"),
        ("    - tell my sister where milk comes from\n", "    - hello\n", "the example stands also at"),
        ("Milk is made in the breast in small sacs.", "My old red car will not start on a cold day.", "closeness"),
        ("questions: [q-made]", "questions: [q-often]", "its question has danger signs"),
    ],
)
def test_every_kind_of_rule_is_asked(
    data: Any, capsys: pytest.CaptureFixture[str], old: str, new: str, reason: str
) -> None:
    data.spoil(data.made, old, new)
    assert check.main(["--data", str(data.folder)]) == 1
    out = capsys.readouterr().out
    assert reason in out
    assert "faults." in out


def test_only_one_subject_is_reported_where_it_is_asked_for(data: Any, capsys: pytest.CaptureFixture[str]) -> None:
    data.spoil(data.made, "reviewed:", "reveiwed:")
    assert check.main(["--data", str(data.folder), "--only", "milk"]) == 1
    assert "reveiwed" in capsys.readouterr().out
    assert check.main(["--data", str(data.folder), "--only", "sleep"]) == 0


def test_a_message_of_the_evaluation_set_is_found(data: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path("tests/questions")
    folder.mkdir(parents=True)
    (folder / "core.yml").write_text("- text: tell my sister where milk comes from\n", encoding="utf-8")
    assert check.main(["--data", str(data.folder)]) == 1
    assert "evaluation message" in capsys.readouterr().out


def test_without_an_encoder_one_line_says_which_command_makes_it(data: Any, capsys: pytest.CaptureFixture[str]) -> None:
    DEFAULT_FOLDER.unlink()
    assert check.main(["--data", str(data.folder)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "make encoder" in line


def test_the_rules_for_danger_signs_are_asked(data: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with_sign(data)
    assert check.main(["--data", str(data.folder)]) == 0
    path, line = data.spoil(SIGN_FILE, "<not> move", "<nobody> move")
    assert check.main(["--data", str(data.folder)]) == 1
    assert f"{path}:{line}: the pattern '<nobody> move': there is no group" in capsys.readouterr().out


def test_an_example_of_a_danger_sign_counts_among_all_examples(data: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with_sign(data)
    data.spoil(SIGN_FILE, "tell my sister what a limp baby has", "tell my sister where milk comes from")
    assert check.main(["--data", str(data.folder)]) == 1
    assert "the example stands also at" in capsys.readouterr().out
