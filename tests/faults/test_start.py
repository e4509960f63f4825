"""A server starts whole, or ends with one line that says what is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from latch.model import EXPECTED, checksum, write_checksum
from latch.run import environment
from tests.server import ROOT, SECRET, free_port


def start(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a worker that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "latch.server", "--port", str(free_port()), *arguments],
        cwd=ROOT,
        env={**environment(), "LATCH_SECRET": SECRET, **more},
        capture_output=True,
        text=True,
        timeout=120,
    )


def refused(done: subprocess.CompletedProcess[str], words: str) -> None:
    printed = (done.stdout + done.stderr).strip()
    assert done.returncode == 1, printed
    assert words in printed
    assert len(printed.splitlines()) == 1, printed


@pytest.fixture
def copied(model: Path, tmp_path: Path) -> Path:
    """Return a copy of the model with its checksum, outside the project."""
    copy = tmp_path / "model.tar.gz"
    copy.write_bytes(model.read_bytes())
    write_checksum(copy)
    return copy


def test_a_missing_model(tmp_path: Path) -> None:
    refused(start("--model", str(tmp_path)), "There is no trained model")


def test_a_damaged_model(copied: Path, model: Path) -> None:
    with copied.open("r+b") as opened:
        opened.seek(1_000_000)
        opened.write(b"Zebedee")
    refused(start("--model", str(copied), **{EXPECTED: checksum(model)}), "is damaged or another one")


def test_a_model_that_is_not_the_expected_one(copied: Path) -> None:
    refused(start("--model", str(copied), **{EXPECTED: "0" * 64}), "is damaged or another one")


def test_a_model_from_elsewhere(copied: Path) -> None:
    refused(start("--model", str(copied)), "lies outside models")


def test_a_file_of_the_right_checksum_that_is_no_model(copied: Path) -> None:
    copied.write_bytes(b"Zebedee")
    refused(start("--model", str(copied), **{EXPECTED: checksum(copied)}), "is no model")


@pytest.mark.parametrize(
    ("name", "value"),
    [("LATCH_KEEP_HOURS", "48"), ("LATCH_LOG_LEVEL", "loud"), ("LATCH_METRICS_PORT", "x"), ("LATCH_SECRET", "short")],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    refused(start(**{name: value}), name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LATCH_SECRET", "change-me-change-me-change-me-change-me"),
        ("LATCH_SECRET", "0" * 64),
        ("LATCH_DATABASE_URL", "postgresql://latch:change-me@127.0.0.1/latch"),
        ("LATCH_TELEGRAM_TOKEN", "123456:change-me-change-me"),
    ],
)
def test_a_secret_that_is_an_example_is_named_and_not_repeated(name: str, value: str) -> None:
    done = start(**{name: value})
    refused(done, name)
    assert value not in done.stdout + done.stderr
    assert "example" in done.stdout + done.stderr


def test_a_wrong_database_is_named() -> None:
    refused(start(LATCH_DATABASE_URL="mysql://Zebedee"), "LATCH_DATABASE_URL")
