"""The client keeps to Telegram's limits: it waits as asked, tries again within bounds, and keeps each chat's order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from latch.channels.telegram import api
from latch.channels.telegram.api import RefusedError, Telegram, TroubleError, UndeliveredError, wait
from latch.channels.telegram.outbox import Call, Outbox
from tests.channels.telegram_stand_in import NO_ANSWER, TOKEN, TelegramStandIn


@pytest.fixture
def stand_in() -> Iterator[TelegramStandIn]:
    with TelegramStandIn().running() as running:
        yield running


class Waits:
    """Waits that are noted, and take a hundredth of their time."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(seconds / 100)


def run(
    stand_in: TelegramStandIn,
    work: Callable[[Telegram, Outbox], Awaitable[Any]],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Any:
    async def go() -> Any:
        telegram = Telegram(TOKEN, stand_in.url, sleep)
        outbox = Outbox(telegram)
        try:
            return await work(telegram, outbox)
        finally:
            await outbox.close()
            await telegram.close()

    return asyncio.run(go())


def message(chat: int, text: str = "x", **more: Any) -> Call:
    return Call("sendMessage", {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}, **more})


def test_of_what_was_sent_the_id_alone_is_returned(stand_in: TelegramStandIn) -> None:
    """Telegram returns the person's name with it."""

    async def work(_: Telegram, outbox: Outbox) -> list[int | None]:
        number = await outbox.put(1, message(1))
        about = {**message(1, "y").parameters, "message_id": number}
        changed = [await outbox.put(1, Call("editMessageText", about)) for _ in range(2)]  # the second changes nothing
        return [number, *changed]

    found = run(stand_in, work)
    (shown,) = stand_in.shown(1)
    assert found == [shown.id] * 3
    assert (shown.text, shown.edits) == ("y", 1)


def test_too_many_requests_are_respected_to_the_second(stand_in: TelegramStandIn) -> None:
    waits = Waits()
    stand_in.retry_after = 7

    async def work(_: Telegram, outbox: Outbox) -> None:
        sent = outbox.put(1, message(1))
        while not waits.seconds:
            await asyncio.sleep(0.001)
        stand_in.retry_after = 0
        await sent

    run(stand_in, work, waits)
    assert waits.seconds == [7.0]
    assert stand_in.texts(1) == ["x"]


def test_a_real_wait_is_long_enough_for_telegram(stand_in: TelegramStandIn) -> None:
    async def work(_: Telegram, outbox: Outbox) -> None:
        stand_in.storm(0.5, retry_after=1)
        await asyncio.gather(outbox.put(1, message(1)), outbox.put(2, message(2)), outbox.put(1, message(1, "y")))

    run(stand_in, work)
    assert (stand_in.texts(1), stand_in.texts(2), stand_in.slips) == (["x", "y"], ["x"], [])


def test_trouble_is_met_with_waits_that_grow_within_bounds(stand_in: TelegramStandIn) -> None:
    waits = Waits()
    stand_in.trouble["sendMessage"] = [500] * 8
    run(stand_in, lambda _, outbox: outbox.put(1, message(1)), waits)
    assert stand_in.texts(1) == ["x"]
    assert len(waits.seconds) == 8
    assert waits.seconds[0] <= 0.5
    assert waits.seconds[4] > 4
    assert max(waits.seconds) <= api.LONGEST_WAIT


def test_what_cannot_be_delivered_for_long_is_given_up_and_said_to_be(stand_in: TelegramStandIn) -> None:
    stand_in.down = True

    async def work(_: Telegram, outbox: Outbox) -> None:
        with pytest.raises(UndeliveredError):
            await outbox.put(1, message(1))

    run(stand_in, work, Waits())


def test_a_server_that_is_not_there_is_trouble() -> None:
    async def go() -> None:
        telegram = Telegram(TOKEN, "http://127.0.0.1:9")
        with pytest.raises(TroubleError) as caught:
            await telegram.call("getMe")
        assert TOKEN not in repr(caught.value)
        await telegram.close()

    asyncio.run(go())


def test_an_answer_that_takes_too_long_is_trouble(stand_in: TelegramStandIn) -> None:
    stand_in.slow[1] = 1.0

    async def work(telegram: Telegram, _: Outbox) -> None:
        with pytest.raises(TroubleError):
            await telegram.call("sendMessage", message(1).parameters, seconds=0.1)

    run(stand_in, work)


def test_a_send_that_is_not_answered_in_time_is_sent_again(
    stand_in: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "CALL_SECONDS", 0.3)
    stand_in.trouble["sendMessage"] = [NO_ANSWER]

    async def work(_: Telegram, outbox: Outbox) -> None:
        await asyncio.gather(outbox.put(1, message(1)), outbox.put(1, message(1, "y")))

    run(stand_in, work)
    assert stand_in.texts(1) == ["x", "y"]
    assert [call.parameters["text"] for call in stand_in.of("sendMessage")] == ["x", "x", "y"]


def test_a_person_who_blocked_the_bot_ends_it_quietly(
    stand_in: TelegramStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in.blocked.add(1)

    async def work(_: Telegram, outbox: Outbox) -> Any:
        return await outbox.put(1, message(1))

    assert run(stand_in, work) is None
    assert len(stand_in.of("sendMessage")) == 1
    assert caplog.records == []


def test_what_telegram_cannot_read_is_sent_as_plain_text(stand_in: TelegramStandIn) -> None:
    call = Call("sendMessage", {**message(1).parameters, "text": "a <b", "parse_mode": "HTML"}, otherwise=message(1))
    run(stand_in, lambda _, outbox: outbox.put(1, call))
    assert stand_in.texts(1) == ["x"]


def test_a_refused_call_is_an_error_with_its_code(stand_in: TelegramStandIn) -> None:
    async def work(telegram: Telegram, _: Outbox) -> None:
        with pytest.raises(RefusedError) as caught:
            await telegram.insist("sendMessage", {"chat_id": 1, "text": ""})
        assert caught.value.code == 400

    run(stand_in, work)


def test_messages_to_a_chat_stay_in_their_order(stand_in: TelegramStandIn) -> None:
    stand_in.trouble["sendMessage"] = [500, 502, 503]
    texts = [str(number) for number in range(30)]

    async def work(_: Telegram, outbox: Outbox) -> None:
        await asyncio.gather(*(outbox.put(1, message(1, text)) for text in texts))

    run(stand_in, work, Waits())
    assert stand_in.texts(1) == texts


def test_one_slow_chat_does_not_hold_up_another(stand_in: TelegramStandIn) -> None:
    for chat in range(200, 400):
        stand_in.slow[chat] = 2.0

    async def work(_: Telegram, outbox: Outbox) -> float:
        for chat in stand_in.slow:
            outbox.put(chat, message(chat))
        await asyncio.sleep(0.3)
        begun = time.monotonic()
        await outbox.put(1, message(1))
        return time.monotonic() - begun

    assert run(stand_in, work) < 1.5
    assert stand_in.texts(1) == ["x"]


def test_a_hint_is_tried_once_and_never_holds_up_what_follows(stand_in: TelegramStandIn) -> None:
    typing = Call("sendChatAction", {"chat_id": 1, "action": "dance"}, hint=True)

    async def work(_: Telegram, outbox: Outbox) -> None:
        outbox.put(1, typing)
        await outbox.put(1, message(1))

    run(stand_in, work)
    assert [call.method for call in stand_in.calls] == ["sendChatAction", "sendMessage"]


def test_waits_grow_and_end() -> None:
    assert all(wait(number) <= api.LONGEST_WAIT for number in (1, 5, 10, 10_000))
    assert wait(1) < wait(4)
