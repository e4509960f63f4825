"""Rasa's own commands keep working in the project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from latch.run import environment, program

ROOT = Path(__file__).parents[1]


def test_rasa_finds_nothing_to_warn_of_in_the_data(tmp_path: Path) -> None:
    """Warnings on, deprecations of libraries aside."""
    done = subprocess.run(
        [program("rasa"), "data", "validate"],
        cwd=ROOT,
        env={**environment(), "PYTHONWARNINGS": "ignore::DeprecationWarning"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    printed = done.stdout + done.stderr
    assert done.returncode == 0, printed
    assert [line for line in printed.splitlines() if "UserWarning" in line or "WARNING" in line] == []
    assert "No story structure conflicts found" in printed


def test_the_rasa_command_is_that_of_this_environment() -> None:
    assert Path(program("rasa")).parent == Path(sys.executable).parent
