"""Hundreds of fixed inputs that nobody means well with, over every address of the real server."""

from __future__ import annotations

import pytest

from tests.channels.telegram_server import TelegramBot
from tests.hostile.inputs import Input, inputs

INPUTS = inputs()


def test_there_are_hundreds_of_them_over_every_way() -> None:
    assert len(INPUTS) >= 300
    assert len({one.way for one in INPUTS}) == 9


@pytest.mark.parametrize("one", INPUTS, ids=lambda one: f"{one.way}: {one.name}")
def test_is_answered_or_refused_with_a_sentence(bot: TelegramBot, one: Input) -> None:
    one.send(bot)
