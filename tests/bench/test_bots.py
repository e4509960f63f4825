"""Projects of any number of topics are sound, so that what is measured on them is the bot and not a fault."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from latch.bench import bots
from latch.content.load import load


@pytest.mark.parametrize("count", [2, 10, 300])
def test_a_project_of_any_number_of_topics_is_sound(tmp_path: Path, count: int) -> None:
    bots._write_project(tmp_path, count, 4)
    library = load(tmp_path / "data")
    assert len(library.topics) == count
    assert len({topic.title for topic in library.topics.values()}) == count
    examples = [example.text for topic in library.topics.values() for example in topic.examples]
    assert len(set(examples)) == len(examples) == 4 * count


def test_a_cut_down_project_offers_no_topic_that_it_lacks(tmp_path: Path) -> None:
    bots._write_project(tmp_path, 2, 4)
    offered = set()
    for path in (tmp_path / "data").rglob("*.yml"):
        offers = yaml.safe_load(path.read_text("utf-8")).get("offers") or {}
        offered |= {topic for topics in offers.values() for topic in topics}
    assert offered <= set(load(tmp_path / "data").topics)


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
