"""The stand-in is as strict as Telegram: what it would refuse, the tests would not notice otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from latch.channels.telegram.api import RefusedError, Telegram, TooManyError
from tests.channels.telegram_stand_in import PARAMETERS, TOKEN, TelegramStandIn, read_html


@pytest.fixture
def stand_in() -> Iterator[TelegramStandIn]:
    with TelegramStandIn().running() as running:
        yield running


def call(stand_in: TelegramStandIn, method: str, **parameters: Any) -> Any:
    async def go() -> Any:
        telegram = Telegram(TOKEN, stand_in.url)
        try:
            return await telegram.call(method, parameters)
        finally:
            await telegram.close()

    return asyncio.run(go())


def button(**fields: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", **fields}]]}


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"text": ""}, "text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text is empty"),
        ({"text": "x" * 4097}, "too long"),
        ({"text": "😀" * 2049}, "too long"),
        ({"text": "a < b", "parse_mode": "HTML"}, "parse entities"),
        ({"text": "a & b", "parse_mode": "HTML"}, "parse entities"),
        ({"text": "<b>a", "parse_mode": "HTML"}, "parse entities"),
        ({"text": "<b><i>a</b></i>", "parse_mode": "HTML"}, "parse entities"),
        ({"text": "<p>a</p>", "parse_mode": "HTML"}, "parse entities"),
        ({"text": "a", "reply_markup": button(callback_data="x" * 65)}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": button(callback_data="é" * 33)}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": button()}, "unallowed"),
    ],
)
def test_a_message_that_telegram_would_refuse_is_refused(
    stand_in: TelegramStandIn, parameters: dict[str, Any], words: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        call(stand_in, "sendMessage", chat_id=1, **parameters)
    assert caught.value.code == 400
    assert words in caught.value.description


def test_what_is_within_the_limits_is_taken(stand_in: TelegramStandIn) -> None:
    html = "<b>" + "&lt;" * 4096 + "</b>"  # long only before Telegram reads it
    call(stand_in, "sendMessage", chat_id=2, text=html, parse_mode="HTML", reply_markup=button(callback_data="x" * 64))
    assert stand_in.texts(2) == ["<" * 4096]


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("setWebhook", {"url": "ftp://x"}),
        ("setWebhook", {"url": "https://x", "secret_token": "a b"}),
        ("setWebhook", {"url": "https://x", "max_connections": 101}),
        ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}),
        ("getUpdates", {"timeout": 50_000}),
        ("answerCallbackQuery", {"callback_query_id": "unknown"}),
        ("editMessageText", {"chat_id": 1, "message_id": 1, "text": "x"}),
        ("sendEverything", {}),
    ],
)
def test_other_calls_that_telegram_would_refuse_are_refused(
    stand_in: TelegramStandIn, method: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(RefusedError):
        call(stand_in, method, **parameters)


def test_a_careless_client_is_noticed(stand_in: TelegramStandIn) -> None:
    call(stand_in, "sendMessage", chat_id=1, text="x", disable_web_page_preview=True)
    assert stand_in.slips == ["sendMessage has no parameter ['disable_web_page_preview']", "a message with a preview"]


def test_too_many_requests_meet_every_method(stand_in: TelegramStandIn) -> None:
    stand_in.retry_after = 5
    for method in PARAMETERS:
        with pytest.raises(TooManyError) as caught:
            call(stand_in, method, **({"chat_id": 1} if "chat_id" in PARAMETERS[method] else {}))
        assert caught.value.seconds == 5
    call_again = {"chat_id": 1, "message_id": 1}
    with pytest.raises(TooManyError):
        call(stand_in, "deleteMessage", **call_again)
    assert any("before the wait was over" in slip for slip in stand_in.slips)


@pytest.mark.parametrize("method", ["setWebhook", "getUpdates"])
def test_updates_are_brought_of_the_kinds_alone_that_were_asked_for(stand_in: TelegramStandIn, method: str) -> None:
    call(stand_in, method, allowed_updates=["message"], **({"url": ""} if method == "setWebhook" else {}))
    post = stand_in.update("channel_post", stand_in.message(1, text="x"))
    said = stand_in.says(1, "x")
    assert [update["update_id"] for update in call(stand_in, "getUpdates")] == [said]
    assert post not in stand_in.confirmed


def test_html_is_read_as_it_is_shown() -> None:
    read = read_html('a <b>b &amp; c</b> <a href="https://x.example/?a=1&amp;b=2">d</a>')
    assert (read.text, read.bold, read.links) == ("a b & c d", ["b & c"], [("d", "https://x.example/?a=1&b=2")])
