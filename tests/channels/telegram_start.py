"""Start-up: `python -m tests.channels.telegram_start` times the server with Telegram away in two ways and without it.

The three kinds take turns, so that the machine's moods meet them alike. It prints the seconds to ready of each, and the
medians against the server without Telegram.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import tempfile
import time
from pathlib import Path

from tests.channels.telegram_stand_in import TOKEN
from tests.server import free_port, running


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    with socket.socket() as silent:
        # It takes connections and never says a word.
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        kinds: dict[str, dict[str, str]] = {
            "without Telegram": {},
            "Telegram refuses": _bot(free_port()),
            "Telegram is silent": _bot(silent.getsockname()[1]),
        }
        seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
        for _ in range(options.times):
            for kind, environment in kinds.items():
                seconds[kind].append(_seconds_to_ready(environment))
    medians = {kind: statistics.median(taken) for kind, taken in seconds.items()}
    print(
        json.dumps(
            {
                kind: {
                    "seconds": [round(one, 2) for one in taken],
                    "against without": round(medians[kind] / medians["without Telegram"], 3),
                }
                for kind, taken in seconds.items()
            },
            indent=2,
        )
    )
    return 0


def _bot(port: int) -> dict[str, str]:
    return {"LATCH_TELEGRAM_TOKEN": TOKEN, "LATCH_TELEGRAM_API": f"http://127.0.0.1:{port}"}


def _seconds_to_ready(environment: dict[str, str]) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seen = {"LATCH_TELEGRAM_SEEN": str(folder / "telegram-seen.sqlite3")}
        began = time.monotonic()
        with running(folder, free_port(), {**environment, **seen}):
            return time.monotonic() - began


if __name__ == "__main__":
    raise SystemExit(main())
