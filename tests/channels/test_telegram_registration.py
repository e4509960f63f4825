"""Registration is tried until Telegram takes it, whatever stands in its way; what it refuses ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from latch.channels.telegram import api
from latch.channels.telegram.api import RefusedError, Telegram
from latch.channels.telegram.registration import register
from latch.channels.telegram.updates import Bot
from tests.channels.telegram_stand_in import NO_ANSWER, TOKEN, TelegramStandIn

URL = "http://127.0.0.1:9/webhook"
SECRET = "a-secret-of-the-tests"


@pytest.fixture
def stand_in() -> Iterator[TelegramStandIn]:
    with TelegramStandIn().running() as running:
        yield running
        assert running.slips == []


def registered(stand_in: TelegramStandIn, url: str, secret: str = SECRET) -> Bot:
    async def go() -> Bot:
        telegram = Telegram(TOKEN, stand_in.url)
        try:
            return await register(telegram, url, secret)
        finally:
            await telegram.close()

    return asyncio.run(go())


@pytest.mark.parametrize("trouble", [429, 502, NO_ANSWER])
@pytest.mark.parametrize(
    ("method", "url"), [("getMe", URL), ("setWebhook", URL), ("deleteWebhook", ""), ("setMyCommands", URL)]
)
def test_too_many_requests_trouble_and_silence_are_waited_for(
    stand_in: TelegramStandIn, monkeypatch: pytest.MonkeyPatch, method: str, url: str, trouble: int
) -> None:
    monkeypatch.setattr(api, "CALL_SECONDS", 0.3)
    stand_in.webhook = {"url": "http://an.old.one"}
    stand_in.trouble[method] = [trouble]
    assert registered(stand_in, url) == Bot(4242, "latch_test_bot")
    assert stand_in.webhook.get("url", "") == url
    assert len(stand_in.commands) == 7
    assert len(stand_in.of(method)) == 2


def test_what_telegram_refuses_ends_it_with_its_words(
    stand_in: TelegramStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(RefusedError):
        registered(stand_in, URL, "not a secret")
    assert "Telegram refuses setWebhook (400): Bad Request: secret token contains unallowed characters" in caplog.text
    assert len(stand_in.of("setWebhook")) == 1
