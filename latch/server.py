"""`python -m latch.server`: one worker. Rasa's server with Latch's logs and metrics; it starts whole or not at all."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import resource
import socket
import sqlite3
import sys
from pathlib import Path
from typing import Any

from latch import access, logs, metrics, metrics_page, retention, unanswered
from latch.assistant import DEFAULT_MODELS, ENDPOINTS, AssistantError
from latch.channels.secret import secret
from latch.cores import cores
from latch.light import (
    without_checking_domains,
    without_checking_messages,
    without_copying_for_logs,
    without_tensorflow,
)
from latch.model import verified
from latch.storage.database import table

CREDENTIALS = Path("credentials.yml")
METRICS_PORT, METRICS_HOST = "LATCH_METRICS_PORT", "LATCH_METRICS_HOST"
# What is being answered when the server is told to stop may take so long. Who stops it waits ten seconds, and what is
# held for the database has some of them.
GRACEFUL_SECONDS = 6.0
UNANSWERED_SECONDS = 6 * 3_600.0
LAG_SECONDS = 0.5
LOOPBACK = ("127.0.0.1", "::1", "localhost")

logger = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Run the server until it is told to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="latch.server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--model", type=Path, default=DEFAULT_MODELS, help="model file, or folder with models")
    options = parser.parse_args(arguments)
    _keep_to_itself()
    without_tensorflow()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # what TensorFlow prints by itself is no JSON
    try:
        retention.lifetime()
        unanswered.days()
        secret()
        table()
        cores()
        logs.configure()
        _check_keeps_no_text(options.host)
        _check_free(options.host, options.port)
        model = verified(options.model)
        _serve_metrics(os.environ.get(METRICS_HOST) or "127.0.0.1", os.environ.get(METRICS_PORT))
    except (AssistantError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return _run(options.host, options.port, model)


def _keep_to_itself() -> None:
    """Let nobody else read the files that are made, and leave no memory behind in a file when the process crashes."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _run(host: str, port: int, model: Path) -> int:
    without_checking_domains()
    without_copying_for_logs()
    from rasa.core import run
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.exceptions import RasaException

    from latch.action_server import ActionServer
    from latch.strict_http import read_strictly

    read_strictly()
    os.environ.setdefault("SANIC_GRACEFUL_SHUTDOWN_TIMEOUT", str(GRACEFUL_SECONDS))
    logs.configure()  # again: libraries set up their own while they load
    endpoints = AvailableEndpoints.read_endpoints(str(ENDPOINTS))
    endpoints.action = ActionServer.named(endpoints.action)
    try:
        run.serve_application(
            str(model),
            interface=host,
            port=port,
            credentials=str(CREDENTIALS),
            enable_api=False,
            endpoints=endpoints,
            server_listeners=[
                (access.observe, "before_server_start"),
                (_check, "after_server_start"),
                (_stop_tasks, "before_server_stop"),
                (_close, "after_server_stop"),
            ],
        )
    except RasaException as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _check(app: Any, _: object) -> None:
    """End the start where the bot does not answer; count what it does where it does."""
    from latch.golden import Golden
    from latch.graph import run_in_order
    from latch.observed import observe
    from latch.pace import one_by_one, without_long_pauses

    logs.configure()  # and again: Sanic and Rasa have set theirs
    agent: Any = getattr(app.ctx, "agent", None)
    if agent is not None and agent.is_ready():
        # Before anything is waited for: the server listens already, and from now on a message may come.
        run_in_order(agent)
        without_checking_messages(agent)
        observe(agent)
        one_by_one(agent, cores())
    if not await Golden().answered(agent):
        raise SystemExit("The model does not load, or does not answer the golden questions: run `make train`.")
    if unanswered.is_on():
        from latch.scrub import prepare

        await asyncio.to_thread(prepare)
    without_long_pauses()
    app.ctx.latch_tasks = [asyncio.ensure_future(work) for work in (_expire_unanswered(), _measure_lag())]
    logger.info("Latch answers, with the model %s.", agent.model_name)


async def _expire_unanswered() -> None:
    """Drop unanswered questions whose time is over, also where no more of them are kept."""
    while True:
        try:
            await asyncio.to_thread(unanswered.expire)
            metrics.EXPIRED_AT.labels("unanswered").set_to_current_time()
        except (OSError, sqlite3.Error) as error:
            logs.failed(logger, "Deleting old unanswered questions", error)
        await asyncio.sleep(UNANSWERED_SECONDS)


async def _measure_lag() -> None:
    """Measure how late the event loop is: so long a message waits before anybody looks at it."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LAG_SECONDS
        await asyncio.sleep(LAG_SECONDS)
        metrics.LOOP_LAG.observe(max(0.0, loop.time() - due))


async def _stop_tasks(app: Any, _: object) -> None:
    tasks = getattr(app.ctx, "latch_tasks", ())
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _close(app: Any, _: object) -> None:
    store = getattr(app.ctx.agent.tracker_store, "_tracker_store", None)  # within Rasa's FailSafeTrackerStore
    if store is not None and hasattr(store, "close"):
        store.close()
    logger.info("Latch has stopped.")


def _check_keeps_no_text(host: str) -> None:
    """Raise a ValueError where others could ask, and what they type would be stored: the chat says that it is not."""
    if retention.keeps_text() and host not in LOOPBACK:
        raise ValueError(
            f"{retention.KEEP_TEXT}=1 is for a developer's own machine: unset it, or leave --host at {LOOPBACK[0]}."
        )


def _check_free(host: str, port: int) -> None:
    """Raise a ValueError where the port cannot be opened: Sanic finds out once the model is loaded, and ends with 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"{host}:{port} cannot be opened ({reason}). Choose another with --host and --port.") from None


def _serve_metrics(host: str, port: str | None) -> None:
    if port:
        if not port.isdecimal() or not 0 < int(port) < 65_536:
            raise ValueError(f"{METRICS_PORT} must be a port.")
        try:
            metrics_page.serve(host, int(port))
        except OSError as error:
            raise ValueError(
                f"{METRICS_PORT}: {host}:{port} cannot be opened ({error.strerror}). Each worker needs its own."
            ) from None


if __name__ == "__main__":
    sys.exit(main())
