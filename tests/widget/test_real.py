"""The widget and the real server, with a trained model: the same browser, nothing made up."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.server import free_port, running
from tests.widget.chat import Chat
from tests.widget.conftest import REPORTS
from tests.widget.test_page import FIRST_REPLY


@pytest.fixture
def chat(new_context: Callable[..., Any], server_url: str) -> Chat:
    chat = Chat(new_context().new_page(), server_url)
    chat.page.set_default_timeout(15_000)
    return chat.visit().open()


def test_user_asks_three_questions_and_opens_the_sources(chat: Chat) -> None:
    chat.suggestions.nth(3).wait_for()
    assert chat.suggestions.count() <= 5
    for question in (
        "how is breast milk made",
        "is nursing after 12 months normal",
        "why does my baby play with my other nipple while nursing",
    ):
        answer = chat.ask(question).replies.last
        answer.get_by_text("Sources").click()
        assert answer.locator("details a").first.get_attribute("href").startswith("http")
    REPORTS.mkdir(parents=True, exist_ok=True)
    chat.page.screenshot(path=str(REPORTS / "real-answer.png"))


def test_danger_is_said_first_with_a_number_of_the_country(chat: Chat) -> None:
    chat.page.locator("latch-chat").evaluate("(host) => { host.country = 'GB'; }")
    chat.choose("Start again")
    chat.ask("help my baby has gone blue and floppy")
    alert = chat.role("alert").first
    assert alert.get_by_role("link", name="999").first.get_attribute("href") == "tel:999"


def test_doubt_offers_buttons_that_answer(chat: Chat) -> None:
    chat.ask("milk")
    title = chat.suggestions.first.inner_text()
    count = chat.replies.count()
    chat.suggestions.first.click()
    chat.replies.nth(count).wait_for()
    assert title in chat.replies.nth(count).inner_text()


def test_answer_is_rated(chat: Chat) -> None:
    chat.ask("how is breast milk made")
    chat.button("This did not help").click()
    chat.button("Hard to understand").click()
    chat.status.get_by_text("Thank you.").wait_for()


def test_reload_keeps_and_forget_deletes(chat: Chat) -> None:
    chat.ask("how is breast milk made")
    chat.visit()
    chat.replies.first.wait_for()
    chat.choose("Forget this conversation")
    chat.page.get_by_text("This conversation is forgotten").first.wait_for()
    assert chat.stored() == 0


def test_time_to_the_first_reply_is_reported(chat: Chat) -> None:
    times = []
    for question in ("how is breast milk made", "what is colostrum", "is nursing after 12 months normal") * 4:
        chat.box.fill(question)
        times.append(chat.page.locator("latch-chat").evaluate(FIRST_REPLY))
        if len(times) % 4 == 0:
            chat.choose("Start again")
            chat.suggestions.first.wait_for()
    median = statistics.median(times)
    report = {"median_ms": round(median, 1), "slowest_ms": round(max(times), 1), "server": "real"}
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / "first-reply-real.json").write_text(json.dumps(report), encoding="utf-8")


def test_server_is_killed_in_mid_conversation_and_answers_when_it_is_back(
    new_context: Callable[..., Any], model: Path, tmp_path: Path
) -> None:
    port = free_port()
    with running(tmp_path, port) as server:
        chat = Chat(new_context().new_page(), server.client.url).visit().open().ask("how is breast milk made")
        server.kill()
        chat.box.fill("what is colostrum")
        chat.box.press("Enter")
        chat.page.get_by_text("Waiting for the connection").first.wait_for()
    with running(tmp_path, port):
        chat.replies.nth(1).wait_for(timeout=60_000)
        assert chat.replies.count() == 2
