"""The client of the Bot API: one call, or a call that waits and tries again as Telegram asks."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp

from latch import metrics

# A send that times out may have been carried out, and is tried again all the same: so there is much time before that.
CALL_SECONDS = 30.0
CONNECT_SECONDS = 5.0
# More than any number of chats that are slow at once; aiohttp's own hundred would let them hold up the others.
CONNECTIONS = 2_000
FIRST_WAIT = 0.5
LONGEST_WAIT = 8.0
MOST_TROUBLES = 14  # tries that meet a server in trouble: about a minute and a half
MOST_REFUSALS = 30  # tries that meet "too many requests", each after the wait that was asked for

Parameters = Mapping[str, Any]
Sleep = Callable[[float], Awaitable[None]]


class RefusedError(Exception):
    """Telegram does not carry out the call, and would not if it came again."""

    def __init__(self, code: int, description: str = "", migrated_to: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.description = description
        self.migrated_to = migrated_to


class BlockedError(RefusedError):
    """The person blocked the bot, or it may not write there."""


class TooManyError(Exception):
    """The call is to come again after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class TroubleError(Exception):
    """Telegram cannot be reached, does not answer in time or has trouble of its own."""


class UndeliveredError(Exception):
    """Telegram did not carry out the call for so long that it was given up."""


_OUTCOMES: Mapping[type[Exception], str] = {
    RefusedError: "refused",
    BlockedError: "blocked",
    TooManyError: "too_many",
    TroubleError: "trouble",
}


class Telegram:
    """Calls methods of the Bot API for one bot."""

    def __init__(self, token: str, api: str, sleep: Sleep = asyncio.sleep) -> None:
        self._base = f"{api}/bot{token}/"
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, parameters: Parameters | None = None, seconds: float | None = None) -> Any:
        """Return the result of one call, for which it waits so many seconds, else CALL_SECONDS.

        Raises:
            RefusedError: when it cannot be carried out.
            TooManyError: when it is to come later.
            TroubleError: when it is not known whether it was carried out.
        """
        try:
            result = _result(*await self._post(method, parameters, seconds or CALL_SECONDS))
        except (RefusedError, TooManyError, TroubleError) as error:
            metrics.TELEGRAM_CALLS.labels(method, _OUTCOMES[type(error)]).inc()
            raise
        metrics.TELEGRAM_CALLS.labels(method, "done").inc()
        return result

    async def insist(self, method: str, parameters: Parameters | None = None) -> Any:
        """Return the result of a call, tried again after waits until it is carried out or refused.

        Raises:
            RefusedError: when it cannot be carried out.
            UndeliveredError: when it is given up.
        """
        troubles = refusals = 0
        while True:
            try:
                return await self.call(method, parameters)
            except TooManyError as error:
                refusals += 1
                await self._sleep(error.seconds)
                if refusals >= MOST_REFUSALS:
                    raise _given_up() from None
            except TroubleError:
                troubles += 1
                if troubles >= MOST_TROUBLES:
                    raise _given_up() from None
                await self._sleep(wait(troubles))

    async def pause(self, seconds: float) -> None:
        """Wait as calls that are tried again do."""
        await self._sleep(seconds)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, method: str, parameters: Parameters | None, seconds: float) -> tuple[int, bytes]:
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        try:
            async with self._opened().post(self._base + method, json=dict(parameters or {}), timeout=timeout) as answer:
                return answer.status, await answer.read()
        # Not `from`: the words of these errors hold the address, and the address holds the token.
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            raise TroubleError from None

    def _opened(self) -> aiohttp.ClientSession:
        # Made in the loop that it is used in: Rasa makes channels before there is one.
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=60)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session


def _given_up() -> UndeliveredError:
    metrics.TELEGRAM_GIVEN_UP.inc()
    return UndeliveredError()


def wait(troubles: int, most: float = LONGEST_WAIT) -> float:
    """Return how many seconds to wait after so many tries that met trouble; no two servers wait alike."""
    longest = min(most, FIRST_WAIT * 2.0 ** (min(troubles, 30) - 1))
    return longest * random.uniform(0.75, 1.0)


def _result(status: int, content: bytes) -> Any:
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        # A proxy's page; and 2xx with something else is nothing that Telegram says.
        raise RefusedError(status) if 400 <= status < 500 and status != 429 else TroubleError
    if found.get("ok") is True:
        return found.get("result")
    given, parameters = found.get("error_code"), found.get("parameters")
    code = given if isinstance(given, int) else status
    about = parameters if isinstance(parameters, dict) else {}
    if code == 429:
        seconds = about.get("retry_after")
        raise TooManyError(float(seconds) if isinstance(seconds, (int, float)) and seconds > 0 else 1.0)
    if code >= 500:
        raise TroubleError
    description = str(found.get("description") or "")
    if code == 403:
        raise BlockedError(code, description)
    migrated = about.get("migrate_to_chat_id")
    raise RefusedError(code, description, migrated if isinstance(migrated, int) else None)
