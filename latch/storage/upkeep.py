"""`latch migrate` and `latch expire`: what is done to the table of conversations from outside the servers."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing

import psycopg2

from latch.retention import lifetime
from latch.storage.database import table
from latch.storage.link import AHEAD
from latch.storage.tables import Table


def migrate(environment: Mapping[str, str] = os.environ) -> int:
    """Make the table where it is missing; return the exit code.

    Whoever runs this needs the right to make one, and the servers then need none.
    """

    def work(opened: Table) -> str:
        opened.read("")  # a table that is opened is made
        return "The table of conversations is there."

    return _done(work, environment)


def expire(environment: Mapping[str, str] = os.environ) -> int:
    """Delete the conversations whose time is over; return the exit code.

    Servers do so themselves, every ten minutes; this is for when none runs.
    """

    def work(opened: Table) -> str:
        now = time.time()
        gone = opened.expire(now - lifetime(environment).total_seconds(), now + AHEAD.total_seconds())
        return f"{gone} conversations have expired."

    return _done(work, environment)


def _done(work: Callable[[Table], str], environment: Mapping[str, str]) -> int:
    try:
        with closing(table(environment=environment)) as opened:
            print(work(opened))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    except (psycopg2.Error, sqlite3.Error, OSError) as error:
        # An error's words may hold more than its name says.
        print(f"The database of conversations does not answer: {type(error).__name__}.", file=sys.stderr)
        return 1
    return 0
