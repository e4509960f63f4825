"""Failures in a log: what failed and where. An exception's message may hold what a person wrote."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path


def log(logger: logging.Logger, what: str, error: BaseException) -> None:
    """Log that something failed, with the type of the error and its place in the code, never its words."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    logger.error("%s failed: %s at %s", what, type(error).__name__, where)
