"""Logs are JSON with the id of the request, and hold nothing that a person typed, whoever logs it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from latch import logs

WORDS = "Zebedee Quillfeather"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Return what is logged; everything is as it was afterwards."""
    root, last = logging.getLogger(), logging.lastResort
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    before = root.handlers[:], root.level
    loggers = {
        name: (found.handlers[:], found.propagate, found.level, found.disabled)
        for name, found in logging.root.manager.loggerDict.items()
        if isinstance(found, logging.Logger)
    }
    structured = structlog.get_config()
    stream = io.StringIO()
    logs.configure(stream, {logs.LEVEL: "debug"})
    yield stream
    root.handlers[:], root.level = before
    for name, state in loggers.items():
        found = logging.getLogger(name)
        found.handlers[:], found.propagate, found.level, found.disabled = state
    structlog.configure(**structured)
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.lastResort = last


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_own_lines_are_whole_and_bear_the_id_of_the_request(written: io.StringIO) -> None:
    async def request() -> str:
        made = logs.begin_request()
        await asyncio.create_task(log())
        return made

    async def log() -> None:
        logging.getLogger("latch.test").warning("%d conversations have expired.", 3)

    made = [asyncio.run(request()) for _ in range(2)]
    found = lines(written)
    assert [line["request"] for line in found] == made
    assert found[0]["request"] != found[1]["request"]
    assert (found[0]["level"], found[0]["message"]) == ("warning", "3 conversations have expired.")


@pytest.mark.parametrize("name", ["rasa.core.processor", "sqlalchemy.engine", "asyncio", "sanic.error", "aiogram", ""])
@pytest.mark.parametrize("level", [logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL])
def test_of_other_lines_only_the_place_is_written(written: io.StringIO, name: str, level: int) -> None:
    logging.getLogger(name).log(level, "Failed to parse %s", WORDS)
    assert "Zebedee" not in written.getvalue()
    for line in lines(written):
        assert line["at"].startswith("test_logs.py:")
        assert "message" not in line


def test_of_an_error_only_the_type_and_the_place_are_written(written: io.StringIO) -> None:
    try:
        raise ValueError(WORDS)
    except ValueError:
        logging.getLogger("rasa.core").exception(WORDS)
        logging.getLogger("latch.test").exception("It failed.")
    assert "Zebedee" not in written.getvalue()
    assert [line["error"].split(":")[0] for line in lines(written)] == ["ValueError at test_logs.py"] * 2


def test_a_logger_that_is_cut_off_from_the_others_writes_no_more(written: io.StringIO) -> None:
    """As Rasa does with Sanic's: Python would print the message and the trace to the terminal."""
    cut_off = logging.getLogger("cut.off")
    cut_off.propagate = False
    try:
        raise ValueError(WORDS)
    except ValueError:
        cut_off.exception(WORDS)
    assert "Zebedee" not in written.getvalue()
    assert lines(written)[0]["error"].startswith("ValueError at test_logs.py")


def test_warnings_and_structured_logs_are_not_written(written: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(WORDS, UserWarning, stacklevel=1)
    structlog.get_logger().critical("processor.message.parse", text=WORDS)
    assert "Zebedee" not in written.getvalue() + "".join(capfd.readouterr())


def test_an_error_that_nobody_caught_is_written_without_its_words(written: io.StringIO) -> None:
    try:
        raise ValueError(WORDS)
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert "Zebedee" not in written.getvalue()
    assert "Latch ends: ValueError at test_logs.py" in lines(written)[0]["message"]


def test_an_error_that_ends_a_thread_is_written_without_its_words(
    written: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ValueError(WORDS)

    thread = threading.Thread(target=fail, name=WORDS)
    thread.start()
    thread.join()
    assert "Zebedee" not in written.getvalue() + "".join(capfd.readouterr())
    assert "A thread ends: ValueError at test_logs.py" in lines(written)[0]["message"]


def test_an_error_that_nobody_can_be_told_of_is_written_without_its_words(
    written: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    class Gone:
        def __del__(self) -> None:
            raise ValueError(WORDS)

    Gone()
    assert "Zebedee" not in written.getvalue() + "".join(capfd.readouterr())
    assert "Nobody could be told of an error: ValueError at test_logs.py" in lines(written)[0]["message"]


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=logs.LEVEL):
        logs.configure(io.StringIO(), {logs.LEVEL: "loud"})
