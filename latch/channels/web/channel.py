"""WebChannel: Rasa's REST channel with sessions, limits, typed replies, and an honest status for every failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.rest import RestInput
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic
from sanic.exceptions import InvalidUsage, PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response
from sanic_cors.core import SANIC_CORS_EVALUATED

from latch import logs, metrics
from latch.channels.admission import Admission, BusyError, admission
from latch.channels.answered import Answered
from latch.channels.limits import Limit, address
from latch.channels.secret import secret
from latch.channels.turns import OnNewMessage
from latch.channels.urgent import Urgent
from latch.channels.web import bodies, replies
from latch.channels.web.bodies import Body
from latch.channels.web.conversations import NAME, Conversations, ForgottenError
from latch.channels.web.ratings import Ratings
from latch.channels.web.refusals import (
    BUSY,
    FAILED,
    MALFORMED,
    NOT_READY,
    ORIGIN,
    SESSION_EXPIRED,
    TOO_LONG,
    TOO_MANY,
    UNKNOWN_BUTTON,
    UNKNOWN_REPLY,
    RefusalError,
)
from latch.channels.web.sessions import InvalidSessionError, Session, Sessions
from latch.channels.web.settings import Settings
from latch.plan import FORGOTTEN
from latch.responses import TITLE, UTTER, Book
from latch.retention import lifetime

logger = logging.getLogger(__name__)

_BEARER = "Bearer "
_RETRY_SECONDS = 1
_SLOW = "This is taking longer than usual. Please send it again to get the answer."

Work = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]


class WebChannel(RestInput):
    """Serves /webhooks/web: docs/web-channel.md, and openapi.yml beside this file.

    Of Rasa's REST channel it keeps the place and the health check; whoever writes to it cannot choose the sender, the
    intent or the metadata.
    """

    def __init__(self, settings: Settings, sessions: Sessions) -> None:
        self._settings = settings
        self._sessions = sessions
        self._session_limit = Limit(settings.session_rate)
        self._address_limit = Limit(settings.address_rate)
        self._urgent = Urgent()
        self._answered: Answered[list[replies.Reply]] = Answered()
        self._ratings = Ratings()
        self._book = Book({})
        self._numbers: frozenset[str] = frozenset()

    @classmethod
    def name(cls) -> str:
        """Return the channel's name; it is also the end of its address."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChannel:
        """Return the channel with the settings of credentials.yml and the environment.

        Raises:
            RasaException: when a setting or the secret is no good.
        """
        try:
            return cls(Settings.read(credentials), Sessions(secret(), lifetime()))
        except (ValueError, OSError) as error:
            raise RasaException(f"The web channel cannot start: {error}") from error

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return the routes."""
        conversations = Conversations(on_new_message)
        routes = Blueprint("latch_web")

        async def health(_: Request) -> HTTPResponse:
            return json_response({"status": "ok"})

        async def session(request: Request) -> HTTPResponse:
            return await self._session(request)

        async def message(request: Request) -> HTTPResponse:
            return await self._message(request, conversations)

        async def feedback(request: Request) -> HTTPResponse:
            return await self._feedback(request, conversations)

        async def forget(request: Request) -> HTTPResponse:
            return await self._forget(request, conversations)

        async def preflight(request: Request) -> HTTPResponse:
            return self._preflight(request)

        routes.add_route(health, "/", methods=["GET"])
        for work in (session, message, feedback, forget):
            # As a stream: the size of a body is known to be small before it is read.
            routes.add_route(self._guarded(work), f"/{work.__name__}", ["POST"], name=work.__name__, stream=True)
            routes.add_route(preflight, f"/{work.__name__}", ["OPTIONS"], name=f"{work.__name__}_preflight")
        routes.listener("before_server_start")(self._answer_preflights_first)
        return routes

    async def _session(self, request: Request) -> HTTPResponse:
        book = self._known(_agent(request))
        token, session = self._sessions.issue(bodies.country(await _body(request)))
        return json_response(
            {
                "session": token,
                "expires": session.expires.isoformat().replace("+00:00", "Z"),
                "starters": replies.starters(book),
            }
        )

    async def _message(self, request: Request, conversations: Conversations) -> HTTPResponse:
        session = self._session_of(request, conversations)
        body = await _body(request)
        message_id, text = bodies.message_id(body), bodies.typed(body)
        key = (session.conversation, message_id)
        agent = _agent(request)
        places = admission(request.app)
        if key not in self._answered:
            places.check()  # before it is charged: it is to come again
            await self._charge_message(session, text, agent, places)
        book = self._known(agent)
        intent = None
        if text is None:
            intent = bodies.button(body)
            text = _title(book, intent)

        async def answer() -> list[replies.Reply]:
            with places.place():
                said = await conversations.turn(session, message_id, text, intent)
            if any(message.get("utter_action") == FORGOTTEN for message in said):
                self._drop(session)
            with metrics.STAGE_SECONDS.labels("send").time():
                return [replies.reply(one, message_id, number, self._numbers) for number, one in enumerate(said)]

        try:
            made = await self._answered.once(key, answer, self._settings.turn_seconds)
        except asyncio.TimeoutError:
            raise RefusalError(NOT_READY, _SLOW, wait=_RETRY_SECONDS) from None
        return json_response({"id": message_id, "replies": made})

    async def _feedback(self, request: Request, conversations: Conversations) -> HTTPResponse:
        session = self._session_of(request, conversations)
        reply_id, helped, reason = bodies.feedback(await _body(request))
        self._charge(session)
        rated = replies.rated(reply_id)
        if rated is None:
            raise RefusalError(MALFORMED)
        # The client keeps the ids, longer than a model may last.
        if rated.topic and not self._known(_agent(request)).is_topic(rated.topic):
            raise RefusalError(UNKNOWN_REPLY)
        await self._ratings.count(session.conversation, reply_id, rated.topic, helped, reason)
        return empty()

    async def _forget(self, request: Request, conversations: Conversations) -> HTTPResponse:
        session = self._session_of(request, conversations)
        await _body(request)
        await conversations.forget(session, _agent(request).tracker_store)
        self._drop(session)
        return empty()

    def _drop(self, session: Session) -> None:
        """Drop what is held of a conversation beside the store."""
        self._answered.forget(session.conversation)
        self._ratings.forget(session.conversation)

    def _guarded(self, work: Work) -> Work:
        """Return the handler that checks where a request comes from, and turns every failure into its answer."""

        async def handle(request: Request) -> HTTPResponse:
            if request.stream:
                # Also for what is left unread where the request is refused.
                request.stream.request_max_size = bodies.LARGEST_BODY
            origin = request.headers.get("origin")
            try:
                if not self._settings.origins.allows(origin, request.headers.get("host")):
                    raise RefusalError(ORIGIN)
                self._charge_address(request)
                bodies.check_content_type(request.headers.get("content-type"))
                answer = await work(request)
            except RefusalError as refusal:
                answer = _refused(refusal)
            except BusyError as busy:
                answer = _refused(RefusalError(BUSY, wait=busy.wait))
            except (InvalidSessionError, ForgottenError):
                answer = _refused(RefusalError(SESSION_EXPIRED))
            except Exception as error:
                logs.failed(logger, "A request to the web channel", error)
                answer = _refused(RefusalError(FAILED))
            answer.headers.update(self._settings.origins.headers(origin))
            answer.headers["Cache-Control"] = "no-store"
            answer.headers["X-Content-Type-Options"] = "nosniff"
            # The server's own list of origins (`rasa run --cors`) is not for this channel.
            setattr(request.ctx, SANIC_CORS_EVALUATED, "1")
            return answer

        return handle

    def _session_of(self, request: Request, conversations: Conversations) -> Session:
        header = request.headers.get("authorization") or ""
        if not header.startswith(_BEARER):
            raise InvalidSessionError
        session = self._sessions.read(header.removeprefix(_BEARER))
        conversations.check(session)
        return session

    async def _charge_message(self, session: Session, text: str | None, agent: Agent, places: Admission) -> None:
        """Charge a message to its session, unless one is typed above the rate that holds a danger sign."""
        try:
            self._charge(session)
        except RefusalError:
            if text is None:
                raise
            with places.place():
                heard = await self._urgent.is_heard(agent, session.conversation, text)
            if not heard:
                raise

    def _charge(self, session: Session) -> None:
        wait = self._session_limit.wait(session.conversation)
        if wait:
            raise RefusalError(TOO_MANY, wait=wait)

    def _charge_address(self, request: Request) -> None:
        forwarded = request.headers.getall("x-forwarded-for", [])
        wait = self._address_limit.wait(address(request.ip, forwarded, self._settings.proxies))
        if wait:
            raise RefusalError(TOO_MANY, wait=wait)

    def _known(self, agent: Agent) -> Book:
        # A server may load another model.
        if self._book.responses is not agent.domain.responses:
            self._book = Book(agent.domain.responses)
            self._numbers = replies.callable_numbers(self._book)
        return self._book

    def _preflight(self, request: Request) -> HTTPResponse:
        origins, origin = self._settings.origins, request.headers.get("origin")
        answer = empty() if origins.allows(origin, request.headers.get("host")) else _refused(RefusalError(ORIGIN))
        answer.headers.update(origins.preflight(origin))
        setattr(request.ctx, SANIC_CORS_EVALUATED, "1")
        return answer

    async def _answer_preflights_first(self, app: Sanic, _: object) -> None:
        """Answer the browsers' OPTIONS requests before the server's own list of origins answers all of them."""

        async def first(request: Request) -> HTTPResponse | None:
            # By the handler's place in the routes, so that the channel may stand under any prefix.
            named = request.route is not None and ".latch_web." in request.route.name
            return self._preflight(request) if named and request.method == "OPTIONS" else None

        app.request_middleware.appendleft(first)


async def _body(request: Request) -> Body:
    try:
        await request.receive_body()  # type: ignore[no-untyped-call]
    except PayloadTooLarge:
        raise RefusalError(TOO_LONG) from None
    except InvalidUsage:
        raise RefusalError(MALFORMED) from None
    return bodies.read(request.body)


def _agent(request: Request) -> Agent:
    """Return the bot, once a model is loaded."""
    agent = getattr(request.app.ctx, "agent", None)
    if agent is None or not agent.is_ready():
        raise RefusalError(NOT_READY, wait=_RETRY_SECONDS)
    return agent


def _title(book: Book, intent: str) -> str:
    """Return what a button says: the topic's title stands in the conversation as if it had been typed."""
    if not book.is_topic(intent):
        raise RefusalError(UNKNOWN_BUTTON)
    return str(book.metadata(f"{UTTER}{intent}")[TITLE])


def _refused(refusal: RefusalError) -> HTTPResponse:
    headers = {"Retry-After": str(refusal.wait)} if refusal.wait else {}
    if refusal.code == SESSION_EXPIRED:
        headers["WWW-Authenticate"] = "Bearer"
    return json_response(refusal.body(), status=refusal.status, headers=headers)
