"""`python -m latch.train`: `rasa train` with progress that a person can follow and the old models removed."""

from __future__ import annotations

import re
import subprocess
import sys
import time

from latch.assistant import DEFAULT_MODELS, newest_model
from latch.content.load import load
from latch.content.yaml_file import ContentError
from latch.model import SUFFIX, write_checksum
from latch.run import environment, program

_STARTS = re.compile(r"Starting to train component '(\w+)'")
_RED = "\x1b[91m"
_COLOUR = re.compile(r"\x1b\[\d+m")
_SECONDS = "{:5.1f} s  {}"


def main() -> int:
    """Train on the project's data; print each step as it begins; return the exit code of `rasa train`."""
    try:
        load()  # TopicImporter would find the same faults, but after Rasa has been loading for ten seconds
    except ContentError as error:
        print(error, file=sys.stderr)
        return 1
    started = time.monotonic()
    before = set(DEFAULT_MODELS.glob("*.tar.gz"))
    print("Training the model (some five minutes) ...", flush=True)
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
            model.with_name(model.name + SUFFIX).unlink(missing_ok=True)
    write_checksum(newest_model(DEFAULT_MODELS))
    return 0


def _telling(lines: list[str]) -> list[str]:
    """Return what Rasa says went wrong: from the line that it prints in red on, or else the last lines."""
    starts = [number for number, line in enumerate(lines) if line.startswith(_RED)]
    return [_COLOUR.sub("", line) for line in (lines[starts[-1] :] if starts else lines[-15:])]


if __name__ == "__main__":
    sys.exit(main())
