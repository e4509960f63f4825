"""A real PostgreSQL, and a table of conversations in either database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from latch.storage.postgres import PostgresTable
from latch.storage.sqlite import SqliteTable
from latch.storage.tables import Table
from tests.postgres import Postgres

MakeTable = Callable[[], Table]


@pytest.fixture(params=["sqlite", "postgresql"])
def make_table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeTable]:
    """Return what opens the table of conversations; it is empty at first."""
    made: list[Table] = []

    def make() -> Table:
        if request.param == "sqlite":
            made.append(SqliteTable(tmp_path / "made" / "conversations.sqlite3"))
        else:
            made.append(PostgresTable(postgres.url))
        return made[-1]

    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        postgres.run("DROP TABLE IF EXISTS conversations")
    yield make
    for table in made:
        table.close()
