"""Registration: what the bot tells Telegram when it starts, and learns of itself, whenever Telegram can be reached."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from latch.channels.telegram import lines
from latch.channels.telegram.api import RefusedError, Telegram, TooManyError, TroubleError, wait
from latch.channels.telegram.updates import KINDS_OF_UPDATES, Bot

LONGEST_WAIT = 60.0  # seconds between two tries
# Updates that Telegram sends at once: each waits until its answer is sent, and no slow chat may hold up another.
MOST_AT_ONCE = 100

logger = logging.getLogger(__name__)


async def register(telegram: Telegram, webhook_url: str, secret: str) -> Bot:
    """Return what the bot is, once Telegram knows how to bring updates; with no `webhook_url`, they are fetched.

    Raises:
        RefusedError: when Telegram does not know the bot or does not take the address.
    """
    me = await _until_reached(telegram, "getMe")
    if webhook_url:
        webhook = {
            "url": webhook_url,
            "secret_token": secret,
            "allowed_updates": list(KINDS_OF_UPDATES),
            "max_connections": MOST_AT_ONCE,
        }
        await _until_reached(telegram, "setWebhook", webhook)
    else:
        await _until_reached(telegram, "deleteWebhook")
    commands = [{"command": name, "description": what} for name, what in lines.COMMANDS.items()]
    await _until_reached(telegram, "setMyCommands", {"commands": commands})
    return Bot(int(me["id"]), str(me["username"]))


async def _until_reached(telegram: Telegram, method: str, parameters: Mapping[str, Any] | None = None) -> Any:
    troubles = 0
    while True:
        try:
            return await telegram.call(method, parameters)
        except TooManyError as error:
            await telegram.pause(error.seconds)
        except TroubleError:
            troubles += 1
            if troubles == 1:
                logger.warning("Telegram cannot be reached yet. All else works; it is tried again.")
            await telegram.pause(wait(troubles, LONGEST_WAIT))
        except RefusedError as error:
            # Words of Telegram on what the bot's owner set, nothing of a person.
            logger.error("Telegram refuses %s (%s): %s", method, error.code, error.description)
            raise
