"""What a person does with the chat: asks, reads the sources, presses buttons, rates, copies, starts again, forgets."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.widget.chat import Chat
from tests.widget.stand_in import STARTERS, StandIn, error

ALL_SCREENS = ["phone-light", "phone-dark", "desktop-light", "desktop-dark"]
on_all_screens = pytest.mark.parametrize("screen", ALL_SCREENS, indirect=True)
Shot = Callable[[Chat, str], None]


@on_all_screens
def test_user_asks_the_three_questions_and_opens_the_sources(chat: Chat, shot: Shot) -> None:
    shot(chat, "closed")
    chat.open()
    chat.suggestions.first.wait_for()
    shot(chat, "greeting")
    for question, first_words in [
        ("how is breast milk produced", "Tiny sacs in your breast"),
        ("how do I know my baby gets enough", "You can tell by your baby's swallowing"),
        ("is nursing after 12 months normal", "Yes, nursing after 12 months is normal"),
    ]:
        chat.ask(question)
        answer = chat.replies.last
        assert first_words in answer.inner_text()
        answer.get_by_text("Sources").click()
        link = answer.locator("details a").first
        link.wait_for()
        assert link.get_attribute("href").startswith("https://example.org/")
        assert link.get_attribute("rel") == "noopener noreferrer"
        assert link.get_attribute("target") == "_blank"
        shot(chat, f"answer-{question.split()[-1]}")
    sources = chat.replies.first.locator("details")
    assert re.search(r"National Library of Medicine\s+Physiology, lactation.*\(?2023", sources.inner_text(), re.DOTALL)


@on_all_screens
def test_danger_is_said_at_once_with_a_number_to_call(chat: Chat, shot: Shot) -> None:
    chat.open().ask("her lips turn blue")
    alert = chat.role("alert")
    assert "needs an ambulance" in alert.inner_text()
    call = alert.get_by_role("link", name="Call 999")
    assert call.get_attribute("href") == "tel:999"
    box = call.bounding_box()
    assert box["height"] >= 44
    shot(chat, "danger")
    chat.ask("he has cold hands")
    shot(chat, "same-day")


@on_all_screens
def test_doubt_offers_buttons_which_answer_and_disappear(chat: Chat, server: StandIn, shot: Shot) -> None:
    chat.open().ask("not sure if I should keep going")
    assert chat.suggestions.all_inner_texts() == [
        "What is let-down and how does it feel?",
        "How can I make more milk?",
        "Do night feeds help my milk supply?",
    ]
    shot(chat, "doubt")
    chat.suggestion("How can I make more milk?").click()
    chat.replies.nth(1).wait_for()
    assert server.messages()[-1].body.keys() == {"id", "button"}
    assert server.messages()[-1].body["button"] == "make_more_milk"
    assert "Do night feeds help my milk supply?" not in chat.suggestions.all_inner_texts()
    assert chat.own.last.inner_text().endswith("How can I make more milk?")


def test_greeting_offers_what_people_ask_most(chat: Chat, server: StandIn) -> None:
    assert server.posts() == []  # nothing is asked of the server before the chat is opened
    chat.open()
    chat.suggestions.first.wait_for()
    assert chat.suggestions.all_inner_texts() == [starter["title"] for starter in STARTERS]
    chat.suggestions.nth(1).click()
    chat.replies.first.wait_for()
    assert "Is my baby getting enough milk?" in chat.replies.first.inner_text()
    assert server.posts() == ["session", "message"]


def test_old_buttons_go_when_something_is_typed(chat: Chat, server: StandIn) -> None:
    chat.open().ask("not sure")
    server.orders.delay = 0.5
    chat.type("how is milk made")
    chat.own.nth(1).wait_for()
    assert chat.suggestions.count() == 0


def test_two_things_asked_get_two_answers(chat: Chat) -> None:
    chat.open().type("two things: how is milk made, and is it normal after 12 months")
    chat.replies.nth(1).wait_for()
    assert chat.replies.count() == 2


def test_typing_is_shown_and_told(chat: Chat, server: StandIn) -> None:
    server.orders.delay = 1.2
    chat.open().type("how is milk made")
    chat.page.locator("latch-chat .typing").wait_for()
    chat.status.get_by_text("Latch is looking for the answer").wait_for()
    chat.replies.first.wait_for()
    assert chat.page.locator("latch-chat .typing").count() == 0


def test_a_long_wait_says_so(chat: Chat, server: StandIn) -> None:
    chat.page.clock.install()
    server.orders.delay = 1.5
    chat.open().type("how is milk made")
    chat.page.locator("latch-chat .typing").wait_for(state="attached")
    chat.page.clock.fast_forward(8100)
    chat.page.locator("latch-chat .typing").get_by_text("This takes longer than usual").wait_for()
    chat.replies.first.wait_for()
    assert chat.page.get_by_text("This takes longer than usual").locator("visible=true").count() == 0


def test_answer_is_rated_with_a_reason(chat: Chat, server: StandIn, shot: Shot) -> None:
    chat.open().ask("how is milk made")
    chat.button("This helped").click()
    chat.status.get_by_text("Thank you.").wait_for()
    assert chat.button("This helped").get_attribute("aria-pressed") == "true"
    chat.button("This did not help").click()
    reasons = chat.role("group", "What was wrong? You need not say.").get_by_role("button")
    assert reasons.count() == 5
    shot(chat, "reasons")
    chat.button("Hard to understand").click()
    reasons.first.wait_for(state="detached")
    assert chat.focused() == "This did not help"
    chat.page.wait_for_timeout(100)
    reply = server.feedback[0]["reply"]
    assert server.feedback == [
        {"reply": reply, "helped": True},
        {"reply": reply, "helped": False},
        {"reply": reply, "helped": False, "reason": "unclear"},
    ]


def test_rating_that_is_not_saved_is_taken_back(chat: Chat, server: StandIn) -> None:
    server.orders.feedback_fails = True
    chat.open().ask("how is milk made")
    chat.button("This helped").click()
    chat.status.get_by_text("could not be saved").wait_for()
    assert chat.button("This helped").get_attribute("aria-pressed") == "false"


def test_answer_is_copied_with_its_sources(context: Any, server: StandIn) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat = Chat(context.new_page(), server.url).visit().open().ask("how is milk made")
    chat.button("Copy").click()
    chat.button("Copied").wait_for()
    text = chat.page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("How is breast milk made?\n\nTiny sacs in your breast")
    assert (
        "National Library of Medicine, Physiology, lactation (2023): https://example.org/physiology-lactation" in text
    )


def test_start_again_clears_the_screen_and_begins_a_new_session(chat: Chat, server: StandIn) -> None:
    chat.open().ask("how is milk made")
    chat.choose("Start again")
    chat.suggestions.nth(4).wait_for()
    assert chat.replies.count() == 0
    assert chat.focused() == "Your question"
    chat.ask("is it normal after 12 months")
    assert len({session for session, _ in server.turns}) == 2
    assert server.forgotten == []


def test_forget_deletes_the_conversation_everywhere_and_says_so(chat: Chat, server: StandIn, shot: Shot) -> None:
    chat.open().ask("how is milk made")
    assert chat.stored() == 1
    chat.button("More choices").click()
    shot(chat, "menu")
    chat.button("Forget this conversation").click()
    chat.page.get_by_text("This conversation is forgotten").first.wait_for()
    shot(chat, "forgotten")
    assert server.forgotten == [server.turns[0][0]]
    assert chat.replies.count() == 0
    assert chat.stored() == 0
    chat.visit()
    chat.open()
    assert chat.replies.count() == 0


def test_forget_that_fails_says_so_and_is_tried_again(chat: Chat, server: StandIn) -> None:
    server.orders.forget_fails = True
    chat.open().ask("how is milk made")
    chat.choose("Forget this conversation")
    chat.page.locator("latch-chat .note").get_by_text("The server could not be reached").wait_for()
    assert chat.stored() == 0
    server.orders.forget_fails = False
    chat.button("Retry").click()
    chat.page.locator("latch-chat .note").get_by_text("This conversation is forgotten").wait_for()
    assert server.forgotten == [server.turns[0][0]]


def test_unknown_button_is_asked_in_words(chat: Chat, server: StandIn) -> None:
    chat.open()
    server.orders.answers = [error(404, "unknown_button", "That button is not known any more.")]
    chat.suggestions.first.click()
    chat.button("Retry").click()
    chat.replies.first.wait_for()
    assert server.messages()[-1].body["text"] == STARTERS[0]["title"]


def test_answer_that_comes_when_the_chat_is_closed_is_named_on_its_button(chat: Chat, server: StandIn) -> None:
    server.orders.delay = 0.5
    chat.open().type("how is milk made")
    chat.page.keyboard.press("Escape")
    chat.role("button", re.compile("A new answer is there")).wait_for()
    chat.launcher.click()
    chat.replies.first.wait_for()
    assert "new answer" not in chat.launcher.inner_text()


def test_danger_opens_the_chat_without_taking_the_focus(chat: Chat, server: StandIn) -> None:
    server.orders.delay = 0.5
    chat.open().type("she turns blue")
    chat.page.keyboard.press("Escape")
    chat.dialog.wait_for(state="hidden")
    chat.role("alert").wait_for()
    assert chat.focused().startswith("Ask Latch")
