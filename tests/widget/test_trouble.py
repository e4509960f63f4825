"""What goes wrong: another page, another tab, no connection, no server, a failed turn, a hurried hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.widget.chat import Chat
from tests.widget.stand_in import StandIn, error

Shot = Callable[[Chat, str], None]


def test_reload_keeps_the_conversation(chat: Chat, server: StandIn) -> None:
    chat.open().ask("how is milk made").ask("is it normal after 12 months")
    chat.visit()
    # On a wide screen an open chat is open on the next page too; the focus stays in the page.
    chat.replies.nth(1).wait_for()
    assert chat.focused() not in ("Your question", "Ask Latch")
    assert chat.own.count() == 2
    chat.ask("how do I know it is enough")
    assert len({session for session, _ in server.turns}) == 1
    assert len(server.turns) == 3


def test_restored_danger_is_shown_and_not_announced_again(chat: Chat) -> None:
    chat.open().ask("she turns blue")
    assert chat.role("alert").count() == 1
    chat.visit()
    chat.replies.first.wait_for()
    assert "needs an ambulance" in chat.replies.first.inner_text()
    assert chat.role("alert").count() == 0


def test_way_back_in_the_history_keeps_the_conversation(chat: Chat, server: StandIn) -> None:
    server.orders.pages["/other"] = "<!doctype html><title>Other</title><p>No chat here."
    chat.open().ask("how is milk made")
    chat.page.goto(f"{server.url}/other")
    chat.page.go_back()
    chat.launcher.wait_for()
    chat.replies.first.wait_for()
    chat.ask("is it normal after 12 months")
    assert len({session for session, _ in server.turns}) == 1


def test_message_on_its_way_goes_on_from_the_next_page_and_is_answered_once(chat: Chat, server: StandIn) -> None:
    server.orders.delay = 0.4
    chat.open().type("how is milk made")
    chat.own.first.wait_for()
    chat.page.wait_for_timeout(100)
    chat.visit()
    chat.replies.first.wait_for()
    assert server.said() == ["how is milk made"]
    assert len({request.body["id"] for request in server.messages()}) == 1


def test_two_tabs_do_not_mix(context: Any, server: StandIn) -> None:
    one = Chat(context.new_page(), server.url).visit().open().ask("how is milk made")
    two = Chat(context.new_page(), server.url).visit().open()
    assert two.replies.count() == 0
    two.ask("is it normal after 12 months")
    one.ask("do I have enough")
    assert [one.own.count(), two.own.count()] == [2, 1]
    assert len({session for session, _ in server.turns}) == 2


def test_tab_opened_by_script_does_not_take_the_conversation_along(context: Any, server: StandIn) -> None:
    one = Chat(context.new_page(), server.url).visit().open().ask("how is milk made")
    with context.expect_page() as opened:
        # Such a window begins with a copy of the session storage.
        one.page.evaluate("void window.open(location.href)")
    two = Chat(opened.value, server.url)
    two.launcher.wait_for()
    two.page.wait_for_timeout(800)
    assert two.replies.count() == 0
    two.open().ask("is it normal after 12 months")
    assert two.own.count() == 1
    one.ask("do I have enough")
    assert one.own.count() == 2
    sessions = [session for session, _ in server.turns]
    assert sessions[0] == sessions[2] != sessions[1]


def test_conversation_ends_with_the_tab(context: Any, server: StandIn) -> None:
    Chat(context.new_page(), server.url).visit().open().ask("how is milk made").page.close()
    later = Chat(context.new_page(), server.url).visit().open()
    later.suggestions.first.wait_for()
    assert later.replies.count() == 0


def test_message_sent_offline_waits_and_goes_once_when_the_line_is_back(
    chat: Chat, context: Any, server: StandIn, shot: Shot
) -> None:
    chat.open().ask("how is milk made")
    context.set_offline(True)
    chat.type("is it normal after 12 months")
    waiting = chat.own.last.get_by_text("Waiting for the connection")
    waiting.wait_for()
    chat.status.get_by_text("Waiting for the connection").wait_for()
    shot(chat, "offline")
    context.set_offline(False)
    chat.replies.nth(1).wait_for()
    waiting.wait_for(state="detached")
    chat.page.wait_for_timeout(1200)
    assert server.said() == ["how is milk made", "is it normal after 12 months"]
    assert chat.replies.count() == 2


def test_message_waiting_for_the_line_survives_a_change_of_page(chat: Chat, server: StandIn) -> None:
    chat.open().ask("how is milk made")
    chat.page.route("**/webhooks/**", lambda route: route.abort("internetdisconnected"))
    chat.type("is it normal after 12 months")
    chat.own.last.get_by_text("Waiting for the connection").wait_for()
    chat.page.unroute_all()
    chat.visit()
    chat.replies.nth(1).wait_for()
    assert server.said() == ["how is milk made", "is it normal after 12 months"]


def test_answer_lost_on_the_way_is_fetched_again_and_not_made_twice(chat: Chat, server: StandIn) -> None:
    server.orders.lose = 1
    chat.open().type("how is milk made")
    chat.replies.first.wait_for()
    assert server.said() == ["how is milk made"]
    assert len(server.messages()) >= 2


def test_server_is_killed_and_started_again_in_the_middle(chat: Chat, server: StandIn) -> None:
    chat.open().ask("how is milk made")
    server.stop()
    chat.type("is it normal after 12 months")
    chat.own.last.get_by_text("Waiting for the connection").wait_for()
    server.start()
    chat.replies.nth(1).wait_for()
    chat.ask("do I have enough")
    assert server.said() == ["how is milk made", "is it normal after 12 months", "do I have enough"]


def test_server_that_lost_its_sessions_gets_a_new_one_and_the_message_once(chat: Chat, server: StandIn) -> None:
    chat.open().ask("how is milk made")
    server.expire_sessions()
    chat.ask("is it normal after 12 months")
    assert chat.replies.count() == 2
    assert server.said() == ["how is milk made", "is it normal after 12 months"]
    assert server.posts() == ["session", "message", "message", "session", "message"]


def test_double_click_on_send_sends_once(chat: Chat, server: StandIn) -> None:
    chat.open().box.fill("how is milk made")
    chat.send.dblclick()
    chat.replies.first.wait_for()
    chat.page.wait_for_timeout(200)
    assert server.said() == ["how is milk made"]
    assert chat.own.count() == 1


def test_double_click_on_a_button_sends_once(chat: Chat, server: StandIn) -> None:
    chat.open()
    chat.suggestions.first.dblclick()
    chat.replies.first.wait_for()
    chat.page.wait_for_timeout(200)
    assert len(server.turns) == 1


def test_failed_turn_says_what_to_do_and_retries_under_the_same_id(chat: Chat, server: StandIn, shot: Shot) -> None:
    server.orders.answers = [error(500, "failed", "Sorry, something went wrong here. Please try again.")]
    chat.open().type("how is milk made")
    chat.own.first.get_by_text("Sorry, something went wrong here. Please try again.").wait_for()
    shot(chat, "failed")
    chat.button("Retry").dblclick()
    chat.replies.first.wait_for()
    ids = [request.body["id"] for request in server.messages()]
    assert ids == [ids[0]] * 2
    assert chat.own.first.inner_text().endswith("how is milk made")


def test_answer_that_is_no_json_is_a_failure(chat: Chat, server: StandIn) -> None:
    server.orders.answers = [(502, None, {}), (200, {"id": "x", "replies": []}, {})]
    chat.open().type("how is milk made")
    chat.button("Retry").click()
    chat.page.wait_for_timeout(200)
    chat.button("Retry").click()
    chat.replies.first.wait_for()
    assert server.said() == ["how is milk made"]


def test_too_long_a_message_stays_in_the_box(chat: Chat, server: StandIn, shot: Shot) -> None:
    text = "milk " * 401
    chat.open().type(text)
    assert chat.box.input_value() == text
    chat.page.locator("latch-chat .count").get_by_text("4 characters more than the 2,000").wait_for()
    chat.status.get_by_text("4 characters more").wait_for()
    assert chat.box.get_attribute("aria-invalid") == "true"
    shot(chat, "too-long")
    assert server.messages() == []
    chat.box.fill("milk " * 390)
    chat.page.get_by_text("51 characters left").wait_for()
    chat.ask("milk \U0001f37c" * 333)  # 2,000 code points would be 2,333 UTF-16 units
    assert len(server.turns) == 1


def test_text_that_the_server_finds_too_long_goes_back_into_the_box(chat: Chat, server: StandIn) -> None:
    server.orders.answers = [error(413, "too_long", "A message has at most 2,000 characters.")]
    chat.open().type("a story of milk")
    chat.page.locator("latch-chat .note").get_by_text("at most 2,000").wait_for()
    assert chat.box.input_value() == "a story of milk"
    assert chat.own.count() == 0


def test_too_many_messages_wait_as_long_as_the_server_says(chat: Chat, server: StandIn) -> None:
    server.orders.answers = [error(429, "too_many", "Too many messages.", Retry_After="1")]
    chat.open().type("how is milk made")
    chat.own.first.get_by_text("This one goes by itself in 1 s").wait_for()
    chat.replies.first.wait_for()
    assert server.said() == ["how is milk made"]


def test_a_server_that_is_busy_is_waited_for_and_what_to_do_in_an_emergency_is_said(
    chat: Chat, server: StandIn
) -> None:
    server.orders.answers = [error(503, "busy", "Many people are asking.", Retry_After="1")] * 2
    chat.open().type("how is milk made")
    chat.own.first.get_by_text("This one goes by itself in 1 s. In an emergency, call your local").wait_for()
    chat.replies.first.wait_for()
    assert server.said() == ["how is milk made"]


def test_chat_that_cannot_start_says_so_and_can_be_tried_again(chat: Chat, server: StandIn) -> None:
    server.stop()
    chat.open()
    chat.page.get_by_text("The chat could not be started").wait_for()
    server.start()
    chat.button("Retry").click()
    chat.suggestions.nth(4).wait_for()
    assert chat.page.get_by_text("The chat could not be started").count() == 0


def test_question_typed_before_the_session_is_there_is_answered(chat: Chat, server: StandIn) -> None:
    server.orders.starting_delay = 0.5
    chat.open().type("how is milk made")
    chat.replies.first.wait_for()
    assert server.posts() == ["session", "message"]


def test_start_again_while_an_answer_is_on_its_way_shows_no_late_answer(chat: Chat, server: StandIn) -> None:
    server.orders.delay = 0.5
    chat.open().type("how is milk made")
    chat.page.locator("latch-chat .typing").wait_for()
    chat.choose("Start again")
    chat.page.wait_for_timeout(900)
    assert chat.replies.count() == 0
    assert chat.own.count() == 0


def test_page_without_storage_or_locks_still_chats(context: Any, server: StandIn) -> None:
    context.add_init_script(
        """Object.defineProperty(window, "sessionStorage", {get() { throw new Error("denied"); }});
        Object.defineProperty(navigator, "locks", {value: undefined});"""
    )
    chat = Chat(context.new_page(), server.url).visit().open().ask("how is milk made")
    assert re.search("Tiny sacs", chat.replies.first.inner_text())


def test_tabs_do_not_mix_without_locks(context: Any, server: StandIn) -> None:
    context.add_init_script('Object.defineProperty(navigator, "locks", {value: undefined});')
    one = Chat(context.new_page(), server.url).visit().open().ask("how is milk made")
    with context.expect_page() as opened:
        one.page.evaluate("void window.open(location.href)")
    two = Chat(opened.value, server.url)
    two.launcher.wait_for()
    two.page.wait_for_timeout(500)
    assert two.replies.count() == 0
    one.visit()
    one.replies.first.wait_for()
