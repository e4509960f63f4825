"""`python -m latch.evaluation`: what it says when it cannot run, and one run on a few messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from latch.assistant import Assistant
from latch.evaluation.__main__ import main


def test_an_unknown_form_ends_it_before_anything_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Assistant, "load", lambda model: pytest.fail("loaded"))
    (tmp_path / "a.yml").write_text("- {id: a9, text: one}\n", encoding="utf-8")
    assert main(["--messages", str(tmp_path)]) == 2
    assert "entry a9" in capsys.readouterr().err


def test_without_a_model_it_names_the_command_that_makes_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yml").write_text("- {id: a1, text: one, kind: far}\n", encoding="utf-8")
    assert main(["--messages", str(tmp_path), "--model", str(tmp_path)]) == 2
    assert "make train" in capsys.readouterr().err


def test_one_fold_is_no_cross_validation() -> None:
    with pytest.raises(SystemExit):
        main(["--cross-validation", "1"])


def test_a_run_writes_both_reports(
    tmp_path: Path,
    assistant: Assistant,
    model: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load: Callable[[Path], Assistant] = lambda path: assistant  # noqa: E731
    monkeypatch.setattr(Assistant, "load", load)
    (tmp_path / "a.yml").write_text(
        "- {id: a1, text: how is breast milk made, topic: how_milk_is_made, category: milk_production}\n"
        "- {id: a2, text: what time is it in tokyo, kind: far}\n"
        "- {id: a3, turns: [{user: how is breast milk made, expect: milk_production},"
        " {user: who says so, expect: meta_source}]}\n",
        encoding="utf-8",
    )
    reports = tmp_path / "reports"
    options = ["--messages", str(tmp_path), "--model", str(model), "--reports", str(reports)]
    assert main([*options, "--cross-validation", "0", "--benchmarks", str(tmp_path / "none")]) == 0
    said = capsys.readouterr()
    assert "right category in the first reply" in said.out
    assert "there is no folder" in said.err
    report = json.loads((reports / "evaluation.json").read_text(encoding="utf-8"))
    assert report["measures"]["core.topic"]["of"] == 1
    assert (reports / "evaluation.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
