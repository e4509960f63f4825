"""Which database the settings name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from latch.placeholders import check_address
from latch.storage.postgres import PostgresTable
from latch.storage.sqlite import SqliteTable
from latch.storage.tables import Table

DATABASE_URL = "LATCH_DATABASE_URL"
DEFAULT_DATABASE = Path("var/conversations.sqlite3")

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")


def table(path: str | Path | None = None, environment: Mapping[str, str] = os.environ) -> Table:
    """Return the table in the database that the environment names, else in the SQLite file `path`.

    Raises:
        ValueError: when the environment names a database of no known kind, or with the password of an example.
    """
    url = environment.get(DATABASE_URL)
    if not url:
        return SqliteTable(Path(path or DEFAULT_DATABASE))
    if url.startswith(_POSTGRESQL):
        check_address(DATABASE_URL, url)
        return PostgresTable(url)
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE):
        return SqliteTable(Path(url.removeprefix(_SQLITE)))
    raise ValueError(f"{DATABASE_URL} must begin with postgresql:// or {_SQLITE}.")
