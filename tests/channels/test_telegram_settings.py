"""Settings come from the environment, then from a file of their own; without a token there is no Telegram."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.shared.exceptions import RasaException

from latch.channels.telegram.channel import TelegramChannel
from latch.channels.telegram.settings import PUBLIC_API, Settings
from latch.cli import main
from tests.channels.telegram_stand_in import TOKEN


def read(**environment: str) -> Settings | None:
    return Settings.read(environment)


def test_without_a_token_there_is_no_telegram() -> None:
    assert read() is None
    assert read(LATCH_TELEGRAM_TOKEN="  ") is None


def test_a_token_alone_means_long_polling_at_telegram_itself() -> None:
    found = read(LATCH_TELEGRAM_TOKEN=TOKEN)
    assert found == Settings(TOKEN)
    assert (found.api, found.webhook_url, found.bot) == (PUBLIC_API, "", 4242)


def test_a_file_of_its_own_may_hold_them_and_the_environment_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "telegram.yml"
    file.write_text(f'token: "{TOKEN}"\nwebhook_url: "https://a.example/webhooks/telegram/webhook"\n', encoding="utf-8")
    found = read(LATCH_TELEGRAM_CREDENTIALS=str(file), LATCH_TELEGRAM_WEBHOOK_URL="https://b.example/hook")
    assert found == Settings(TOKEN, webhook_url="https://b.example/hook")


def test_long_polling_can_be_chosen_where_an_address_is_set() -> None:
    found = read(LATCH_TELEGRAM_TOKEN=TOKEN, LATCH_TELEGRAM_WEBHOOK_URL="https://b.example", LATCH_TELEGRAM_POLLING="1")
    assert found == Settings(TOKEN)


@pytest.mark.parametrize(
    "wrong",
    [
        {"LATCH_TELEGRAM_TOKEN": "Zebedee"},
        {"LATCH_TELEGRAM_SECRET": "short"},
        {"LATCH_TELEGRAM_SECRET": "with a space in it, and long"},
        {"LATCH_TELEGRAM_WEBHOOK_URL": "http://plain.example"},
        {"LATCH_TELEGRAM_API": "api.telegram.org"},
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_is_quoted(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))) as caught:
        Settings.read({"LATCH_TELEGRAM_TOKEN": TOKEN, **wrong})
    assert TOKEN.partition(":")[2] not in str(caught.value)
    assert "Zebedee" not in str(caught.value)


@pytest.mark.parametrize("content", ["- a", "tokens: x", "token: 5", "proxy: x"])
def test_a_file_with_something_else_in_it_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "telegram.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match="may hold token, secret, webhook_url, api"):
        read(LATCH_TELEGRAM_CREDENTIALS=str(file))


def test_settings_show_neither_token_nor_secret() -> None:
    assert TOKEN not in repr(Settings(TOKEN, "a-secret-of-the-tests"))
    assert "a-secret" not in repr(Settings(TOKEN, "a-secret-of-the-tests"))


def test_without_a_token_the_channel_says_so_once_and_does_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("LATCH_TELEGRAM_TOKEN", raising=False)
    channel = TelegramChannel.from_credentials(None)

    async def never(_: Any) -> None:
        raise AssertionError

    routes = channel.blueprint(never)
    assert [record.getMessage() for record in caplog.records] == ["Telegram is off: LATCH_TELEGRAM_TOKEN is not set."]
    assert not routes._future_listeners


def test_a_wrong_setting_stops_the_start_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATCH_TELEGRAM_TOKEN", "nonsense")
    with pytest.raises(RasaException, match="LATCH_TELEGRAM_TOKEN is not of the form"):
        TelegramChannel.from_credentials(None)
    with pytest.raises(RasaException, match=r"credentials\.yml"):
        TelegramChannel.from_credentials({"token": TOKEN})


def test_latch_telegram_asks_for_the_token(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("LATCH_TELEGRAM_TOKEN", raising=False)
    assert main(["telegram"]) == 1
    assert "Set LATCH_TELEGRAM_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("LATCH_TELEGRAM_TOKEN", "nonsense")
    assert main(["telegram"]) == 1
    assert "LATCH_TELEGRAM_TOKEN is not of the form" in capsys.readouterr().err
