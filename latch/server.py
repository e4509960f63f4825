"""`python -m latch.server`: one worker. Rasa's server with Latch's logs and metrics; it starts whole or not at all."""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from latch import logs, metrics, retention, unanswered
from latch.assistant import DEFAULT_MODELS, ENDPOINTS, AssistantError
from latch.channels.secret import secret
from latch.light import without_tensorflow
from latch.model import verified
from latch.storage.tables import table

CREDENTIALS = Path("credentials.yml")
ACTIONS_URL = "LATCH_ACTIONS_URL"  # of an action server elsewhere; it comes before the one in endpoints.yml
METRICS_PORT, METRICS_HOST = "LATCH_METRICS_PORT", "LATCH_METRICS_HOST"
# What is being answered when the server is told to stop may take so long. Who stops it waits ten seconds, and what is
# held for the database has some of them.
GRACEFUL_SECONDS = 6.0
UNANSWERED_SECONDS = 6 * 3_600.0


def main(arguments: list[str] | None = None) -> int:
    """Run the server until it is told to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="latch.server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--model", type=Path, default=DEFAULT_MODELS, help="model file, or folder with models")
    options = parser.parse_args(arguments)
    without_tensorflow()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # what TensorFlow prints by itself is no JSON
    try:
        retention.lifetime()
        unanswered.days()
        secret()
        table()
        logs.configure()
        model = verified(options.model)
        _serve_metrics(os.environ.get(METRICS_HOST) or "127.0.0.1", os.environ.get(METRICS_PORT))
    except (AssistantError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return _run(options.host, options.port, model)


def _run(host: str, port: int, model: Path) -> int:
    from rasa.core import run
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.exceptions import RasaException
    from rasa.utils.endpoints import EndpointConfig

    os.environ.setdefault("SANIC_GRACEFUL_SHUTDOWN_TIMEOUT", str(GRACEFUL_SECONDS))
    logs.configure()  # again: libraries set up their own while they load
    endpoints = AvailableEndpoints.read_endpoints(str(ENDPOINTS))
    actions = os.environ.get(ACTIONS_URL)
    if actions:
        endpoints.action = EndpointConfig(actions)
    try:
        run.serve_application(
            str(model),
            interface=host,
            port=port,
            credentials=str(CREDENTIALS),
            enable_api=False,
            endpoints=endpoints,
            server_listeners=[(_check, "after_server_start"), (_close, "after_server_stop")],
        )
    except RasaException as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _check(app: Any, _: object) -> None:
    """End the start where the bot does not answer; count what it does where it does."""
    from latch.golden import Golden
    from latch.observed import observe

    logs.configure()  # and again: Sanic and Rasa have set theirs
    agent = getattr(app.ctx, "agent", None)
    if not await Golden().answered(agent):
        raise SystemExit("The model does not load, or does not answer the golden questions: run `make train`.")
    observe(agent)
    app.add_task(_expire_unanswered())


async def _expire_unanswered() -> None:
    """Drop unanswered questions whose time is over, also where no more of them are kept."""
    while True:
        with suppress(OSError, sqlite3.Error):
            await asyncio.to_thread(unanswered.expire)
        await asyncio.sleep(UNANSWERED_SECONDS)


async def _close(app: Any, _: object) -> None:
    store = getattr(app.ctx.agent.tracker_store, "_tracker_store", None)  # within Rasa's FailSafeTrackerStore
    if store is not None and hasattr(store, "close"):
        store.close()


def _serve_metrics(host: str, port: str | None) -> None:
    if port:
        try:
            number = int(port)
        except ValueError:
            raise ValueError(f"{METRICS_PORT} must be a port.") from None
        metrics.serve(host, number)


if __name__ == "__main__":
    sys.exit(main())
