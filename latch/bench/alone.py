"""What Latch costs alone: understanding in process, a thousand lines, the content check, training."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from latch.assistant import DEFAULT_MODELS, Assistant, newest_model
from latch.encoder.cache import CACHE
from latch.evaluation.project import copy_project
from latch.run import environment, program

TOPIC_COUNT = 150
EXAMPLE_COUNT = 20
MESSAGES = 400
LINES = 1000

Figures = dict[str, float]


def alone(texts: Sequence[str]) -> Iterator[tuple[str, Callable[[], Figures]]]:
    """Yield the name of each measurement, and what measures it."""
    yield "message", lambda: asyncio.run(_understanding(texts[:: max(1, len(texts) // MESSAGES)]))
    yield "ask_1000_lines", lambda: _ask(texts)
    yield "content_check", _check
    yield f"training_{TOPIC_COUNT}_topics_{EXAMPLE_COUNT}_examples", _training
    yield "model", lambda: {"archive_mb": newest_model(DEFAULT_MODELS).stat().st_size / 1e6}


async def _understanding(texts: Sequence[str]) -> Figures:
    """Return the CPU of understanding a message and of a whole turn, in milliseconds."""
    assistant = Assistant.load()
    for text in texts[:20]:
        await assistant.turn(text, "warm-up")
    understood, turned = [], []
    for number, text in enumerate(texts):
        begun = time.process_time()
        await assistant.understand(text)
        between = time.process_time()
        await assistant.turn(text, f"bench-{number}")
        understood.append(1000 * (between - begun))
        turned.append(1000 * (time.process_time() - between))
    return {
        "understand_cpu_ms_median": statistics.median(understood),
        "understand_cpu_ms_p95": statistics.quantiles(understood, n=20)[-1],
        "turn_cpu_ms_median": statistics.median(turned),
        "turn_cpu_ms_p95": statistics.quantiles(turned, n=20)[-1],
    }


def _ask(texts: Sequence[str]) -> Figures:
    lines = [texts[number % len(texts)] for number in range(LINES)]
    return {"wall_s": _wall([program("latch"), "ask", "--json"], Path.cwd(), "\n".join(lines) + "\n")}


def _check() -> Figures:
    """Return the time of `latch check` with no vectors kept from an earlier run, and with them."""
    shutil.rmtree(CACHE, ignore_errors=True)
    command = [program("latch"), "check"]
    return {"first_wall_s": _wall(command, Path.cwd()), "again_wall_s": _wall(command, Path.cwd())}


def _training() -> Figures:
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
