"""Logs: one JSON object a line, with the id of the request, and nothing that a person typed or is called.

Rasa and the libraries under it put messages, slots and names of conversations into what they log, warnings and traces
included. Of a record that is not Latch's own, only the place and the type of an error are written, at
every level.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import traceback
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

LEVEL = "LATCH_LOG_LEVEL"

_OWN = ("latch", "__main__")
_request: ContextVar[str | None] = ContextVar("latch_request", default=None)


def begin_request() -> str:
    """Return a new id for what follows in this task; every line that it logs bears the id."""
    made = uuid.uuid4().hex[:16]
    _request.set(made)
    return made


class JsonFormatter(logging.Formatter):
    """Writes a record as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        own = record.name.partition(".")[0] in _OWN
        found: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": _request.get(),
            "message": record.getMessage() if own else None,
            "at": None if own else f"{record.filename}:{record.lineno}",
        }
        if record.exc_info and record.exc_info[0] is not None:
            found["error"] = where(record.exc_info[1])
        found.update(getattr(record, "fields", {}))
        return json.dumps({name: value for name, value in found.items() if value is not None})


def where(error: BaseException | None) -> str:
    """Return the type of an error and its place in the code: its words may be those of a person."""
    frames = traceback.extract_tb(error.__traceback__) if error else ()
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def failed(logger: logging.Logger, what: str, error: BaseException) -> None:
    """Log that something failed, with the type of the error and its place in the code, never its words."""
    logger.error("%s failed: %s", what, where(error))


def configure(stream: TextIO | None = None, environment: Mapping[str, str] = os.environ) -> None:
    """Write all logs, warnings, and errors that nobody caught, through JsonFormatter.

    Raises:
        ValueError: when LATCH_LOG_LEVEL names no level.
    """
    level = (environment.get(LEVEL) or "INFO").upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError(f"{LEVEL} must be debug, info, warning or error.")
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setLevel(level)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.lastResort = handler  # Rasa cuts Sanic's loggers off from all others
    for name in _OWN:
        logging.getLogger(name).setLevel(level)
    for name, found in logging.root.manager.loggerDict.items():
        if isinstance(found, logging.Logger) and name.partition(".")[0] not in _OWN:
            found.handlers[:] = []
            found.propagate = True
            found.setLevel(logging.NOTSET)
    logging.getLogger("sanic.access").disabled = True
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").disabled = True  # of one, only the place would be left: where warnings are made
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_a_thread
    sys.unraisablehook = _unraisable
    _configure_structlog()


def _configure_structlog() -> None:
    import structlog

    def drop(_: Any, __: str, ___: Any) -> Any:
        raise structlog.DropEvent

    # Rasa's structured log holds the message and the slots, at every level.
    structlog.configure(processors=[drop], wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _uncaught_in_a_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_type is not SystemExit:
        logging.getLogger(__name__).error("A thread ends: %s", where(given.exc_value))


def _unraisable(given: sys.UnraisableHookArgs) -> None:
    logging.getLogger(__name__).error("Nobody could be told of an error: %s", where(given.exc_value))


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        logging.getLogger(__name__).critical("Latch ends: %s", where(error.with_traceback(trace)))
