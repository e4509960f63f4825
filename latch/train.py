"""`python -m latch.train`: `rasa train` with progress that a person can follow and the old models removed."""

from __future__ import annotations

import re
import subprocess
import sys
import time

from latch.assistant import DEFAULT_MODELS
from latch.run import environment, program

_STARTS = re.compile(r"Starting to train component '(\w+)'")
_SECONDS = "{:5.1f} s  {}"


def main() -> int:
    """Train on the project's data; print each step as it begins; return the exit code of `rasa train`."""
    started = time.monotonic()
    before = set(DEFAULT_MODELS.glob("*.tar.gz"))
    print("Training the model (one to two minutes) ...", flush=True)
    lines: list[str] = []
    command = [program("rasa"), "train", "--out", str(DEFAULT_MODELS)]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            step = _STARTS.search(line)
            if step:
                print(_SECONDS.format(time.monotonic() - started, step.group(1)), flush=True)
    if process.returncode:
        print("".join(_telling(lines)), file=sys.stderr)
        return process.returncode
    print(_SECONDS.format(time.monotonic() - started, "done"), flush=True)
    # Rasa writes no new model where nothing has changed.
    if set(DEFAULT_MODELS.glob("*.tar.gz")) - before:
        for model in before:
            model.unlink(missing_ok=True)
    return 0


def _telling(lines: list[str]) -> list[str]:
    """Return the lines of Rasa's output that tell what went wrong, without its progress and warnings."""
    return [line for line in lines if not re.search(r"INFO|Warning|Processed story|^\s*$", line)][-40:]


if __name__ == "__main__":
    sys.exit(main())
