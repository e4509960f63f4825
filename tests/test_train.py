from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from latch.evaluation.project import copy_project

ROOT = Path(__file__).parents[1]


def test_broken_content_stops_training_with_file_line_and_reason(tmp_path: Path) -> None:
    name = copy_project(tmp_path, topics=3)[0]
    (topic,) = (tmp_path / "data" / "topics").rglob(f"{name}.yml")
    text = topic.read_text(encoding="utf-8")
    topic.write_text(text.replace("  facts:\n", "  facts:\n  - no-such-fact\n", 1), encoding="utf-8")
    line = topic.read_text(encoding="utf-8").splitlines().index("  - no-such-fact") + 1
    done = subprocess.run(
        [sys.executable, "-m", "latch.train"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"{topic.relative_to(tmp_path)}:{line}: no article holds a fact 'no-such-fact'" in done.stderr
    assert "Traceback" not in done.stderr
