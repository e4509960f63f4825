"""Both databases keep, replace, delete and expire rows, and nothing of a deleted one is left."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from latch.storage.database import DATABASE_URL, table
from latch.storage.postgres import PostgresTable
from latch.storage.sqlite import LogInUseError, SqliteTable
from latch.storage.tables import Row
from tests.postgres import Postgres
from tests.storage.conftest import MakeTable

ROW = Row("key-1", '{"a": "b"}', 1000.0)


def test_what_is_written_is_read_also_by_another_process(make_table: MakeTable) -> None:
    one, other = make_table(), make_table()
    assert one.read("key-1") is None
    one.write([ROW, Row("key-2", "{}", 1001.0)])
    assert one.read("key-1") == other.read("key-1") == ROW


def test_a_row_is_replaced(make_table: MakeTable) -> None:
    opened = make_table()
    opened.write([ROW])
    opened.write([Row("key-1", "{}", 2000.0)])
    assert opened.read("key-1") == Row("key-1", "{}", 2000.0)


def test_nothing_is_written_where_there_is_nothing_to_write(make_table: MakeTable) -> None:
    make_table().write([])


def test_rows_are_written_all_or_none(make_table: MakeTable) -> None:
    opened = make_table()
    with pytest.raises(Exception, match=r".+"):
        opened.write([ROW, Row("key-2", None, 1.0)])  # type: ignore[arg-type]
    assert opened.read("key-1") is None


def test_one_row_is_deleted_and_another_is_not(make_table: MakeTable) -> None:
    opened = make_table()
    opened.write([ROW, Row("key-2", "{}", 1001.0)])
    opened.delete(["key-1", "key-3"])
    assert opened.read("key-1") is None
    assert opened.read("key-2") is not None


def test_rows_too_old_and_of_the_future_are_expired(make_table: MakeTable) -> None:
    opened = make_table()
    opened.write([Row("old", "{}", 10.0), Row("new", "{}", 20.0), Row("future", "{}", 30.0)])
    assert opened.expire(15.0, 25.0) == 2
    assert [opened.read(key) is None for key in ("old", "new", "future")] == [True, False, True]
    assert opened.expire(15.0, 25.0) == 0


def test_a_closed_table_opens_again(make_table: MakeTable) -> None:
    opened = make_table()
    opened.write([ROW])
    opened.close()
    opened.close()
    assert opened.read("key-1") == ROW


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_deleted_and_replaced_rows_leave_nothing_in_the_files_of_sqlite(tmp_path: Path) -> None:
    opened = SqliteTable(tmp_path / "conversations.sqlite3")
    for number in range(200):
        opened.write([Row("Zebedee", f"Quillfeather {number}", 1000.0), Row(f"other-{number}", "x" * 300, 1000.0)])
    assert {b"Zebedee" in contents(tmp_path), b"Quillfeather" in contents(tmp_path)} == {True}
    opened.delete(["Zebedee"])
    found = contents(tmp_path)
    assert (b"Zebedee" in found, b"Quillfeather" in found) == (False, False)
    assert b"other-199" in found
    opened.expire(2000.0, 3000.0)
    assert b"other-" not in contents(tmp_path)


def test_a_deletion_that_leaves_something_in_the_log_of_writes_says_so(tmp_path: Path) -> None:
    opened = SqliteTable(tmp_path / "conversations.sqlite3", lock_seconds=0.05)
    opened.write([ROW])
    with closing(sqlite3.connect(tmp_path / "conversations.sqlite3")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM conversations").fetchall()
        with pytest.raises(LogInUseError):
            opened.delete(["key-1"])
    opened.delete(["key-1"])
    assert b"key-1" not in contents(tmp_path)


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    opened = SqliteTable(tmp_path / "conversations.sqlite3")
    opened.write([ROW])
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}


def test_postgresql_opens_a_connection_anew_where_the_old_one_was_closed(postgres: Postgres) -> None:
    opened = PostgresTable(postgres.url)
    opened.write([ROW])
    postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'latch'")
    assert opened.read("key-1") == ROW
    opened.close()


def test_the_environment_names_the_database(tmp_path: Path) -> None:
    found = table(tmp_path / "a", {})
    assert isinstance(found, SqliteTable)
    assert isinstance(table(tmp_path / "a", {DATABASE_URL: "postgresql://127.0.0.1:1/none"}), PostgresTable)
    assert isinstance(table(tmp_path / "a", {DATABASE_URL: f"sqlite:///{tmp_path}/b"}), SqliteTable)
    for wrong in ("mysql://a", "sqlite:///", "conversations.sqlite3"):
        with pytest.raises(ValueError, match=DATABASE_URL):
            table(tmp_path / "a", {DATABASE_URL: wrong})
