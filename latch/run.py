"""`latch chat`, `latch serve`, `latch telegram`: the bot with its action server beside it; `latch worker`: without."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn, TextIO
from urllib.request import urlopen

from latch.assistant import AssistantError
from latch.channels.telegram.settings import POLLING, TOKEN, Settings
from latch.model import verified

ACTION_PORT = 5055
CHAT_LOG = Path("var/chat.log")
START_SECONDS = 30.0
STOP_SECONDS = 10.0
EVERY_ADDRESS = ("0.0.0.0", "::")

# No telemetry, no chatter of libraries; one thread for linear algebra, since a message's matrices are small.
ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "OMP_NUM_THREADS": "1",
    # Connections that wait to be taken: above it the system drops them, and a proxy takes the server for gone.
    "SANIC_BACKLOG": "2048",
    "SANIC_REQUEST_MAX_SIZE": "100000",  # bytes; the channels take less, no address takes more
}


def chat() -> int:
    """Open `rasa shell` with the action server beside it; return its exit code."""
    CHAT_LOG.parent.mkdir(exist_ok=True)
    # The libraries' warnings would stand between the lines of the conversation.
    with CHAT_LOG.open("w", encoding="utf-8") as log:
        greeting = "Loading the bot (about 20 s). Type a question, or /stop to leave."
        code = _with_actions((program("rasa"), "shell", "--quiet"), greeting, log)
    if code:
        print(f"rasa shell ended with code {code}; {CHAT_LOG} says why.", file=sys.stderr)
    return code


def serve(host: str, port: int) -> int:
    """Run the HTTP server with the action server beside it until it is stopped; return its exit code."""
    own = f"http://{'localhost' if host in EVERY_ADDRESS else host}:{port}"
    threading.Thread(target=_announce, args=(own,), daemon=True).start()
    return _with_actions(
        (sys.executable, "-m", "latch.server", "--host", host, "--port", str(port)),
        f"Starting the server on http://{host}:{port} (about 10 s). Stop it with Ctrl-C.",
    )


def worker(host: str, port: int, model: Path) -> NoReturn:
    """Become one worker, without an action server: what a container runs. It is this process that is told to stop."""
    options = ("--host", host, "--port", str(port), "--model", str(model))
    os.execve(sys.executable, (sys.executable, "-m", "latch.server", *options), environment())


def telegram(host: str, port: int) -> int:
    """Run what `serve` runs, with Telegram's updates fetched by long polling; return its exit code."""
    try:
        found = Settings.read()
    except (ValueError, OSError) as error:
        print(f"Telegram cannot start: {error}", file=sys.stderr)
        return 1
    if found is None:
        print(f"Set {TOKEN} to the token that BotFather gave you: docs/telegram.md.", file=sys.stderr)
        return 1
    os.environ[POLLING] = "1"
    return serve(host, port)


def _announce(address: str) -> None:
    """Print where the chat can be tried, as soon as it answers."""
    while True:
        time.sleep(0.5)
        with contextlib.suppress(OSError), urlopen(f"{address}/readyz", timeout=5):
            break
    print(f"Latch is ready. Try it on the demo page: {address}/", flush=True)


def _with_actions(command: Sequence[str], greeting: str, log: TextIO | None = None) -> int:
    try:
        model = verified()
    except AssistantError as error:
        print(error, file=sys.stderr)
        return 1
    actions = None if _answers(ACTION_PORT) else start_actions()
    print(greeting, flush=True)
    # Both are for Rasa, which ends by itself; this process only waits and then tidies up. A terminal sends Ctrl-C to
    # Rasa, too; who stops a service sends SIGTERM to this process alone.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN), signal.getsignal(signal.SIGTERM)
    try:
        with subprocess.Popen([*command, "--model", str(model)], env=environment(), stderr=log) as rasa:
            signal.signal(signal.SIGTERM, lambda *_: rasa.terminate())
            return rasa.wait()
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before):
            signal.signal(number, handler)
        if actions is not None:
            _stop(actions)


def start_actions(port: int = ACTION_PORT, settings: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start the action server; nothing waits for it, and the bot runs without it if it does not start."""
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)]
    process = subprocess.Popen(
        # The action server listens on every address unless told otherwise.
        command,
        env={**environment(), "SANIC_HOST": "127.0.0.1", **(settings or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    threading.Thread(target=_await_actions, args=(process, port), daemon=True).start()
    return process


def _await_actions(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if _answers(port):
            return
        time.sleep(0.5)
    print("The action server did not start; Latch answers without it.", file=sys.stderr)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def environment() -> dict[str, str]:
    """Return this process's environment with what Rasa needs, where it is not set otherwise."""
    return {**ENVIRONMENT, **os.environ}


def program(name: str) -> str:
    """Return the program of this environment, whether or not it is activated."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else name
