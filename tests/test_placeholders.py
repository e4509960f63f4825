"""A secret that stands in an example is refused by name, and never repeated."""

from __future__ import annotations

import pytest

from latch.channels.telegram.settings import Settings
from latch.placeholders import check_address, check_secret


@pytest.mark.parametrize(
    "example",
    [
        "change-me-change-me-change-me-change-me",
        "please CHANGE_ME before you start, whatever you do",
        "changeme and more letters, so that it is long enough",
        "x" * 64,
        "abcabcabcabcabcabcabcabcabcabcabcabc",
        "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
    ],
)
def test_an_example_is_no_secret(example: str) -> None:
    with pytest.raises(ValueError, match="THE_NAME is an example") as refused:
        check_secret("THE_NAME", example)
    assert example not in str(refused.value)


@pytest.mark.parametrize(
    "secret",
    [
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "a sentence of my own that nobody guesses",
        "we change meals often, tomorrow at seven",
    ],
)
def test_a_secret_of_ones_own_is_one(secret: str) -> None:
    check_secret("THE_NAME", secret)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://latch:change-me@db/latch",
        "postgresql://latch:change%2Dme@db/latch",
        "postgresql://user:password@host/name",
        "postgresql://postgres:postgres@db/latch",
        "postgresql://someone:Someone@db/latch",
        "postgresql://db/latch?user=latch&password=change-me",
    ],
)
def test_a_database_with_the_password_of_an_example_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="THE_NAME has the password of an example") as refused:
        check_address("THE_NAME", address)
    assert "db" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    ["postgresql://latch@db/latch", "postgresql:///latch?host=/run/postgresql", "postgresql://l:Vgq8.tR2@db/l"],
)
def test_a_database_with_a_password_of_its_own_or_none_is_taken(address: str) -> None:
    check_address("THE_NAME", address)


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="THE_NAME is no address"):
        check_address("THE_NAME", "postgresql://[/latch")


@pytest.mark.parametrize(
    "example",
    [
        {"LATCH_TELEGRAM_TOKEN": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"},
        {"LATCH_TELEGRAM_TOKEN": "123456:change-me-change-me"},
        {"LATCH_TELEGRAM_TOKEN": "123456:Vgq8tR2hLw0PzX1", "LATCH_TELEGRAM_SECRET": "change-me-change-me"},
    ],
)
def test_an_example_of_a_token_is_no_token(example: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is an example"):
        Settings.read(example)
