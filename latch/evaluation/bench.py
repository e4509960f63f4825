"""`make bench`: what training, understanding and answering cost on this machine. Writes reports/bench.json."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from latch.assistant import DEFAULT_MODELS, Assistant, newest_model
from latch.encoder.cache import CACHE
from latch.evaluation.messages import HeldOut, read_messages
from latch.evaluation.project import copy_project
from latch.run import environment, program

REPORT = Path("reports/bench.json")
TOPIC_COUNT = 150
EXAMPLE_COUNT = 20
MESSAGES = 400
LINES = 1000


def main() -> int:
    """Run every measurement, print it as it comes, write the report; return the exit code."""
    messages = read_messages()
    figures: dict[str, Any] = {"machine": _machine()}
    print(f"{figures['machine']['cores']} cores, Python {figures['machine']['python']}")

    def note(name: str, measured: Callable[[], dict[str, float]]) -> None:
        figures[name] = {key: round(value, 2) for key, value in measured().items()}
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures[name].items()), flush=True)

    note("message", lambda: asyncio.run(_understanding(messages[:: max(1, len(messages) // MESSAGES)])))
    note("ask_1000_lines", lambda: _ask(messages))
    note("content_check", _check)
    note(f"training_{TOPIC_COUNT}_topics_{EXAMPLE_COUNT}_examples", _training)
    note("model", lambda: {"archive_mb": newest_model(DEFAULT_MODELS).stat().st_size / 1e6})
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(f"Written to {REPORT}.")
    return 0


def _machine() -> dict[str, Any]:
    return {"cores": len(os.sched_getaffinity(0)), "python": platform.python_version(), "system": platform.machine()}


async def _understanding(messages: list[HeldOut]) -> dict[str, float]:
    """Return the CPU of understanding a message and of a whole turn, in milliseconds, and memory in MB."""
    started = time.monotonic()
    assistant = Assistant.load()
    loaded = time.monotonic() - started
    for message in messages[:20]:
        await assistant.turn(message.text, "warm-up")
    understood, turned = [], []
    for number, message in enumerate(messages):
        begun = time.process_time()
        await assistant.understand(message.text)
        between = time.process_time()
        await assistant.turn(message.text, f"bench-{number}")
        understood.append(1000 * (between - begun))
        turned.append(1000 * (time.process_time() - between))
    return {
        "understand_cpu_ms_median": statistics.median(understood),
        "understand_cpu_ms_p95": statistics.quantiles(understood, n=20)[-1],
        "turn_cpu_ms_median": statistics.median(turned),
        "turn_cpu_ms_p95": statistics.quantiles(turned, n=20)[-1],
        "load_s": loaded,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _ask(messages: list[HeldOut]) -> dict[str, float]:
    lines = [messages[number % len(messages)].text for number in range(LINES)]
    return {"wall_s": _wall([program("latch"), "ask", "--json"], Path.cwd(), "\n".join(lines) + "\n")}


def _check() -> dict[str, float]:
    """Return the time of `latch check` with no vectors kept from an earlier run, and with them."""
    shutil.rmtree(CACHE, ignore_errors=True)
    command = [program("latch"), "check"]
    return {"first_wall_s": _wall(command, Path.cwd()), "again_wall_s": _wall(command, Path.cwd())}


def _training() -> dict[str, float]:
    """Return the time of `rasa train` from nothing on a cut-down copy of the project."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        copy_project(project, TOPIC_COUNT, EXAMPLE_COUNT)
        return {"wall_s": _wall([program("rasa"), "train", "--force"], project)}


def _wall(command: list[str], folder: Path, given: str = "") -> float:
    started = time.monotonic()
    subprocess.run(
        command, cwd=folder, env=environment(), input=given, text=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    return time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
