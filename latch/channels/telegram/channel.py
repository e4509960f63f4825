"""TelegramChannel: takes updates by webhook or by long polling, each answered once."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
from collections.abc import Sequence
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic
from sanic.exceptions import InvalidUsage, PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response

from latch import logs, metrics
from latch.channels.admission import BusyError, admission
from latch.channels.answered import Answered
from latch.channels.secret import keyed, secret
from latch.channels.telegram.answering import NAME, Answering, FaultError, NotReadyError
from latch.channels.telegram.api import RefusedError, Telegram
from latch.channels.telegram.polling import Polling
from latch.channels.telegram.registration import register
from latch.channels.telegram.seen import InWorkError, Seen
from latch.channels.telegram.settings import TOKEN, Settings
from latch.channels.telegram.updates import (
    KINDS_OF_UPDATES,
    OTHER_UPDATE,
    Bot,
    NotIntroducedError,
    kind_of_update,
    read,
    update_id,
)
from latch.channels.turns import OnNewMessage

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
# A message that answers another holds both, with all their formatting.
LARGEST_BODY = 1_000_000  # bytes
# So long Telegram is kept waiting for the word that an update was answered; then it brings it again, and is told then.
PATIENCE_SECONDS = 25.0
MOST_IN_WORK = 2_000
_RETRY_SECONDS = 1

# What becomes of an update, and what Telegram is told of it: with anything but 200 it brings it again.
ANSWERED = "answered"
IGNORED = "ignored"  # nothing in it is for Latch
LATER = "later"
FAILED = "failed"
_STATUSES = {ANSWERED: 200, IGNORED: 200, LATER: 503, FAILED: 500}

logger = logging.getLogger(__name__)


class TelegramChannel(InputChannel):
    """Serves /webhooks/telegram/webhook, or fetches updates. Without settings it does nothing."""

    def __init__(self, settings: Settings | None, secret: str) -> None:
        self._settings = settings
        self._secret = secret
        self._answered: Answered[None] = Answered(pending=MOST_IN_WORK)
        self._app: Sanic | None = None
        self._bot = Bot(settings.bot if settings else 0)
        self._background: Sequence[asyncio.Task[None]] = ()
        self._telegram: Telegram | None = None
        self._answering: Answering | None = None

    @classmethod
    def name(cls) -> str:
        """Return the channel's name; it is also the end of its address."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TelegramChannel:
        """Return the channel with the settings of the environment, or of their own file.

        Raises:
            RasaException: when a setting or the secret is no good.
        """
        if credentials:
            raise RasaException("The Telegram channel takes no settings in credentials.yml: docs/telegram.md.")
        try:
            settings = Settings.read()
            if settings is None:
                logger.warning("Telegram is off: %s is not set.", TOKEN)
            return cls(settings, secret() if settings else "")
        except (ValueError, OSError) as error:
            raise RasaException(f"The Telegram channel cannot start: {error}") from error

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("latch_telegram")

        async def health(_: Request) -> HTTPResponse:
            return json_response({"status": "ok" if self._settings else "off"})

        async def webhook(request: Request) -> HTTPResponse:
            return await self._webhook(request)

        async def start(app: Sanic, _: object) -> None:
            self._start(app, on_new_message)

        async def stop(_: Sanic, __: object) -> None:
            await self._stop()

        routes.add_route(health, "/", methods=["GET"])
        if self._settings:
            if self._settings.webhook_url:
                routes.add_route(webhook, "/webhook", methods=["POST"], stream=True)
            routes.listener("after_server_start")(start)
            routes.listener("before_server_stop")(stop)
        return routes

    def _start(self, app: Sanic, on_new_message: OnNewMessage) -> None:
        """Begin, without waiting for Telegram."""
        settings = self._settings
        assert settings is not None
        for kind in (*KINDS_OF_UPDATES, OTHER_UPDATE):
            metrics.TELEGRAM_UPDATES.labels(kind, FAILED)  # Prometheus sees no first failure where there was no count
        self._app = app
        self._telegram = Telegram(settings.token, settings.api)
        self._answering = Answering(
            on_new_message,
            self._agent,
            self._telegram,
            Seen(settings.seen),
            self._secret,
            settings.bot,
            admission(app),
            refused=bool(settings.webhook_url),
        )
        works = (self._keep_in_touch(settings, self._telegram), self._answering.expire())
        self._background = [asyncio.ensure_future(work) for work in works]

    async def _stop(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        if self._answering is not None:
            await self._answering.close()
        if self._telegram is not None:
            await self._telegram.close()

    async def _keep_in_touch(self, settings: Settings, telegram: Telegram) -> None:
        try:
            self._bot = await register(telegram, settings.webhook_url, self._webhook_secret(settings))
            logger.info("Telegram was reached.")
            if not settings.webhook_url:
                await Polling(telegram, self._handled).run()
        except RefusedError:
            logger.error("Telegram is off: it refused what stands above or in %s.", TOKEN)
        except Exception as error:
            logs.failed(logger, "Keeping in touch with Telegram", error)

    def _webhook_secret(self, settings: Settings) -> str:
        """Return the secret that Telegram sends with each update: the same on every server of a group."""
        return settings.secret or keyed(self._secret, NAME, "webhook", settings.bot)

    async def _webhook(self, request: Request) -> HTTPResponse:
        settings = self._settings
        assert settings is not None
        given = (request.headers.get(SECRET_HEADER) or "").encode("utf-8", "surrogatepass")
        if request.stream:
            request.stream.request_max_size = LARGEST_BODY  # also for what is left unread
        if not hmac.compare_digest(given, self._webhook_secret(settings).encode()):
            return _status(403)
        try:
            await request.receive_body()  # type: ignore[no-untyped-call]
            update = json.loads(request.body)
        except PayloadTooLarge:
            return _status(413)
        except (InvalidUsage, ValueError, RecursionError):
            return _status(400)
        return _status(_STATUSES[await self._answer(update)])

    async def _handled(self, update: object) -> bool:
        logs.begin_request()  # an update that is fetched has no request of its own
        return await self._answer(update) in (ANSWERED, IGNORED)

    async def _answer(self, update: object) -> str:
        """Return what became of an update, with a line in the log and a count."""
        begun = time.perf_counter()
        outcome = await self._outcome(update)
        kind = kind_of_update(update)
        metrics.TELEGRAM_UPDATES.labels(kind, outcome).inc()
        milliseconds = round((time.perf_counter() - begun) * 1_000, 1)
        about = {"kind": kind, "outcome": outcome, "milliseconds": milliseconds}
        logger.info("update", extra={"fields": about})
        return outcome

    async def _outcome(self, update: object) -> str:
        answering = self._answering
        number = update_id(update)
        try:
            event = read(update, self._bot)
            if event is None or number is None:
                return IGNORED
            if answering is None:
                return LATER
            await self._answered.once(("", str(number)), lambda: answering.answer(number, event), PATIENCE_SECONDS)
            return ANSWERED
        except (NotIntroducedError, NotReadyError, InWorkError, BusyError, asyncio.TimeoutError):
            return LATER
        except FaultError:
            return FAILED
        except Exception as error:
            logs.failed(logger, "An update from Telegram", error)
            return FAILED

    def _agent(self) -> Agent | None:
        return getattr(self._app.ctx, "agent", None) if self._app else None


def _status(status: int) -> HTTPResponse:
    headers = {"Cache-Control": "no-store"}
    if status == _STATUSES[LATER]:
        headers["Retry-After"] = str(_RETRY_SECONDS)
    return empty(status, headers=headers)
