"""`latch migrate` and `latch expire`, as a job runs them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from latch.storage.database import DATABASE_URL, table
from latch.storage.tables import Row
from tests.postgres import Postgres
from tests.server import ROOT, free_port


def latch(command: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "latch", command], cwd=ROOT, env={**os.environ, **more}, capture_output=True, text=True
    )


def test_migrate_makes_the_table_so_that_a_user_who_may_make_none_can_use_it(postgres: Postgres) -> None:
    postgres.run("DROP TABLE IF EXISTS conversations")
    for _ in range(2):
        done = latch("migrate", **{DATABASE_URL: postgres.url})
        assert (done.returncode, done.stderr) == (0, "")
    postgres.run("DROP ROLE IF EXISTS reader_and_writer")
    postgres.run("CREATE ROLE reader_and_writer LOGIN")
    postgres.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    postgres.run("GRANT SELECT, INSERT, UPDATE, DELETE ON conversations TO reader_and_writer")
    opened = table(environment={DATABASE_URL: postgres.url.replace("latch@", "reader_and_writer@")})
    try:
        opened.write([Row("key", "state", time.time())])
        assert opened.read("key")
        opened.delete(["key"])
    finally:
        opened.close()
    postgres.run("DROP OWNED BY reader_and_writer")
    postgres.run("DROP ROLE reader_and_writer")


def test_expire_deletes_what_is_over_and_what_a_wrong_clock_wrote(tmp_path: Path) -> None:
    where = {DATABASE_URL: f"sqlite:///{tmp_path / 'conversations.sqlite3'}", "LATCH_KEEP_HOURS": "2"}
    opened = table(environment=where)
    now = time.time()
    ages = {"old": -2.1, "new": -1.9, "of a wrong clock": 2.0}
    try:
        opened.write([Row(key, "state", now + hours * 3_600) for key, hours in ages.items()])
        done = latch("expire", **where)
        assert (done.returncode, done.stdout, done.stderr) == (0, "2 conversations have expired.\n", "")
        assert [key for key in ages if opened.read(key)] == ["new"]
    finally:
        opened.close()


def test_a_database_that_does_not_answer_or_is_unknown_is_one_line_without_what_stands_in_its_address() -> None:
    away = latch("migrate", **{DATABASE_URL: f"postgresql://latch:Quillfeather@127.0.0.1:{free_port()}/latch"})
    assert away.returncode == 1
    assert away.stderr == "The database of conversations does not answer: OperationalError.\n"
    unknown = latch("expire", **{DATABASE_URL: "mysql://latch:Quillfeather@localhost/latch"})
    assert unknown.returncode == 1
    assert unknown.stderr.startswith("LATCH_DATABASE_URL must begin with")
    assert len(unknown.stderr.splitlines()) == 1
    assert "Quillfeather" not in unknown.stderr
