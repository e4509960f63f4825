"""The same words everywhere: a topic, asked by its title, has one answer on the web, on Telegram and in the shell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from latch import responses
from tests.channels.client import texts
from tests.channels.shell import Shell, running_shell
from tests.channels.telegram_server import TelegramBot
from tests.channels.telegram_stand_in import Message
from tests.server import ROOT

# Chats of their own: nothing was said in them.
FIRST_CHAT = 800_000
WHO_SAYS_SO = "where did you get that?"
HEADING = re.compile(r"\nSources?:")


@dataclass(frozen=True)
class Said:
    """What was said to a title, each time at the beginning of a conversation; in the shell, then its sources too."""

    web: dict[str, Any]
    telegram: Message
    shell: str
    shell_sources: str

    @property
    def web_lines(self) -> list[str]:
        """Return the lines of the web's reply, in the order in which the widget shows them."""
        signs = self.web["when_to_get_help"]
        paragraphs = [line for part in self.web["paragraphs"] for line in part.get("items") or [part["text"]]]
        return [*paragraphs, *([responses.HELP_HEADING, *signs] if signs else [])]


@pytest.fixture(scope="module")
def shell(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with running_shell(tmp_path_factory.mktemp("shell"), model) as started:
        yield started


@pytest.fixture(scope="module")
def said(bot: TelegramBot, shell: Shell) -> dict[str, Said]:
    """Return what was said to each topic's title, typed on the running server's two channels and into the shell."""
    files = sorted((ROOT / "data" / "topics").rglob("*.yml"))
    titles = {file.stem: yaml.safe_load(file.read_text("utf-8"))["topic"]["title"] for file in files}

    def ask(numbered: tuple[int, tuple[str, str]]) -> tuple[str, Said]:
        number, (topic, title) = numbered
        answer = bot.server.client.open().say(title)
        assert texts(answer), topic
        (web,) = answer.json["replies"]
        bot.ask(FIRST_CHAT + number, title)
        (telegram,) = bot.telegram.shown(FIRST_CHAT + number)
        return topic, Said(web, telegram, *shell.ask(f"parity-{topic}", [title, WHO_SAYS_SO]))

    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(ask, enumerate(titles.items())))


def squeezed(text: str) -> str:
    """Return the words alone: a channel may break lines and mark lists as it likes."""
    return re.sub(r"(?m)^\s*[•-]\s+|\s+", "", text)


def test_every_title_is_answered_by_its_topic(said: dict[str, Said]) -> None:
    assert len(said) > 200
    assert {topic: one.web["topic"] for topic, one in said.items() if one.web["topic"] != topic} == {}


def test_every_topic_says_the_same_sentences(said: dict[str, Said]) -> None:
    for topic, one in said.items():
        on_web = squeezed("\n".join(one.web_lines))
        assert on_web == squeezed(HEADING.split(one.telegram.text)[0]), topic
        assert on_web == squeezed(HEADING.split(one.shell)[0]), topic
        assert "I am Latch" in " ".join(one.web_lines), topic


def test_every_topic_names_the_same_sources(said: dict[str, Said]) -> None:
    for topic, one in said.items():
        web = [(responses.source_name(source), source["url"]) for source in one.web["sources"]]
        assert web, topic
        assert web == one.telegram.links, topic
        # The shell names those that lead, and how many more there are; asked for them, all with their addresses.
        leading, shown = HEADING.split(one.shell)[1], web[: responses.SOURCES_SHOWN]
        assert squeezed(leading) == squeezed("; ".join(name for name, _ in shown) + _rest(len(web) - len(shown))), topic
        assert [squeezed(f"{name}: {url}") for name, url in web] == _listed(one.shell_sources), topic


def test_every_topic_leads_on_by_the_same_buttons(said: dict[str, Said]) -> None:
    for topic, one in said.items():
        assert [button["title"] for button in one.web["buttons"]] == [button["text"] for button in one.telegram.buttons]
        assert one.web["buttons"], topic


def _rest(number: int) -> str:
    return f"; and {number} more." if number else "."


def _listed(text: str) -> list[str]:
    """Return the items of a list, each of which may go over several lines."""
    return [squeezed(item) for item in re.split(r"(?m)^- ", text)[1:]]
