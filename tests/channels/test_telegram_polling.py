"""Long polling loses nothing: an update is confirmed to Telegram when it was handled, and not before."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from latch.channels.telegram import polling
from latch.channels.telegram.api import RefusedError, Telegram
from latch.channels.telegram.polling import Polling
from tests.channels.telegram_stand_in import NO_ANSWER, TOKEN, TelegramStandIn


@pytest.fixture
def stand_in() -> Iterator[TelegramStandIn]:
    with TelegramStandIn().running() as running:
        yield running


def poll(
    stand_in: TelegramStandIn, handle: Callable[[Any], Awaitable[bool]], until: Callable[[], bool], token: str = TOKEN
) -> None:
    async def go() -> None:
        telegram = Telegram(token, stand_in.url)
        work = asyncio.ensure_future(Polling(telegram, handle).run())
        try:
            for _ in range(1000):
                if until() or work.done():
                    break
                await asyncio.sleep(0.02)
            if work.done():
                work.result()
            assert until()
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await telegram.close()

    asyncio.run(go())


def test_updates_are_handed_over_once_and_confirmed(stand_in: TelegramStandIn) -> None:
    found: Counter[int] = Counter()

    async def handle(update: Any) -> bool:
        found[update["update_id"]] += 1
        return True

    made = {stand_in.says(chat, "x") for chat in range(1, 251)}  # more than Telegram gives at once
    poll(stand_in, handle, lambda: made <= stand_in.confirmed)
    assert found == dict.fromkeys(made, 1)


def test_one_that_was_not_handled_is_handed_over_again(stand_in: TelegramStandIn) -> None:
    tries: Counter[int] = Counter()
    made = [stand_in.says(chat, "x") for chat in (1, 2, 3)]

    async def handle(update: Any) -> bool:
        tries[update["update_id"]] += 1
        return update["update_id"] != made[0] or tries[made[0]] == 3

    poll(stand_in, handle, lambda: set(made) <= stand_in.confirmed)
    assert tries == {made[0]: 3, made[1]: 1, made[2]: 1}


def test_one_in_work_is_not_confirmed_and_holds_up_no_other(stand_in: TelegramStandIn) -> None:
    found = []
    made = [stand_in.says(chat, "x") for chat in (1, 2)]

    async def handle(update: Any) -> bool:
        found.append(update["update_id"])
        if update["update_id"] == made[0]:
            await asyncio.sleep(3600)
        elif len(found) == 2:
            made.append(stand_in.says(3, "y"))
        return True

    poll(stand_in, handle, lambda: len(found) == 3)
    assert found == made
    assert made[0] not in stand_in.confirmed


def test_an_outage_is_waited_for(stand_in: TelegramStandIn) -> None:
    stand_in.outage(1.0)
    found = []

    async def handle(update: Any) -> bool:
        found.append(update["update_id"])
        return True

    made = stand_in.says(1, "x")
    poll(stand_in, handle, lambda: found == [made])


def test_too_many_requests_trouble_and_silence_are_waited_for(
    stand_in: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "POLL_SECONDS", 1)
    monkeypatch.setattr(polling, "ANSWER_SECONDS", 0.3)
    stand_in.trouble["getUpdates"] = [429, 500, NO_ANSWER]
    found = []

    async def handle(update: Any) -> bool:
        found.append(update["update_id"])
        return True

    made = stand_in.says(1, "x")
    poll(stand_in, handle, lambda: found == [made])
    assert len(stand_in.of("getUpdates")) >= 4
    assert stand_in.slips == []


def test_while_another_fetches_it_waits_and_says_so_once(
    stand_in: TelegramStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in.webhook = {"url": "http://127.0.0.1:9/"}

    async def handle(_: Any) -> bool:
        return True

    poll(stand_in, handle, lambda: len(stand_in.of("getUpdates")) == 2)
    assert sum("Another process fetches" in message for message in caplog.messages) == 1


def test_a_token_that_telegram_does_not_know_ends_it(stand_in: TelegramStandIn) -> None:
    async def handle(_: Any) -> bool:
        return True

    with pytest.raises(RefusedError):
        poll(stand_in, handle, lambda: False, token="1:not-the-token-of-any-bot")
