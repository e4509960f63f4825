"""Placeholders: secrets that stand in an example and are nobody's. No server starts with one."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

# What stands in deploy/.env.example for each value that an operator must choose.
PLACEHOLDER = "change-me"
_PLACEHOLDER = re.compile(r"\bchange[-_ ]?me\b|change[-_]me", re.IGNORECASE)
FEWEST_CHARACTERS = 8  # different ones, in a secret of 32 or more

_DEFAULT_PASSWORDS = frozenset(
    {"password", "passwd", "pass", "postgres", "postgresql", "admin", "root", "secret", "changeme", "example", "test"}
    | {"12345", "123456", "12345678", "123456789", "qwerty", "latch"}
)
_EXAMPLE_TOKENS = frozenset(  # those of Telegram's own documentation
    {"123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11", "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"}
    | {"4839574812:AAFD39kkdpWt3ywyRZergyOLMaJhac60qc"}
)


def check_secret(name: str, value: str) -> None:
    """Check that a secret is one of somebody's own.

    Raises:
        ValueError: when it is an example or a row of a few characters; the message names it by `name`.
    """
    if _is_placeholder(value) or value in _EXAMPLE_TOKENS or len(set(value)) < FEWEST_CHARACTERS:
        raise ValueError(f"{name} is an example, not a secret: make one of your own (`openssl rand -hex 32`).")


def check_address(name: str, url: str) -> None:
    """Check that the password in the address of a database, where there is one, is one of somebody's own.

    Raises:
        ValueError: when it is an example, a default, or the user's name; the message names it by `name`.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError(f"{name} is no address of a database.") from None
    given = [unquote(parts.password or ""), *parse_qs(parts.query).get("password", ())]
    if any(map(_is_placeholder, given)) or any(_is_default(one, unquote(parts.username or "")) for one in given):
        raise ValueError(f"{name} has the password of an example: give the database one of your own.")


def _is_placeholder(value: str) -> bool:
    return bool(_PLACEHOLDER.search(value))


def _is_default(password: str, user: str) -> bool:
    return bool(password) and password.lower() in (*_DEFAULT_PASSWORDS, user.lower())
