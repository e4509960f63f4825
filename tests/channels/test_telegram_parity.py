"""The same words everywhere: every topic says the same and names the same sources on web, Telegram and shell."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from latch import responses
from latch.assistant import Assistant
from latch.channels.capture import CaptureChannel
from latch.channels.telegram.answering import TelegramOutput
from latch.channels.telegram.rendering import parts
from latch.channels.turns import understood
from latch.channels.web import replies
from latch.channels.web.conversations import WebOutput
from latch.nlg import SHELL
from tests.channels.telegram_stand_in import read_html


class ShellOutput(CaptureChannel):
    @classmethod
    def name(cls) -> str:
        return SHELL


def squeezed(text: str) -> str:
    """Return the words alone: a channel may break lines and mark lists as it likes."""
    return re.sub(r"(?m)^\s*[•-]\s+|\s+", "", text)


@pytest.fixture(scope="module")
def said(assistant: Assistant) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what the NLG said to each topic, by channel: each is asked by its button in a conversation of its own."""

    async def ask(output: CaptureChannel, topic: str, title: str) -> dict[str, Any]:
        sender = f"parity-{output.name()}-{topic}"
        message = UserMessage(title, output, sender, understood(title, topic), output.name())
        await assistant._agent.handle_message(message)
        (found,) = output.messages
        return found

    async def ask_all() -> dict[str, dict[str, dict[str, Any]]]:
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for topic, title in assistant.topics().items():
            for made in (WebOutput, TelegramOutput, ShellOutput):
                found.setdefault(topic, {})[made.name()] = await ask(made(), topic, title)
        return found

    return asyncio.run(ask_all())


def test_every_topic_says_the_same_sentences(said: dict[str, dict[str, dict[str, Any]]]) -> None:
    assert len(said) > 200
    for topic, by_channel in said.items():
        web = replies.reply(by_channel["web"], "0" * 36, 0, ())
        lines = [line for part in web["paragraphs"] for line in part.get("items") or [part["text"]]]
        if web["when_to_get_help"]:
            lines += [responses.HELP_HEADING, *web["when_to_get_help"]]
        on_web = squeezed("\n".join(lines))
        on_telegram = squeezed(_without_sources("\n".join(_shown(by_channel["telegram"]))))
        in_shell = squeezed(_without_sources(by_channel[SHELL]["text"]))
        assert on_web == on_telegram == in_shell, topic
        assert on_web, topic


def test_every_topic_names_the_same_sources(said: dict[str, dict[str, dict[str, Any]]]) -> None:
    for topic, by_channel in said.items():
        web = [
            (responses.source_name(source), source["url"])
            for source in replies.reply(by_channel["web"], "0" * 36, 0, ())["sources"]
        ]
        telegram = [link for part in parts(by_channel["telegram"]) for link in read_html(part.html).links]
        in_shell = squeezed(by_channel[SHELL]["text"])
        assert web == telegram, topic
        assert web, topic
        # The shell names those that lead, and how many more there are.
        assert all(squeezed(name) in in_shell for name, _ in web[: responses.SOURCES_SHOWN]), topic
        if len(web) > responses.SOURCES_SHOWN:
            assert f"and{len(web) - responses.SOURCES_SHOWN}more." in in_shell, topic


def test_every_topic_leads_on_by_the_same_buttons(said: dict[str, dict[str, dict[str, Any]]]) -> None:
    for topic, by_channel in said.items():
        web = [button["title"] for button in replies.reply(by_channel["web"], "0" * 36, 0, ())["buttons"]]
        keyboard = parts(by_channel["telegram"])[-1].keyboard
        assert web == [button["text"] for (button,) in (keyboard or {})["inline_keyboard"]], topic


def _without_sources(text: str) -> str:
    return re.split(r"\nSources?:", text)[0]


def _shown(message: dict[str, Any]) -> list[str]:
    return [read_html(part.html).text for part in parts(message)]
