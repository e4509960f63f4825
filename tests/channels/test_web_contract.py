"""Each line of the contract between widget and server, on Rasa's server, with a stand-in for the bot."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from latch.channels.web.conversations import Conversations
from latch.channels.web.sessions import Sessions
from tests.channels.client import PATH, Answer, Client, texts
from tests.channels.stand_in import DANGER_WORDS, DAY, SECRET, SECRET_WORDS, Bot, serving, stored

GENEROUS = {"burst": 100_000, "per_minute": 100_000}
LISTED = "https://www.example.org"


@pytest.fixture(scope="module")
def bot() -> Bot:
    return Bot()


@pytest.fixture(scope="module")
def server(bot: Bot) -> Iterator[Client]:
    rates = {"session_rate": GENEROUS, "address_rate": GENEROUS}
    with serving(bot, {"origins": [LISTED], "turn_seconds": 0.5, **rates}) as client:
        yield client


@pytest.fixture
def client(server: Client) -> Client:
    return server.open()


@pytest.fixture(autouse=True)
def _feedback_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATCH_FEEDBACK_DB", str(tmp_path / "feedback.sqlite3"))


def new_id() -> str:
    return str(uuid.uuid4())


def test_a_session_is_opened_with_what_a_greeting_shows(server: Client) -> None:
    answer = server.post("session", {"country": "IE"})
    assert answer.status == 200
    assert sorted(answer.json) == ["expires", "session", "starters"]
    assert answer.json["starters"] == [{"id": "let_down", "title": "What is let-down?"}]
    expires = datetime.fromisoformat(answer.json["expires"].replace("Z", "+00:00"))
    assert timedelta(hours=23) < expires - datetime.now(timezone.utc) <= timedelta(hours=24)


def test_a_message_gets_its_replies(client: Client) -> None:
    message_id = new_id()
    answer = client.post("message", {"id": message_id, "text": " hello "})
    assert answer.status == 200
    assert answer.json["id"] == message_id
    assert texts(answer) == ["You said: hello"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


def test_the_bot_hears_of_channel_country_and_id_what_the_server_knows_and_nothing_that_the_client_adds(
    server: Client, bot: Bot
) -> None:
    message_id = new_id()
    client = server.open(country="ie")
    more = {"sender": "default", "metadata": {"country": "US"}, "input_channel": "telegram", "stream": True}
    client.post("message?stream=true&token=1", {"id": message_id, "text": "hello", **more})
    heard = bot.heard[-1]
    assert heard.sender_id.startswith("web-")
    assert (heard.input_channel, heard.message_id, heard.metadata) == ("web", message_id, {"country": "IE"})


def test_two_sessions_are_two_conversations(server: Client, bot: Bot) -> None:
    one, two = server.open(), server.open()
    one.say("of the first")
    two.say("of the second")
    one.say("and more")
    assert [said for said in stored(bot).values() if "of the first" in said] == [["of the first", "and more"]]
    assert [said for said in stored(bot).values() if "of the second" in said] == [["of the second"]]


def test_the_same_id_is_answered_once(client: Client, bot: Bot) -> None:
    before = len(bot.heard)
    body = {"id": new_id(), "text": "once"}
    answers = [client.post("message", body) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert len(bot.heard) == before + 1
    # Another conversation may use the same id: it is not shown what was said in this one.
    assert texts(Client(client.url).open().post("message", {**body, "text": "other"})) == ["You said: other"]


def test_the_same_id_at_the_same_time_is_answered_once(client: Client, bot: Bot) -> None:
    before = len(bot.heard)
    bot.delay = 0.2
    body = {"id": new_id(), "text": "double click"}
    try:
        with ThreadPoolExecutor(5) as pool:
            answers = list(pool.map(lambda _: client.post("message", body), range(5)))
    finally:
        bot.delay = 0.0
    assert {answer.status for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(bot.heard) == before + 1


def test_messages_of_a_session_are_answered_in_their_order(client: Client, bot: Bot) -> None:
    bot.delay = 0.1
    answers: list[Answer] = []
    try:
        threads = []
        for word in ("first", "quick", "third"):
            threads.append(threading.Thread(target=lambda word=word: answers.append(client.say(word))))
            threads[-1].start()
            time.sleep(0.03)
        for thread in threads:
            thread.join()
    finally:
        bot.delay = 0.0
    assert bot.texts()[-3:] == ["first", "quick", "third"]
    assert [said for said in stored(bot).values() if "third" in said][-1] == ["first", "quick", "third"]


def test_a_button_gives_its_intent_and_its_words(client: Client, bot: Bot) -> None:
    assert client.press("colostrum").status == 200
    heard = bot.heard[-1]
    assert heard.text == "What is colostrum?"
    assert heard.parse_data["intent"] == {"name": "colostrum", "confidence": 1.0}


@pytest.mark.parametrize("button", ["nothing", "greet", "restart", "/let_down", "let_down_short", "", "x" * 1000, "é"])
def test_an_unknown_button_is_not_there(client: Client, bot: Bot, button: str) -> None:
    before = len(bot.heard)
    answer = client.press(button)
    assert (answer.status, answer.code) == (404, "unknown_button")
    assert len(bot.heard) == before


@pytest.mark.parametrize(
    "text", ["/restart", "/let_down", '/let_down{"country": "US"}', " /let_down", "\u200b/let_down"]
)
def test_typed_text_is_never_an_intent(client: Client, bot: Bot, text: str) -> None:
    assert client.say(text).status == 200
    heard = bot.heard[-1]
    assert heard.parse_data is None
    assert not str(heard.text).startswith("/")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"id": "\xff"}',
        b"[" * 20_000,
        {},
        {"text": "no id"},
        {"id": "1", "text": "no uuid"},
        {"id": new_id()},
        {"id": new_id(), "text": "a", "button": "let_down"},
        {"id": new_id(), "text": ["a"]},
        {"id": new_id(), "text": "  "},
        {"id": new_id(), "text": "a\ud800"},
        {"id": new_id(), "text": "a\u0000"},
        {"id": new_id(), "button": 1},
        {"id": [], "text": {}},
    ],
)
def test_another_form_is_malformed(client: Client, bot: Bot, body: Any) -> None:
    before = len(bot.heard)
    answer = client.post("message", body)
    assert (answer.status, answer.code) == (400, "malformed")
    assert len(bot.heard) == before


@pytest.mark.parametrize("path", ["message", "feedback", "forget"])
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x.y.z",
        "Basic abc",
        f"Bearer {Sessions('another secret, of just enough characters', DAY).issue()[0]}",
    ],
)
def test_without_a_session_of_this_server_nothing_is_answered(server: Client, path: str, header: str | None) -> None:
    answer = server.post(path, {"id": new_id(), "text": "hello"}, Authorization=header)
    assert (answer.status, answer.code) == (401, "session_expired")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_session_lasts_over_a_restart(bot: Bot, client: Client) -> None:
    with serving(bot) as restarted:
        assert Client(restarted.url, client.token).say("still here").status == 200


@pytest.mark.parametrize("path", ["session", "message", "feedback", "forget"])
@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_only_json_is_taken(client: Client, path: str, content_type: str | None) -> None:
    answer = client.post(path, {"id": new_id(), "text": "hello"}, Content_Type=content_type)
    assert (answer.status, answer.code) == (415, "content_type")


def test_2000_characters_are_answered_and_one_more_is_too_long(client: Client) -> None:
    assert client.say("😀" * 2000).status == 200
    answer = client.say("x" * 2001)
    assert (answer.status, answer.code) == (413, "too_long")
    assert "2,000" in answer.json["error"]["message"]


@pytest.mark.parametrize("size", [33_000, 1_000_000])
def test_a_large_body_is_refused(client: Client, size: int) -> None:
    try:
        answer = client.post("message", b" " * size)
    except (BrokenPipeError, ConnectionResetError):  # the server hung up before all of it was sent
        return
    assert (answer.status, answer.code) == (413, "too_long")


def test_a_large_body_in_chunks_is_refused(client: Client) -> None:
    import http.client
    from urllib.parse import urlsplit

    connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=10)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {client.token}"}
    connection.request("POST", f"{PATH}message", iter([b" " * 8_000] * 5), headers, encode_chunked=True)
    assert connection.getresponse().status == 413


def test_a_failed_turn_says_so_and_may_be_sent_again(
    client: Client, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"id": new_id(), "text": SECRET_WORDS}
    bot.failures = 1
    with caplog.at_level(logging.DEBUG, "latch"):
        answer = client.post("message", body)
    assert (answer.status, answer.code) == (500, "failed")
    assert b"Traceback" not in answer.content
    assert "ValueError" in caplog.text
    assert "Zebedee" not in caplog.text + answer.content.decode()
    assert "web-" not in caplog.text.replace("web-channel", "")
    assert texts(client.post("message", body)) == [f"You said: {SECRET_WORDS}"]


def test_silence_is_a_failure(client: Client) -> None:
    answer = client.say("say nothing")
    assert (answer.status, answer.code) == (500, "failed")


def test_a_long_turn_can_be_asked_after(client: Client, bot: Bot) -> None:
    before = len(bot.heard)
    body = {"id": new_id(), "text": "a long one"}
    bot.delay = 0.8
    try:
        answer = client.post("message", body)
        assert (answer.status, answer.code) == (503, "not_ready")
        assert answer.headers["retry-after"] == "1"
        assert texts(client.post("message", body)) == ["You said: a long one"]
    finally:
        bot.delay = 0.0
    assert len(bot.heard) == before + 1


def test_without_a_model_the_server_is_not_ready(client: Client, bot: Bot) -> None:
    bot.ready = False
    try:
        for answer in (client.say("hello"), client.post("session", {}), client.post("forget", {})):
            assert (answer.status, answer.code) == (503, "not_ready")
            assert answer.headers["retry-after"] == "1"
        ready = client.request("GET", "/readyz")
        assert (ready.status, ready.json) == (503, {"status": "starting"})
        assert client.request("GET", "/healthz").status == 200
    finally:
        bot.ready = True


def test_a_forgotten_conversation_is_nowhere(client: Client, bot: Bot) -> None:
    client.say("to be forgotten")
    assert [said for said in stored(bot).values() if "to be forgotten" in said]
    answer = client.post("forget", {})
    assert (answer.status, answer.content) == (204, b"")
    assert not [said for said in stored(bot).values() if "to be forgotten" in said]
    for again in (client.say("hello"), client.post("forget", {}), client.post("feedback", {})):
        assert (again.status, again.code) == (401, "session_expired")


def test_what_is_in_work_when_a_conversation_is_forgotten_is_forgotten_with_it(client: Client, bot: Bot) -> None:
    bot.delay = 0.2
    try:
        with ThreadPoolExecutor(3) as pool:
            said = pool.submit(client.say, "just before")
            time.sleep(0.05)
            forgotten = pool.submit(client.post, "forget", {})
            time.sleep(0.05)
            late = pool.submit(client.say, "just behind")
    finally:
        bot.delay = 0.0
    assert [one.result().status for one in (said, forgotten, late)] == [200, 204, 401]
    assert not [kept for kept in stored(bot).values() if {"just before", "just behind"} & set(kept)]


def test_a_session_is_known_as_forgotten_as_long_as_it_could_last() -> None:
    time = [0.0]

    async def nothing(_: object) -> None:
        return None

    conversations = Conversations(nothing, now=lambda: time[0])
    store = Bot().tracker_store
    sessions = Sessions(SECRET, DAY)
    for hours in (0, 23, 25):
        time[0] = datetime.now(timezone.utc).timestamp() + hours * 3600.0
        asyncio.run(conversations.forget(sessions.issue()[1], store))
    assert len(conversations._forgotten) == 1  # those issued now have ended in 25 hours


def rows(tmp_path: Path, table: str) -> list[tuple[Any, ...]]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(tmp_path / "feedback.sqlite3")) as database:
        return database.execute(f"SELECT * FROM {table}").fetchall()


def test_feedback_is_counted_once_with_its_reason(client: Client, tmp_path: Path) -> None:
    reply = client.say("hello").json["replies"][0]["id"]
    sent = [{}, {}, {"reason": "unclear"}, {"reason": "unclear"}]
    answers = [client.post("feedback", {"reply": reply, "helped": False, **more}) for more in sent]
    assert [(answer.status, answer.content) for answer in answers] == [(204, b"")] * 4
    day = datetime.now(timezone.utc).date().isoformat()
    assert rows(tmp_path, "feedback") == [(day, "let_down", 0, 1)]
    assert rows(tmp_path, "reasons") == [(day, "let_down", "unclear", 1)]


@pytest.mark.parametrize("reply", ["", "x", f"{new_id()}.0.<script>", "é" * 100])
def test_feedback_on_what_is_no_reply_is_malformed(client: Client, tmp_path: Path, reply: str) -> None:
    answer = client.post("feedback", {"reply": reply, "helped": True})
    assert (answer.status, answer.code) == (400, "malformed")
    assert not (tmp_path / "feedback.sqlite3").exists()


def test_an_answer_of_a_topic_that_is_gone_cannot_be_rated(client: Client, tmp_path: Path) -> None:
    answer = client.post("feedback", {"reply": f"{new_id()}.0.no_such_topic", "helped": True})
    assert (answer.status, answer.code) == (404, "unknown_reply")
    assert not (tmp_path / "feedback.sqlite3").exists()


def test_feedback_that_cannot_be_kept_fails_and_may_be_sent_again(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"reply": client.say("hello").json["replies"][0]["id"], "helped": True}
    monkeypatch.setenv("LATCH_FEEDBACK_DB", str(tmp_path))
    answer = client.post("feedback", body)
    assert (answer.status, answer.code) == (500, "failed")
    monkeypatch.setenv("LATCH_FEEDBACK_DB", str(tmp_path / "feedback.sqlite3"))
    assert client.post("feedback", body).status == 204
    assert [row[1:] for row in rows(tmp_path, "feedback")] == [("let_down", 1, 1)]


@pytest.mark.parametrize("cors", [None, "*"])
def test_only_listed_origins_may_ask_whatever_rasas_own_list_says(bot: Bot, cors: str | None) -> None:
    with serving(bot, {"origins": [LISTED]}, cors) as client:
        path = f"{PATH}session"
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        before = client.request("OPTIONS", path, headers={"Origin": LISTED, **asked})
        assert before.status == 204
        assert before.headers["access-control-allow-origin"] == LISTED
        assert "Authorization" in before.headers["access-control-allow-headers"]
        assert "POST" in before.headers["access-control-allow-methods"]
        good = client.post("session", {}, Origin=LISTED)
        assert good.status == 200
        assert good.headers["access-control-allow-origin"] == LISTED
        assert good.headers["access-control-expose-headers"] == "Retry-After"
        assert "access-control-allow-credentials" not in good.headers
        assert good.headers["vary"] == "Origin"
        own = client.post("session", {}, Origin=client.url)
        assert (own.status, "access-control-allow-origin" in own.headers) == (200, False)
        for other in ("https://evil.example", "null"):
            refused = client.post("session", {}, Origin=other)
            assert (refused.status, refused.code) == (403, "origin")
            before = client.request("OPTIONS", path, headers={"Origin": other, **asked})
            assert (before.status, before.code) == (403, "origin")
            for answer in (refused, before):
                assert "access-control-allow-origin" not in answer.headers


def test_a_refusal_can_be_read_by_a_listed_page(server: Client) -> None:
    answer = server.post("message", {}, Origin=LISTED)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (401, LISTED)


def test_by_default_no_other_origin_may_ask(bot: Bot) -> None:
    with serving(bot) as client:
        assert client.post("session", {}, Origin=LISTED).status == 403
        assert client.post("session", {}).status == 200


def test_a_session_that_is_too_fast_waits_and_another_does_not(bot: Bot) -> None:
    with serving(bot, {"session_rate": {"burst": 2, "per_minute": 30}}) as server:
        client, other = server.open(), server.open()
        body = {"id": new_id(), "text": "hello"}
        assert [client.post("message", body).status for _ in range(4)] == [200] * 4  # one message, sent four times
        assert client.say("second").status == 200
        answer = client.say("third")
        assert (answer.status, answer.code) == (429, "too_many")
        assert 1 <= int(answer.headers["retry-after"]) <= 2
        assert client.post("message", body).status == 200
        assert other.say("hello").status == 200
        time.sleep(int(answer.headers["retry-after"]))
        assert client.say("third").status == 200


def test_a_danger_is_heard_above_the_rate(bot: Bot) -> None:
    with serving(bot, {"session_rate": {"burst": 1, "per_minute": 1}}) as server:
        client = server.open()
        said = ["hello", "hello again", f"help, {DANGER_WORDS}", "hello once more"]
        assert [client.say(text).status for text in said] == [200, 429, 200, 429]
        assert bot.texts()[-2:] == ["hello", f"help, {DANGER_WORDS}"]


def test_an_address_that_is_too_fast_waits(bot: Bot) -> None:
    with serving(bot, {"address_rate": {"burst": 3, "per_minute": 1}, "proxies": 1}) as server:
        statuses = [server.post("session", {}, X_Forwarded_For="9.9.9.9, 1.2.3.4").status for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        answer = server.post(
            "session", {}, X_Forwarded_For="8.8.8.8, 1.2.3.4"
        )  # what a client writes there is not believed
        assert (answer.status, answer.code) == (429, "too_many")
        assert int(answer.headers["retry-after"]) > 1
        assert server.post("session", {}, X_Forwarded_For="1.2.3.5").status == 200


def test_health_and_readiness(server: Client) -> None:
    assert server.request("GET", PATH).json == {"status": "ok"}
    assert server.request("GET", "/healthz").json == {"status": "ok"}
    assert server.request("GET", "/readyz").json == {"status": "ready", "model": "stand-in.tar.gz"}


def test_a_wrong_address_or_method_is_refused_in_the_form_of_every_error(server: Client) -> None:
    missing = server.request("GET", f"{PATH}webhook")
    assert (missing.status, missing.code) == (404, "not_found")
    wrong = server.request("PUT", f"{PATH}message", b"{}")
    assert (wrong.status, wrong.code) == (405, "method")
    assert "POST" in wrong.headers["allow"]


def test_every_error_is_one_sentence_or_two_for_a_person(client: Client) -> None:
    for answer in (client.post("message", b""), client.press("x"), client.say("x" * 3000), client.post("x", {})):
        message = json.loads(answer.content)["error"]["message"]
        assert message.endswith(".")
        assert len(message) < 120
