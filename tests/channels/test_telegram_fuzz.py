"""Thousands of generated updates of every kind, some twice and all out of order, brought to the real server at once."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from latch.channels.telegram.channel import FAILED, LATER
from latch.channels.telegram.updates import KINDS_OF_UPDATES, OTHER_UPDATE
from tests.channels.telegram_server import TelegramBot
from tests.hostile import telegram
from tests.server import Metrics

UPDATES = 5_000
AT_ONCE = 8
SEED = 6


def drawn() -> list[tuple[str, Any]]:
    """Return what was generated: the same at each run, so that a fault is found again."""
    found: list[tuple[str, Any]] = []

    @seed(SEED)
    @settings(
        max_examples=UPDATES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(telegram.DRAWN | telegram.SEVERAL)
    def draw(one: tuple[str, Any]) -> None:
        found.append(one)

    draw()
    return found


def test_generated_updates_make_no_failure_and_lose_and_double_no_answer(bot: TelegramBot) -> None:
    chance = random.Random(SEED)
    updates = telegram.Updates(bot)
    generated = drawn()
    made = [update for one in generated for update in updates.made(one)]
    brought = [update for update in made for _ in range(chance.choice((1,) * 8 + (2, 3)))]
    chance.shuffle(brought)
    before, shown_before = bot.server.metrics(), _chats(bot)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = Counter(pool.map(lambda update: bot.bring(update).status, brought))
    after = bot.server.metrics()

    assert len(made) >= UPDATES
    assert len(brought) > 1.1 * len(made)
    assert statuses == {200: len(brought)}
    assert _outcomes(after, FAILED) == _outcomes(before, FAILED)
    assert _outcomes(after, LATER) == _outcomes(before, LATER)
    assert updates.wrong() == {}
    assert _chats(bot) - shown_before <= updates.chats  # nobody is answered who said nothing
    # What generation tends to: everything that the Bot API knows was there.
    kinds = {kind for kind, _ in generated}
    assert kinds >= {"text", "media", "edited", "group", "mention", "press", "service", "no update", "talk", "edits"}
    assert kinds >= {*KINDS_OF_UPDATES, *telegram.OTHER_KINDS}
    for kind, known in (("text", telegram.TEXTS), ("media", telegram.MEDIA), ("service", telegram.SERVICE)):
        assert {what for found, what in generated if found == kind} == set(known)


def _chats(bot: TelegramBot) -> set[int]:
    """Return the chats that show anything."""
    return {chat for chat, messages in bot.telegram.messages.items() if messages}


def _outcomes(metrics: Metrics, outcome: str) -> float:
    kinds = (*KINDS_OF_UPDATES, OTHER_UPDATE)
    return sum(metrics("latch_telegram_updates_total", kind=kind, outcome=outcome) for kind in kinds)
