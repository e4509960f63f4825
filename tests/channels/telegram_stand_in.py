"""A stand-in for Telegram: the Bot API over HTTP on loopback, as strict as the real one, and people who write to a bot.

Written from the public documentation (https://core.telegram.org/bots/api, "Making requests" to "Updating messages"):
limits, errors and their words are those given there or, for words that are not documented, those that its server is
known to use. It stands for a Bot API server of one's own (`--local`): such a one takes a webhook over plain HTTP on any
port.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import aiohttp
from aiohttp import web

TOKEN = "4242:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT = {"id": 4242, "is_bot": True, "first_name": "Latch", "username": "latch_test_bot"}

LONGEST_TEXT = 4096
LONGEST_DATA = 64
LONGEST_NOTICE = 200
TAGS = {
    *("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre"),
    *("a", "blockquote", "tg-spoiler", "span", "tg-emoji"),
}
ENTITIES = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")

# Every parameter that a method has here; the real one ignores others, the stand-in takes them for a slip.
PARAMETERS: dict[str, set[str]] = {
    "getMe": set(),
    "setMyCommands": {"commands", "scope", "language_code"},
    "setWebhook": {"url", "secret_token", "allowed_updates", "max_connections", "drop_pending_updates", "ip_address"},
    "deleteWebhook": {"drop_pending_updates"},
    "getWebhookInfo": set(),
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "sendMessage": {
        *("chat_id", "message_thread_id", "text", "parse_mode", "entities", "link_preview_options"),
        *("disable_notification", "protect_content", "reply_parameters", "reply_markup"),
    },
    "editMessageText": {"chat_id", "message_id", "text", "parse_mode", "link_preview_options", "reply_markup"},
    "editMessageReplyMarkup": {"chat_id", "message_id", "reply_markup"},
    "deleteMessage": {"chat_id", "message_id"},
    "answerCallbackQuery": {"callback_query_id", "text", "show_alert", "url", "cache_time"},
    "sendChatAction": {"chat_id", "message_thread_id", "action"},
}
ACTIONS = {"typing", "upload_photo", "find_location", "choose_sticker"}
# For a code: the call is never answered; nothing is wrong with it.
NO_ANSWER, NONE = 0, 200
SENDING = {"sendMessage", "editMessageText", "editMessageReplyMarkup", "deleteMessage", "sendChatAction"}


class ApiError(Exception):
    """A call is refused."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass
class Call:
    """A call that came in; `error` is the code that it was answered with."""

    method: str
    parameters: dict[str, Any]
    at: float
    error: int | None = None

    @property
    def chat(self) -> int | None:
        return self.parameters.get("chat_id")


@dataclass
class Message:
    """A message of the bot as a chat shows it."""

    chat: int
    id: int
    text: str  # as it reads
    html: str
    at: float
    links: list[tuple[str, str]] = field(default_factory=list)
    bold: list[str] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    edits: int = 0
    deleted: bool = False


