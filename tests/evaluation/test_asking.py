from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from latch.assistant import Turn
from latch.evaluation.asking import PROGRESS, ask_all
from latch.evaluation.messages import read_questions


class Parrot:
    """A bot that understands everything as one intent and notes who says what."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    async def understand(self, text: str) -> list[tuple[str, float]]:
        return [("made", 0.75)]

    async def turn(self, text: str, sender: str) -> Turn:
        self.heard.append((sender, text))
        return Turn("made", 0.75, [], {})

    def is_topic(self, intent: str) -> bool:
        return True


def ask(folder: Path, text: str) -> tuple[Parrot, Any, Any]:
    (folder / "a.yml").write_text(text, encoding="utf-8")
    bot: Any = Parrot()
    asked, talked = asyncio.run(ask_all(bot, read_questions(folder)))
    return bot, asked, talked


def test_each_message_is_a_conversation_of_its_own(tmp_path: Path) -> None:
    bot, asked, _ = ask(tmp_path, "- {id: a, text: one, kind: far}\n- {id: b, text: two, kind: far}")
    assert len({sender for sender, _ in bot.heard}) == 2
    assert [one.ranking for one in asked] == [(("made", 0.75),)] * 2
    assert asked[0].answer["intent"] == "made"
    assert asked[0].understanding_ms >= 0


def test_the_turns_of_a_conversation_have_one_sender(tmp_path: Path) -> None:
    text = "- {id: c, turns: [{user: one, expect: made}, {user: two, expect: made}]}\n"
    bot, _, talked = ask(tmp_path, text + "- {id: d, turns: [{user: three, expect: made}]}")
    assert [text for _, text in bot.heard] == ["one", "two", "three"]
    senders = [sender for sender, _ in bot.heard]
    assert senders[0] == senders[1] != senders[2]
    assert [len(one.answers) for one in talked] == [2, 1]


def test_long_work_says_how_far_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask(tmp_path, "\n".join(f"- {{id: a{number}, text: one, kind: far}}" for number in range(PROGRESS + 1)))
    assert f"{PROGRESS} of {PROGRESS + 1} messages" in capsys.readouterr().err
