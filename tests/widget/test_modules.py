"""The widget's own tests of its modules, and its types: they run in Node, and are called from here."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.widget.stand_in import ROOT


@pytest.mark.parametrize("script", ["check", "test"])
def test_widget_passes_its_own(script: str) -> None:
    npm = shutil.which("npm")
    if not npm or not (ROOT / "widget" / "node_modules").is_dir():
        reason = "npm or the widget's packages are missing (make widget)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    run = subprocess.run([npm, "run", "--silent", script], cwd=ROOT / "widget", capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
