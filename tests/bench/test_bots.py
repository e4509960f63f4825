"""Projects of any number of topics are sound, so that what is measured on them is the bot and not a fault."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from latch.bench import bots
from latch.content.load import load, topic_files


@pytest.mark.parametrize("count", [2, 10, 300])
def test_a_project_of_any_number_of_topics_is_sound(tmp_path: Path, count: int) -> None:
    bots._write_project(tmp_path, count, 4)
    library = load(tmp_path / "data")
    assert len(library.topics) == count
    assert len({topic.title for topic in library.topics.values()}) == count
    examples = [example.text for topic in library.topics.values() for example in topic.examples]
    assert len(set(examples)) == len(examples) == 4 * count


def test_latch_runs_with_its_own_settings_but_the_rates(tmp_path: Path) -> None:
    bot = bots.latch(tmp_path / "latch", tmp_path / "model.tar.gz")
    there = yaml.safe_load((bot.folder / "credentials.yml").read_text("utf-8"))
    here = yaml.safe_load(Path("credentials.yml").read_text("utf-8"))
    rates = {name: there["latch.channels.web.WebChannel"].pop(name) for name in ("session_rate", "address_rate")}
    assert there == here
    assert rates["session_rate"]["burst"] > 100_000
    assert len(topic_files(bot.folder / "data")) == len(topic_files(Path("data")))


@pytest.mark.parametrize(
    ("url", "store"),
    [
        ("sqlite:////tmp/a/b.sqlite3", {"dialect": "sqlite", "db": "/tmp/a/b.sqlite3"}),
        (
            "postgresql://latch@127.0.0.1:5433/postgres",
            {"dialect": "postgresql", "username": "latch", "url": "127.0.0.1", "port": 5433, "db": "postgres"},
        ),
    ],
)
def test_the_stock_bot_stores_in_the_same_database(tmp_path: Path, url: str, store: dict[str, object]) -> None:
    written = bots.Bot(bots.STOCK, tmp_path, tmp_path / "model.tar.gz").endpoints(url)
    assert yaml.safe_load(written.read_text("utf-8")) == {"tracker_store": {"type": "SQL", **store}}