class _Reader(HTMLParser):
    """Reads HTML as Telegram does: known tags, each closed in its order, nothing left open, `<` and `&` escaped."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[tuple[str, int, str]] = []
        self.links: list[tuple[str, str]] = []
        self.bold: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise ApiError(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        if tag == "blockquote" and any(name == "blockquote" for name, _, _ in self.open):
            raise ApiError(400, "Bad Request: can't parse entities: nested blockquote")
        self.open.append((tag, len(self.text), dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise ApiError(400, "Bad Request: can't parse entities: Unmatched end tag")
        name, start, href = self.open.pop()
        if name == "a":
            self.links.append((self.text[start:], href))
        if name == "b":
            self.bold.append(self.text[start:])

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise ApiError(400, "Bad Request: can't parse entities: Unsupported start tag")

    handle_decl = handle_pi = unknown_decl = handle_comment


def read_html(html: str) -> _Reader:
    """Return what HTML says.

    Raises:
        ApiError: where Telegram would not take it.
    """
    outside = re.sub(r"<[^<>]*>", "", html)
    if "<" in outside or "&" in ENTITIES.sub("", outside):
        raise ApiError(400, "Bad Request: can't parse entities: Unescaped character")
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.open:
        raise ApiError(400, "Bad Request: can't parse entities: Can't find end tag")
    return reader


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class TelegramStandIn:
    """The Bot API for one bot. What tests ask of it may be called from any thread."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.messages: dict[int, list[Message]] = defaultdict(list)
        self.acknowledged: dict[str, str | None] = {}
        self.slips: list[str] = []  # what no well-kept client does
        self.webhook: dict[str, Any] = {}
        self.commands: list[dict[str, str]] = []
        self.deliveries: list[tuple[int, int]] = []  # update, status (0: no answer)
        self.confirmed: set[int] = set()
        self.blocked: set[int] = set()
        self.slow: dict[int, float] = {}  # seconds by chat
        self.silent: set[int] = set()  # chats for which no call is carried out or answered
        self.retry_after: float = 0  # seconds, for every call while it lasts
        self.trouble: dict[str, list[int]] = defaultdict(list)  # by method: the codes that its next calls meet
        self.redelivery = 0.3  # seconds until an update that was not taken is sent again
        self.down = False
        self._told: dict[Hashable, float] = {}
        self._allowed: list[str] = []  # kinds of updates; empty: all
        self._queries: set[str] = set()
        self._message_ids = itertools.count(1000)
        self._update_ids = itertools.count(700_000_001)
        self._user_messages = itertools.count(5)
        self._pending: dict[int, dict[str, Any]] = {}
        self._fetching = 0
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._slots: asyncio.Semaphore | None = None
        self._queues: WeakValueDictionary[tuple[str, Any], asyncio.Lock] = WeakValueDictionary()
        self._new: asyncio.Event | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # What people do.

    def made(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return a new update."""
        return {"update_id": next(self._update_ids), kind: body}

    def update(self, kind: str, body: dict[str, Any]) -> int:
        """Make an update and bring it to the bot; return its id."""
        made = self.made(kind, body)
        self.bring(made)
        return int(made["update_id"])

    def bring(self, update: dict[str, Any]) -> None:
        """Bring an update to the bot until it takes it, or keep it until it is fetched; only of a kind it asked for."""

        def bring() -> None:
            if self._allowed and not any(kind in update for kind in self._allowed):
                return
            if self.webhook.get("url"):
                self._spawn(self._deliver(update))
            else:
                self._pending[update["update_id"]] = update
                assert self._new
                self._new.set()

        self._loop.call_soon_threadsafe(bring)

    def says(self, chat: int, text: str, **more: Any) -> int:
        """Let a person say something in a private chat; return the update's id."""
        return self.update("message", self.message(chat, text=text, **more))

    def message(self, chat: int, **fields: Any) -> dict[str, Any]:
        """Return a message of the person of a private chat."""
        person = {"id": chat, "is_bot": False, "first_name": "Zebedee", "last_name": "Quillfeather", "username": "zebq"}
        return {
            "message_id": next(self._user_messages),
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": "Zebedee"},
            "from": person,
            **fields,
        }

    def in_group(self, group: int, person: int, text: str, **fields: Any) -> dict[str, Any]:
        """Return a message of a person in a group."""
        chat = {"id": group, "type": "supergroup", "title": "Feeding friends"}
        found = self.message(person, text=text, **fields)
        return {**found, "chat": chat}

    def presses(self, message: Message, title: str, person: int | None = None) -> int:
        """Let a person press a button under a message of the bot."""
        (data,) = (button["callback_data"] for button in message.buttons if button["text"] == title)
        return self.update("callback_query", self.query(message, data, person))

    def query(self, message: Message, data: str, person: int | None = None) -> dict[str, Any]:
        identity = f"{next(self._user_messages)}0000000"
        self._queries.add(identity)
        kind = "private" if message.chat > 0 else "supergroup"
        return {
            "id": identity,
            "from": {"id": person or message.chat, "is_bot": False, "first_name": "Zebedee"},
            "message": {
                "message_id": message.id,
                "date": int(message.at),
                "chat": {"id": message.chat, "type": kind},
                "from": BOT,
                "text": message.text,
            },
            "chat_instance": "1",
            "data": data,
        }

    # What tests look at.

    def shown(self, chat: int) -> list[Message]:
        """Return the messages of the bot that a chat shows."""
        return [message for message in self.messages[chat] if not message.deleted]

    def texts(self, chat: int) -> list[str]:
        return [message.text for message in self.shown(chat)]

    def wait_for(self, chat: int, count: int = 1, seconds: float = 30.0) -> list[Message]:
        """Return the messages that a chat shows, once there are so many."""
        wait_until(lambda: len(self.shown(chat)) >= count, seconds)
        return self.shown(chat)

    def settled(self, updates: int, seconds: float = 30.0) -> None:
        """Wait until an update was taken by the bot."""
        wait_until(lambda: updates in self.confirmed, seconds)

    def of(self, method: str, chat: int | None = None) -> list[Call]:
        return [call for call in self.calls if call.method == method and (chat is None or call.chat == chat)]

    def statuses(self) -> set[int]:
        return {status for _, status in self.deliveries}

    def outage(self, seconds: float) -> None:
        """Answer nothing with sense for some seconds."""
        self.down = True
        self._loop.call_soon_threadsafe(self._loop.call_later, seconds, lambda: setattr(self, "down", False))

    def storm(self, seconds: float, retry_after: int) -> None:
        """Answer every call with "too many requests" for some seconds."""
        self.retry_after = retry_after
        self._loop.call_soon_threadsafe(self._loop.call_later, seconds, lambda: setattr(self, "retry_after", 0))

    # The API.

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != TOKEN:
            return _answer(ApiError(401, "Unauthorized"))
        if self.down:
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        try:
            parameters = await request.json() if request.can_read_body else dict(request.query)
        except ValueError:
            return _answer(ApiError(400, "Bad Request: object expected as parameters"))
        call = Call(method, parameters, time.monotonic())
        self.calls.append(call)
        try:
            result = await self._call(call)
        except ApiError as error:
            call.error = error.code
            return _answer(error)
        return web.json_response({"ok": True, "result": result})

    async def _call(self, call: Call) -> Any:
        method, parameters, chat = call.method, call.parameters, call.chat
        if method not in PARAMETERS:
            raise ApiError(404, "Not Found: method not found")
        unknown = set(parameters) - PARAMETERS[method]
        if unknown:
            self._slip(f"{method} has no parameter {sorted(unknown)}")
        if method in SENDING and not isinstance(chat, int):
            raise ApiError(400, "Bad Request: chat_id is empty")
        trouble = self.trouble[method].pop(0) if self.trouble[method] else None
        self._limited(call, 1 if trouble == 429 else self.retry_after)
        if trouble == NO_ANSWER:
            await asyncio.sleep(3600)
        if trouble is not None and trouble != NONE:
            raise ApiError(trouble, "Internal Server Error")
        if method in SENDING:
            if chat in self.slow:
                await asyncio.sleep(self.slow[chat])
            if chat in self.silent:
                await asyncio.sleep(3600)
            if chat in self.blocked:
                raise ApiError(403, "Forbidden: bot was blocked by the user")
        return await getattr(self, f"_{method}")(parameters)

    def _limited(self, call: Call, seconds: float) -> None:
        """Refuse a call for so many seconds; one that comes before they are over is a slip."""
        # What waits together: the calls for a chat, the tries to acknowledge a press, those of any other method.
        waiting: Hashable = call.chat or call.parameters.get("callback_query_id") or call.method
        if waiting in self._told and time.monotonic() < self._told[waiting] - 0.05:
            self._slip(f"{call.method} for {waiting} before the wait was over")
        if seconds:
            self._told[waiting] = time.monotonic() + seconds
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

    def _slip(self, what: str) -> None:
        self.slips.append(what)

    async def _getMe(self, _: dict[str, Any]) -> Any:  # noqa: N802
        return {**BOT, "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}

    async def _setMyCommands(self, parameters: dict[str, Any]) -> bool:  # noqa: N802
        commands = parameters["commands"]
        if len(commands) > 100:
            raise ApiError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands = commands
        return True

    async def _setWebhook(self, parameters: dict[str, Any]) -> bool:  # noqa: N802
        url = parameters.get("url", "")
        if url and urlsplit(url).scheme not in ("http", "https"):
            raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", parameters.get("secret_token", "x")):
            raise ApiError(400, "Bad Request: secret token contains unallowed characters")
        connections = parameters.get("max_connections", 40)
        if not isinstance(connections, int) or not 1 <= connections <= 100:
            raise ApiError(400, "Bad Request: max_connections must be 1-100")
        self.webhook = parameters
        self._allowed = parameters.get("allowed_updates", self._allowed)
        self._slots = asyncio.Semaphore(connections)
        for update in list(self._pending.values()):
            self._spawn(self._deliver(update))
        self._pending.clear()
        return True

    async def _deleteWebhook(self, _: dict[str, Any]) -> bool:  # noqa: N802
        self.webhook = {}
        return True

    async def _getUpdates(self, parameters: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: N802
        if self.webhook.get("url"):
            raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active")
        timeout, limit = parameters.get("timeout", 0), parameters.get("limit", 100)
        if not isinstance(timeout, int) or not 0 <= timeout <= 60:
            raise ApiError(400, "Bad Request: timeout is in seconds")
        if self._fetching:
            raise ApiError(409, "Conflict: terminated by other getUpdates request; make sure that only one bot runs")
        self._allowed = parameters.get("allowed_updates", self._allowed)
        offset = parameters.get("offset", 0)
        for number in [number for number in self._pending if number < offset]:
            self.confirmed.add(number)
            del self._pending[number]
        self._fetching += 1
        try:
            until = time.monotonic() + timeout
            while not self._pending and time.monotonic() < until:
                assert self._new
                self._new.clear()
                try:
                    await asyncio.wait_for(self._new.wait(), min(0.5, until - time.monotonic()))
                except asyncio.TimeoutError:
                    continue
        finally:
            self._fetching -= 1
        return [self._pending[number] for number in sorted(self._pending)][: max(1, min(100, limit))]

    async def _sendMessage(self, parameters: dict[str, Any]) -> Any:  # noqa: N802
        message = Message(parameters["chat_id"], next(self._message_ids), "", "", time.time())
        self._write(message, parameters)
        self.messages[message.chat].append(message)
        return _returned(message)

    async def _editMessageText(self, parameters: dict[str, Any]) -> Any:  # noqa: N802
        message = self._known(parameters)
        before = (message.text, message.buttons)
        self._write(message, parameters)
        if (message.text, message.buttons) == before:
            raise ApiError(400, "Bad Request: message is not modified")
        message.edits += 1
        return _returned(message)

    async def _editMessageReplyMarkup(self, parameters: dict[str, Any]) -> Any:  # noqa: N802
        message = self._known(parameters)
        buttons = _buttons(parameters.get("reply_markup"))
        if buttons == message.buttons:
            raise ApiError(400, "Bad Request: message is not modified: specified new message content is the same")
        message.buttons = buttons
        return _returned(message)

    async def _deleteMessage(self, parameters: dict[str, Any]) -> bool:  # noqa: N802
        self._known(parameters).deleted = True
        return True

    async def _answerCallbackQuery(self, parameters: dict[str, Any]) -> bool:  # noqa: N802
        query = parameters["callback_query_id"]
        if query not in self._queries:
            raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if units(parameters.get("text", "")) > LONGEST_NOTICE:
            raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
        if query in self.acknowledged:
            self._slip("a query was acknowledged twice")
        self.acknowledged[query] = parameters.get("text")
        return True

    async def _sendChatAction(self, parameters: dict[str, Any]) -> bool:  # noqa: N802
        if parameters.get("action") not in ACTIONS:
            raise ApiError(400, "Bad Request: wrong parameter action in request")
        return True

    async def _getWebhookInfo(self, _: dict[str, Any]) -> Any:  # noqa: N802
        return {"url": self.webhook.get("url", ""), "pending_update_count": len(self._pending)}

    def _known(self, parameters: dict[str, Any]) -> Message:
        for message in self.messages[parameters["chat_id"]]:
            if message.id == parameters.get("message_id") and not message.deleted:
                return message
        raise ApiError(400, "Bad Request: message to edit not found")

    def _write(self, message: Message, parameters: dict[str, Any]) -> None:
        text = parameters.get("text")
        if not isinstance(text, str):
            raise ApiError(400, "Bad Request: message text is empty")
        mode = parameters.get("parse_mode")
        if mode not in (None, "HTML"):
            raise ApiError(400, "Bad Request: unsupported parse_mode")
        read = read_html(text) if mode == "HTML" else None
        shown = read.text if read else text
        if not shown.strip():
            raise ApiError(400, "Bad Request: message text is empty")
        if units(shown) > LONGEST_TEXT:
            raise ApiError(400, "Bad Request: message is too long")
        buttons = _buttons(parameters.get("reply_markup"))
        if not (parameters.get("link_preview_options") or {}).get("is_disabled"):
            self._slip("a message with a preview")
        message.text, message.html, message.buttons, message.parameters = shown, text, buttons, parameters
        message.links, message.bold = (read.links, read.bold) if read else ([], [])

    # Bringing updates.

    async def _deliver(self, update: dict[str, Any]) -> None:
        """Bring an update again and again until the bot takes it, as the documentation says it is done.

        The next message of a chat, and the next button of a person, waits for that: so does Telegram's own server
        (tdlib/telegram-bot-api, WebhookActor).
        """
        queue = self._queues.setdefault(_queue(update), asyncio.Lock())
        async with queue:
            await self._deliver_next(update)

    async def _deliver_next(self, update: dict[str, Any]) -> None:
        number = update["update_id"]
        while True:
            assert self._slots
            assert self._session
            async with self._slots:
                headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
                try:
                    async with self._session.post(self.webhook["url"], json=update, headers=headers) as answer:
                        status = answer.status
                        await answer.read()
                except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
                    status = 0
            self.deliveries.append((number, status))
            if 200 <= status < 300:
                self.confirmed.add(number)
                return
            await asyncio.sleep(self.redelivery)

    def _spawn(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Running.

    async def _start(self, port: int) -> None:
        self._new = asyncio.Event()
        self._slots = asyncio.Semaphore(40)
        timeout = aiohttp.ClientTimeout(total=60)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        app = web.Application(client_max_size=2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, shutdown_timeout=0.1)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        # Also of calls that are never answered.
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        assert self._session
        await self._session.close()
        await self._runner.cleanup()

    @contextmanager
    def running(self, port: int = 0) -> Iterator[TelegramStandIn]:
        """Run it in a thread of its own."""
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        asyncio.run_coroutine_threadsafe(self._start(port), self._loop).result(10)
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(30)
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(10)


def _queue(update: dict[str, Any]) -> tuple[str, Any]:
    """Return what an update is brought in order with: the chat of a message, the person of a button."""
    query = update.get("callback_query")
    if query:
        return "button", query["from"]["id"]
    chat = next((body["chat"]["id"] for body in update.values() if isinstance(body, dict) and "chat" in body), None)
    return "message", chat or update["update_id"]


def _returned(message: Message) -> dict[str, Any]:
    """Return a message as a call returns it: with the name of the person whose chat it is in."""
    chat = {"id": message.chat, "type": "private", "first_name": "Zebedee", "last_name": "Quillfeather"}
    return {"message_id": message.id, "date": int(message.at), "chat": chat, "from": BOT, "text": message.text}


def _buttons(markup: Any) -> list[dict[str, str]]:
    if markup is None:
        return []
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list):
        raise ApiError(400, "Bad Request: object expected as reply markup")
    found = [button for row in rows for button in row]
    for button in found:
        if not button.get("text"):
            raise ApiError(400, "Bad Request: inline keyboard button text is empty")
        data = button.get("callback_data")
        if data is None and "url" not in button:
            raise ApiError(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        if data is not None and not 1 <= len(data.encode()) <= LONGEST_DATA:
            raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    if len(found) > 100:
        raise ApiError(400, "Bad Request: reply markup is too long")
    return found


def _answer(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.Response(status=error.code, text=json.dumps(body), content_type="application/json")


def wait_until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something holds.

    Raises:
        AssertionError: when it does not within so many seconds.
    """
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)
