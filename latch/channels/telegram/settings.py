"""Settings of the Telegram channel: from the environment, then from a file of their own that git does not keep."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from latch.placeholders import check_secret

TOKEN = "LATCH_TELEGRAM_TOKEN"
SECRET = "LATCH_TELEGRAM_SECRET"
WEBHOOK_URL = "LATCH_TELEGRAM_WEBHOOK_URL"
API = "LATCH_TELEGRAM_API"
POLLING = "LATCH_TELEGRAM_POLLING"
SEEN = "LATCH_TELEGRAM_SEEN"
CREDENTIALS = "LATCH_TELEGRAM_CREDENTIALS"

PUBLIC_API = "https://api.telegram.org"
CREDENTIALS_FILE = Path("credentials.telegram.yml")
SEEN_FILE = Path("var/telegram-seen.sqlite3")

_KEYS = {"token": TOKEN, "secret": SECRET, "webhook_url": WEBHOOK_URL, "api": API}
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{10,100}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")  # the Bot API takes 1 to 256 of these


@dataclass(frozen=True)
class Settings:
    """How Telegram is reached, and how it reaches this server.

    Without a `webhook_url` updates are fetched by long polling. An empty `secret` is derived from the server's own.
    """

    token: str = field(repr=False)
    secret: str = field(default="", repr=False)
    webhook_url: str = ""
    api: str = PUBLIC_API
    seen: Path = SEEN_FILE

    @property
    def bot(self) -> int:
        """The bot's id, with which its token begins."""
        return int(self.token.partition(":")[0])

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Settings | None:
        """Return the settings, None where there is no token.

        Raises:
            ValueError: when one is unknown or wrong; the message names it and never quotes token or secret.
            OSError: when the file that the environment names cannot be read.
        """
        written = _written(environment)
        token, secret, webhook_url, api = (
            (environment.get(name) or written.get(key) or "").strip() for key, name in _KEYS.items()
        )
        if not token:
            return None
        if not _TOKEN.fullmatch(token):
            raise ValueError(f"{TOKEN} is not of the form that BotFather gives: digits, a colon, letters and digits")
        if secret and not _SECRET.fullmatch(secret):
            raise ValueError(f"{SECRET} must have 16 to 256 letters, digits, _ or -")
        check_secret(TOKEN, token)
        if secret:
            check_secret(SECRET, secret)
        api = (api or PUBLIC_API).rstrip("/")
        if urlsplit(api).scheme not in ("http", "https") or not urlsplit(api).netloc:
            raise ValueError(f"{API} must be the address of a Bot API server")
        if environment.get(POLLING) == "1":
            webhook_url = ""
        # A Bot API server of one's own takes any address; Telegram's takes none without TLS.
        if webhook_url and (urlsplit(webhook_url).scheme != "https") and api == PUBLIC_API:
            raise ValueError(f"{WEBHOOK_URL} must begin with https://")
        return cls(token, secret, webhook_url, api, Path(environment.get(SEEN) or SEEN_FILE))


def _written(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the file holds; without a name in the environment it may be missing."""
    named = environment.get(CREDENTIALS)
    file = Path(named) if named else CREDENTIALS_FILE
    if not named and not file.is_file():
        return {}
    found = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    if (
        not isinstance(found, dict)
        or not set(found) <= set(_KEYS)
        or not all(isinstance(v, str) for v in found.values())
    ):
        raise ValueError(f"{file} may hold {', '.join(_KEYS)}, each a text in quotes, and nothing else")
    return found
