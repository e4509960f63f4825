"""The real bot through the channel, as `make serve` runs it."""

from __future__ import annotations

import sqlite3
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.channels.client import Client, texts
from tests.channels.conftest import Server

SECRET_WORDS = "Zebedee Quillfeather"


@pytest.fixture
def client(server: Server) -> Client:
    return server.client.open(country="IE")


def test_the_address_of_the_demo_page_is_printed_and_it_is_there(server: Server) -> None:
    assert f"Try it on the demo page: {server.client.url}/\n" in server.printed()
    page = server.client.request("GET", "/")
    assert page.status == 200
    assert b"<latch-chat" in page.content


def test_the_server_is_ready_and_names_its_model(server: Server) -> None:
    ready = server.client.request("GET", "/readyz")
    assert (ready.status, ready.json["status"]) == (200, "ready")
    assert ready.json["model"].endswith(".tar.gz")


@pytest.mark.parametrize("path", ["/webhooks/rest/webhook", "/webhooks/rest/", "/socket.io/", "/webhooks/web/webhook"])
def test_rasas_own_channels_are_off(server: Server, path: str) -> None:
    assert server.client.request("POST", path, b'{"sender": "a", "message": "hi"}').status in (404, 405)


@pytest.mark.parametrize(
    ("question", "topic"),
    [("How is breast milk made?", "how_milk_is_made"), ("what is let-down and how does it feel", "let_down")],
)
def test_person_asks_and_gets_an_answer_with_its_sources(client: Client, question: str, topic: str) -> None:
    (reply,) = client.say(question).json["replies"]
    assert (reply["kind"], reply["topic"], reply["feedback"]) == ("answer", topic, True)
    assert reply["sources"]
    assert all(source["url"].startswith("https://") for source in reply["sources"])
    assert reply["title"]


def test_person_presses_a_starter_and_then_what_is_offered_next(client: Client) -> None:
    (reply,) = client.press(client.starters[0]["id"]).json["replies"]
    assert (reply["kind"], reply["topic"], reply["title"]) == ("answer", *client.starters[0].values())
    (following,) = client.press(reply["buttons"][0]["id"]).json["replies"]
    assert following["topic"] == reply["buttons"][0]["id"]


def test_person_names_a_danger_and_gets_the_number_of_the_country_of_the_page(server: Server) -> None:
    for country, numbers in (("IE", {"112", "999"}), ("US", {"911"})):
        (reply,) = server.client.open(country=country).say("my baby is not breathing").json["replies"]
        assert reply["kind"] == "danger"
        assert (reply["danger"]["urgency"], reply["feedback"]) == ("emergency", False)
        assert {number["tel"] for number in reply["danger"]["numbers"]} == numbers


def test_person_presses_a_button_after_a_danger_and_gets_both(client: Client) -> None:
    client.say("my baby is not breathing")
    kinds = [reply["kind"] for reply in client.press("let_down").json["replies"]]
    assert kinds == ["conversation", "answer"]


@pytest.mark.parametrize(
    "text", ["/restart", "/session_start", "/let_down", '/greet{"country": "US"}', "/", "/nothing_such"]
)
def test_a_slash_is_text_like_any_other(server: Server, text: str) -> None:
    """Each is answered as it is without the slash, and no command is carried out."""
    one, other = server.client.open(), server.client.open()
    for client in (one, other):
        client.say("what is let down")
    with_slash, without = one.say(text), other.say(text.lstrip("/") or "\u200b")
    assert texts(with_slash) == texts(without)
    assert texts(one.say("where did you get that?")) == texts(other.say("where did you get that?"))


@pytest.mark.parametrize(
    "text", ["\u200b\u200c\u2060", "???", "😀", ".", "\u202e\u2066", "日本語", "x" * 2000, "\n\t/\n."]
)
def test_what_cannot_be_read_gets_an_ordinary_answer(client: Client, text: str) -> None:
    assert texts(client.say(text))


def test_a_conversation_goes_on_and_two_do_not_mix(server: Server) -> None:
    one, two = server.client.open(), server.client.open()
    one.say("what is let down")
    two.say("how is breast milk made")
    assert one.say("tell me more").json["replies"][0]["topic"] == "let_down"
    assert two.say("tell me more").json["replies"][0]["topic"] == "how_milk_is_made"


def test_two_messages_at_once_are_both_answered_and_at_once(client: Client) -> None:
    """Rasa's own lock would keep the second waiting for a second."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(client.say, ["hello", "thanks", "what is let down", "what is colostrum"]))
    assert [answer.status for answer in answers] == [200] * 4
    assert time.perf_counter() - begun < 1.0


def test_feedback_is_counted_and_says_nothing_in_the_conversation(server: Server, client: Client) -> None:
    (reply,) = client.say("what is let down").json["replies"]
    answer = client.post("feedback", {"reply": reply["id"], "helped": False, "reason": "missing"})
    assert (answer.status, answer.content) == (204, b"")
    with closing(sqlite3.connect(server.feedback)) as database:
        assert ("let_down", 0) in database.execute("SELECT topic, helped FROM feedback").fetchall()
        assert ("let_down", "missing") in database.execute("SELECT topic, reason FROM reasons").fetchall()


def test_a_forgotten_session_ends(client: Client) -> None:
    client.say("what is let down")
    assert client.post("forget", {}).status == 204
    assert client.say("tell me more").status == 401


def test_the_log_holds_nothing_that_a_person_said_and_no_name_of_a_conversation(server: Server) -> None:
    client = server.client.open()
    for text in (SECRET_WORDS, f"/{SECRET_WORDS}", f'/greet{{"name": "{SECRET_WORDS}"', f"{SECRET_WORDS}\ud800"):
        client.say(text)
    client.press(SECRET_WORDS)
    client.post("message", f'{{"id": "{SECRET_WORDS}'.encode())
    client.post("feedback", {"reply": SECRET_WORDS, "helped": True})
    client.post(f"message?text={uuid.uuid4()}", {"text": SECRET_WORDS})
    printed = server.printed()
    assert "Latch is ready" in printed
    assert not [word for word in (*SECRET_WORDS.split(), "web-", client.token or "") if word in printed]
