"""A server starts whole, or ends with one line that says what is wrong."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from latch.model import EXPECTED, checksum, write_checksum
from latch.run import environment
from tests.faults.conftest import Serve
from tests.server import ROOT, SECRET, free_port

# What `latch serve` prints; all else is the worker's log.
FOR_A_PERSON = ("Starting the server", "Latch is ready")


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


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused(start("--port", str(taken.getsockname()[1])), f"127.0.0.1:{taken.getsockname()[1]} cannot be opened")


def test_a_server_that_is_started_and_stopped_says_so_in_json_and_leaves_no_error_behind(serve: Serve) -> None:
    with serve() as server:
        pass
    of_the_worker = [line for line in server.printed().splitlines() if not line.startswith(FOR_A_PERSON)]
    found = [json.loads(line) for line in of_the_worker]
    assert [line for line in found if line["level"] in ("error", "critical")] == []
    assert found[-1]["message"] == "Latch has stopped."


def test_what_people_type_is_kept_on_a_developers_own_machine_alone() -> None:
    refused(start("--host", "0.0.0.0", LATCH_KEEP_TEXT="1"), "LATCH_KEEP_TEXT")


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
