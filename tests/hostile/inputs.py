"""The fixed hostile inputs of inputs.yml, and how each is sent."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import yaml

from tests.channels.client import PATH, Answer, Client
from tests.channels.telegram_server import HOOK, TelegramBot
from tests.hostile import wire
from tests.server import SECRET

FILE = Path(__file__).with_name("inputs.yml")
MARKERS = ("Zebedee", "Quillfeather")
PERSON = "427182818284"  # each id of a chat and of its person begins with it
_CHATS = itertools.count(int(f"{PERSON}0000"))


@dataclass(frozen=True)
class Input:
    """A hostile input: which way it goes, its name, and what inputs.yml says of it."""

    way: str
    name: str
    content: Any

    def send(self, bot: TelegramBot) -> list[float]:
        """Send it, and check what comes back; return the seconds that each answer took.

        No seconds where the input itself is slow, or goes away before it can be answered.
        """
        seconds = _WAYS[self.way](bot, self.content)
        assert Client(bot.server.client.url).request("GET", "/healthz").status == 200
        return seconds


def inputs() -> list[Input]:
    """Return all of them, in their order."""
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [Input(way, name, content) for way, listed in found.items() for name, content in listed.items()]


def _built(parts: Any) -> str:
    """Return the text of parts: a string, or a list of strings and of strings with how often they stand there."""
    if isinstance(parts, str):
        return parts
    return "".join(part if isinstance(part, str) else part["of"] * part["times"] for part in parts)


def _typed(bot: TelegramBot, content: Any) -> list[float]:
    text = _built(content)
    client = bot.server.client.open()
    answer, seconds = _timed(lambda: client.say(text))
    _is_answer(answer)
    return [seconds, *_updates(bot, {"message": {"text": text}, "shown": None})]


def _pressed(bot: TelegramBot, content: Any) -> list[float]:
    client = bot.server.client.open()
    answer, seconds = _timed(lambda: client.press(_built(content["button"])))
    assert answer.status == content["status"], answer
    _is_refusal(answer)
    return [seconds]


def _bodies(bot: TelegramBot, content: Any) -> list[float]:
    client = bot.server.client.open()
    body = _built(content["body"]).encode(content.get("encoding", "utf-8"))
    headers = {"Content_Type": content.get("type", "application/json"), **content.get("headers", {})}
    answer, seconds = _timed(lambda: client.post(content["to"], body, **headers))
    assert answer.status == content["status"], answer
    if answer.status >= 400:
        _is_refusal(answer)
    elif content["to"].startswith("message"):
        _is_answer(answer)
    return [seconds]


def _sessions(bot: TelegramBot, content: Any) -> list[float]:
    client = bot.server.client.open()
    other = bot.server.client.open()
    said = json.dumps({"id": str(uuid.uuid4()), "text": "what is let down, asks Zebedee"}).encode()
    headers: dict[str, Any] = {name: _built(value) for name, value in content.get("headers", {}).items()}
    if "authorization" in content:
        headers["Authorization"] = _built(content["authorization"]).format(**_tokens(client, other)) or None
    sent = {"Content-Type": "application/json", "X-Forwarded-For": client.address} | headers
    sent.setdefault("Authorization", f"Bearer {client.token}")
    given = {name: value for name, value in sent.items() if value is not None}
    answer, seconds = _timed(lambda: client.request("POST", f"{PATH}message", said, given))
    assert answer.status == content["status"], answer
    if answer.status == 200:
        _is_answer(answer)
    else:
        _is_refusal(answer)
    return [seconds]


def _tokens(client: Client, other: Client) -> dict[str, str]:
    """Return tokens by what is wrong with them."""
    token, another = str(client.token), str(other.token)
    head, claims, signature = token.split(".")
    good = jwt.decode(token, options={"verify_signature": False})

    def signed(secret: str = SECRET, headers: Mapping[str, Any] | None = None, **changed: Any) -> str:
        claimed = {name: value for name, value in {**good, **changed}.items() if value is not None}
        return jwt.encode(claimed, secret, "HS256", dict(headers or {}))

    own = "Zebedee's own key, which is long enough to be one"
    return {
        "token": token,
        "unsigned": f"{head}.{claims}.",
        "forged": signed("a secret that is not that of the server, by Zebedee"),
        "none": jwt.encode(good, None, "none"),
        "swapped": f"{head}.{another.split('.')[1]}.{signature}",
        "expired": signed(exp=1),
        "endless": signed(exp=None),
        "elsewhere": signed(aud="Zebedee"),
        "nobody": signed(sub=None),
        "jwk": signed(own, {"jwk": {"kty": "oct", "k": own}, "kid": "../../dev/null"}),
    }


def _updates(bot: TelegramBot, content: Any) -> list[float]:
    chat = next(_CHATS)
    (kind,) = set(content) - {"shown"}
    update = bot.telegram.made(kind, _body(bot, kind, content[kind], chat))
    answer, seconds = _timed(lambda: bot.bring(update))
    assert answer.status == 200, answer
    shown = len(bot.telegram.shown(chat))
    assert shown >= 1 if content["shown"] is None else shown == content["shown"], bot.telegram.texts(chat)
    return [seconds]


def _body(bot: TelegramBot, kind: str, given: Any, chat: int) -> Any:
    if not isinstance(given, dict):
        return given
    fields = {name: _built(value) if _has_parts(value) else value for name, value in given.items()}
    if kind == "callback_query":
        person = {"id": chat, "is_bot": False, "first_name": "Zebedee", "last_name": "Quillfeather"}
        under = {"message_id": 1, "chat": {"id": chat, "type": "private"}, "date": 0, "text": "Zebedee"}
        return {"id": f"q{chat}", "from": person, "message": under, **fields}
    return {**bot.telegram.message(chat), **fields}


def _has_parts(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(part, dict) and "of" in part for part in value)


def _webhook(bot: TelegramBot, content: Any) -> list[float]:
    body = _built(content["body"]).encode(content.get("encoding", "utf-8"))
    headers = {"Content-Type": content.get("type", "application/json"), "X-Zebedee": "Quillfeather"}
    secret = content.get("secret", bot.telegram.webhook["secret_token"])
    if secret is not None:
        headers["X-Telegram-Bot-Api-Secret-Token"] = _built(secret)
    answer, seconds = _timed(lambda: bot.server.client.request("POST", HOOK, body, headers))
    assert answer.status == content["status"], answer
    return [seconds]


def _addresses(bot: TelegramBot, content: Any) -> list[float]:
    method, address, status = content
    head = f"{_built(method)} {_built(address)} HTTP/1.1\nHost: zebedee.invalid\nX-Zebedee: Zebedee\n"
    (answer,), seconds = wire.exchange(bot.server.client.url, [f"{head}Connection: close\n\n"], 1, method)
    assert answer.status == status, answer
    if method == "HEAD":
        assert answer.content == b""
    else:
        _is_no_echo(answer)
    return [seconds]


def _wire(bot: TelegramBot, content: Any) -> list[float]:
    answers, seconds = _exchanged(bot.server.client.url, content)
    for answer in answers:
        if answer.status != 200:
            _is_refusal(answer)
        _is_no_echo(answer)
    return seconds


def _metrics(bot: TelegramBot, content: Any) -> list[float]:
    answers, seconds = _exchanged(bot.metrics, content)
    for answer in answers:
        assert answer.content or content["send"][0].startswith("HEAD")
        _is_no_echo(answer)
    return seconds


def _exchanged(url: str, content: Any) -> tuple[list[Answer], list[float]]:
    parts = [part if isinstance(part, float) else _built([part]) for part in content["send"]]
    expected = content["status"] if isinstance(content["status"], list) else [content["status"]]
    method = str(parts[0]).partition(" ")[0]
    answers, seconds = wire.exchange(url, parts, len(expected), method)
    assert [answer.status for answer in answers] == expected, answers
    is_slow = any(isinstance(part, float) for part in parts)
    return answers, [] if is_slow or not expected else [seconds]


def _is_answer(answer: Answer) -> None:
    """Check that it is an answer to a person, with words in it, and none that the person typed."""
    assert answer.status == 200, answer
    assert answer.json["replies"]
    for reply in answer.json["replies"]:
        assert reply["paragraphs"]
        assert all(part.get("items") or part["text"].strip() for part in reply["paragraphs"])
    _is_no_echo(answer)


def _is_refusal(answer: Answer) -> None:
    """Check that a refusal has the form of every error, and a sentence."""
    if answer.content or not 200 <= answer.status < 300:
        assert answer.code
        assert answer.json["error"]["message"].endswith(".")
        _is_no_echo(answer)


def _is_no_echo(answer: Answer) -> None:
    everything = repr(answer).casefold()
    assert not [word for word in MARKERS if word.casefold() in everything], answer


def _timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    begun = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - begun


_WAYS: dict[str, Callable[[TelegramBot, Any], list[float]]] = {
    "typed": _typed,
    "pressed": _pressed,
    "bodies": _bodies,
    "sessions": _sessions,
    "updates": _updates,
    "webhook": _webhook,
    "addresses": _addresses,
    "wire": _wire,
    "metrics": _metrics,
}
