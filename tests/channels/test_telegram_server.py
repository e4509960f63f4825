"""The real bot on Telegram, as `make serve` runs it, with the stand-in for Telegram beside it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from tests.channels.client import texts
from tests.channels.telegram_server import HOOK, TelegramBot, environment, telegram_bot
from tests.channels.telegram_stand_in import BOT, TOKEN, TelegramStandIn, wait_until
from tests.server import ROOT, Server, free_port, running

LET_DOWN = "What is let-down, and how does it feel?"
GROUP = -1_001_234
NOTHING_BEFORE, GREETINGS = (
    [said["text"].splitlines()[0] for said in yaml.safe_load((ROOT / file).read_text("utf-8"))["responses"][name]]
    for file, name in (
        ("data/conversation/doubt.yml", "utter_nothing_before"),
        ("data/conversation/greet.yml", "utter_greet"),
    )
)
MENTION = {"type": "mention", "offset": 0, "length": 15}


def said_one_of(lines: list[str], text: str) -> bool:
    return any(line in text for line in lines)


class TestWebhook:
    def test_is_registered_with_a_secret_and_only_for_what_is_read(self, bot: TelegramBot) -> None:
        webhook = bot.telegram.webhook
        assert webhook["url"] == bot.server.client.url + HOOK
        assert len(webhook["secret_token"]) >= 32
        assert webhook["allowed_updates"] == ["message", "edited_message", "callback_query"]

    @pytest.mark.parametrize("secret", ["", "wrong", "\u00e9"])
    def test_a_request_without_the_secret_gets_403_and_no_answer(
        self, bot: TelegramBot, chat: int, secret: str
    ) -> None:
        update = bot.telegram.made("message", bot.telegram.message(chat, text=LET_DOWN))
        assert bot.bring(update, secret).status == 403
        assert bot.bring(update).status == 200
        assert len(bot.telegram.shown(chat)) == 1

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 20_000])
    def test_what_is_no_json_gets_400(self, bot: TelegramBot, body: bytes) -> None:
        assert bot.bring(body).status == 400

    @pytest.mark.parametrize(
        "update",
        [
            {
                "update_id": 11,
                "channel_post": {"message_id": 1, "chat": {"id": -9, "type": "channel"}, "text": LET_DOWN},
            },
            {"update_id": 12, "my_chat_member": {"chat": {"id": 9, "type": "private"}}},
            {"update_id": 13, "chat_join_request": {}},
            {"update_id": 14, "a_kind_of_tomorrow": {"text": LET_DOWN}},
            {"update_id": "15", "message": "x"},
            [],
            None,
        ],
    )
    def test_other_kinds_of_updates_are_ignored_with_200(self, bot: TelegramBot, update: object) -> None:
        before = len(bot.telegram.calls)
        answer = bot.bring(update)
        assert (answer.status, answer.content) == (200, b"")
        assert len(bot.telegram.calls) == before

    def test_a_message_with_all_that_it_may_hold_is_not_too_large(self, bot: TelegramBot, chat: int) -> None:
        long = "\u0001" * 4096
        entities = [{"type": "bold", "offset": place, "length": 1} for place in range(2000)]
        update = bot.telegram.made("message", bot.telegram.message(chat, text=LET_DOWN, entities=entities))
        update["message"]["reply_to_message"] = bot.telegram.message(chat, text=long * 3, entities=entities)
        assert bot.bring(update).status == 200
        assert len(bot.telegram.shown(chat)) == 1


class TestOneAnswer:
    def test_an_update_that_comes_again_is_not_answered_again(self, bot: TelegramBot, chat: int) -> None:
        update = bot.telegram.made("message", bot.telegram.message(chat, text=LET_DOWN))
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(bot.bring, [update] * 4))
        assert [answer.status for answer in answers] == [200] * 4
        assert bot.bring(update).status == 200
        assert len(bot.telegram.shown(chat)) == 1

    def test_one_of_two_servers_answers(self, bot: TelegramBot, chat: int, tmp_path: Path) -> None:
        port = free_port()
        seen = environment(bot.telegram, bot.server.log.parent, port)
        del seen["LATCH_TELEGRAM_WEBHOOK_URL"]  # the other one keeps it
        webhook = bot.telegram.webhook
        with running(tmp_path, port, {**seen, "LATCH_TELEGRAM_WEBHOOK_URL": webhook["url"]}) as server:
            other = TelegramBot(server, bot.telegram, bot.metrics)
            for _ in range(20):
                update = bot.telegram.made("message", bot.telegram.message(chat, text="thank you"))
                with ThreadPoolExecutor(2) as pool:
                    answers = list(pool.map(lambda one, update=update: one.bring(update).status, (bot, other)))
                assert 200 in answers
                assert set(answers) <= {200, 503}  # "in work elsewhere": Telegram asks again
                assert bot.bring(update).status == other.bring(update).status == 200
        assert len(bot.telegram.shown(chat)) == 20

    def test_nothing_is_answered_again_after_a_restart_and_what_was_in_work_is_answered_once(
        self, model: Path, tmp_path: Path
    ) -> None:
        port, answered, in_work = free_port(), 31, 32
        with TelegramStandIn().running() as telegram:
            with telegram_bot(tmp_path, telegram, port) as first:
                update = telegram.made("message", telegram.message(answered, text=LET_DOWN))
                assert first.bring(update).status == 200
                telegram.silent.add(in_work)
                lost = telegram.says(in_work, LET_DOWN)
                wait_until(lambda: bool(telegram.of("sendChatAction", in_work)))
                first.server.kill()
                telegram.silent.clear()
                with telegram_bot(tmp_path, telegram, port) as second:
                    telegram.settled(lost)
                    assert second.bring(update).status == 200
                    time.sleep(1)
            assert len(telegram.shown(in_work)) == 1
            assert len(telegram.shown(answered)) == 1
            statuses = [status for update, status in telegram.deliveries if update == lost]
            assert statuses[0] == 0
            assert statuses[-1] == 200

    def test_updates_out_of_order_are_all_answered(self, bot: TelegramBot, chat: int) -> None:
        made = [bot.telegram.made("message", bot.telegram.message(chat, text="thank you")) for _ in range(4)]
        for number in (3, 0, 2, 1):
            assert bot.bring(made[number]).status == 200
        assert len(bot.telegram.shown(chat)) == 4


class TestAnswers:
    def test_text_arrives_whole(self, bot: TelegramBot, chat: int) -> None:
        """Rasa's channel reads "breasttle feeding"."""
        (said,) = bot.ask(chat, "breast/bottle feeding")
        (other,) = bot.ask(chat + 500_000, "breast bottle feeding")
        assert said.splitlines()[0] == other.splitlines()[0]
        assert "bottle" in said

    @pytest.mark.parametrize(
        "text", ["/restart", "/session_start", "/let_down", '/greet{"country": "US"}', "/", "/x y"]
    )
    def test_a_slash_that_is_no_command_is_text_like_any_other(self, bot: TelegramBot, chat: int, text: str) -> None:
        other = chat + 500_000
        for one in (chat, other):
            bot.ask(one, LET_DOWN)
        assert bot.ask(chat, text) == bot.ask(other, text.lstrip("/") or "\u200b")
        assert bot.ask(chat, "where did you get that?") == bot.ask(other, "where did you get that?")

    @pytest.mark.parametrize(
        "text", ["<b>bold</b> & <i", "&lt;", "???", "😀", "日本語", "\u202e", "x" * 4096, "\ud800"]
    )
    def test_what_cannot_be_read_gets_an_ordinary_answer(self, bot: TelegramBot, chat: int, text: str) -> None:
        assert len(bot.ask(chat, text)) == 1

    def test_sources_are_links_without_preview_and_buttons_lead_on(self, bot: TelegramBot, chat: int) -> None:
        bot.ask(chat, LET_DOWN)
        (said,) = bot.telegram.shown(chat)
        assert said.parameters["parse_mode"] == "HTML"
        assert said.parameters["link_preview_options"] == {"is_disabled": True}
        assert all(url.startswith("https://") for _, url in said.links)
        assert said.links
        assert all(len(button["callback_data"].encode()) <= 64 for button in said.buttons)
        bot.telegram.settled(bot.telegram.presses(said, said.buttons[0]["text"]))
        first, second = bot.telegram.shown(chat)
        assert first.buttons == []
        assert second.buttons

    def test_a_press_is_acknowledged_once(self, bot: TelegramBot, chat: int) -> None:
        bot.ask(chat, LET_DOWN)
        (said,) = bot.telegram.shown(chat)
        query = bot.telegram.query(said, said.buttons[0]["callback_data"])
        bot.telegram.settled(bot.telegram.update("callback_query", query))
        wait_until(lambda: query["id"] in bot.telegram.acknowledged)
        assert bot.telegram.acknowledged[query["id"]] is None  # it says nothing over the answer
        calls = bot.telegram.of("answerCallbackQuery")
        assert sum(call.parameters["callback_query_id"] == query["id"] for call in calls) == 1

    def test_typing_is_shown_before_the_answer(self, bot: TelegramBot, chat: int) -> None:
        bot.ask(chat, LET_DOWN)
        calls = [call.method for call in bot.telegram.calls if call.chat == chat]
        assert calls == ["sendChatAction", "sendMessage"]

    def test_a_danger_reply_is_a_message_of_its_own_with_the_number(self, bot: TelegramBot, chat: int) -> None:
        bot.ask(chat, "I am in Ireland")
        bot.ask(chat, "my baby is not breathing. and what is let-down?")
        _, *said = bot.telegram.shown(chat)
        assert said[0].bold == ["112", "999"]
        assert "999" in said[0].text
        assert said[0].links == []

    def test_a_danger_reply_that_asks_for_the_country_has_the_countries_as_buttons(
        self, bot: TelegramBot, chat: int
    ) -> None:
        bot.ask(chat, "my baby is not breathing")
        said = bot.telegram.shown(chat)[0]
        bot.telegram.settled(bot.telegram.presses(said, "Ireland"))
        assert bot.telegram.shown(chat)[-1].bold == ["112", "999"]

    def test_at_first_contact_the_introduction_comes_behind_a_danger_reply_as_a_message_of_its_own(
        self, bot: TelegramBot, chat: int
    ) -> None:
        bot.ask(chat, "my baby is not breathing")
        danger, introduction = bot.telegram.shown(chat)
        assert "ambulance" in danger.text
        assert "I am Latch" not in danger.text
        assert introduction.text.startswith("I am Latch")
        assert "ambulance" not in introduction.text
        assert (bool(danger.buttons), introduction.buttons) == (True, [])
        web = bot.server.client.open().say("my baby is not breathing")
        assert texts(web) == [*danger.text.splitlines(), *introduction.text.splitlines()]
        bot.ask(chat, "my baby is not breathing")
        assert len(bot.telegram.shown(chat)) == 3

    def test_an_old_or_made_up_button_says_that_it_no_longer_works(self, bot: TelegramBot, chat: int) -> None:
        bot.ask(chat, LET_DOWN)
        (said,) = bot.telegram.shown(chat)
        for data in ("t:no_such_topic", "t:greet", "n:XX", "c:none:0", "c:milk_production:99", "x", ""):
            query = bot.telegram.query(said, data)
            bot.telegram.settled(bot.telegram.update("callback_query", query))
            wait_until(lambda query=query: query["id"] in bot.telegram.acknowledged)
            assert "no longer works" in (bot.telegram.acknowledged[query["id"]] or "")
        assert len(bot.telegram.shown(chat)) == 1

    def test_a_button_that_is_pressed_twice_is_answered_once(self, bot: TelegramBot, chat: int) -> None:
        bot.ask(chat, LET_DOWN)
        (said,) = bot.telegram.shown(chat)
        queries = [bot.telegram.query(said, button["callback_data"]) for button in (said.buttons[0], said.buttons[0])]
        for query in queries:
            bot.telegram.settled(bot.telegram.update("callback_query", query))
        wait_until(lambda: all(query["id"] in bot.telegram.acknowledged for query in queries))
        assert len(bot.telegram.shown(chat)) == 2


class TestCommands:
    def test_are_in_the_menu_of_the_bot(self, bot: TelegramBot) -> None:
        names = [command["command"] for command in bot.telegram.commands]
        assert names == ["start", "help", "topics", "sources", "country", "privacy", "forget"]

    def test_start_greets_with_questions_to_begin_with(self, bot: TelegramBot, chat: int) -> None:
        bot.ask(chat, "/start")
        (said,) = bot.telegram.shown(chat)
        assert "Latch" in said.text
        assert len(said.buttons) == 5

    def test_a_deep_link_opens_on_its_topic(self, bot: TelegramBot, chat: int) -> None:
        (said,) = bot.ask(chat, "/start let_down")
        (asked,) = bot.ask(chat + 500_000, LET_DOWN)
        assert said == asked
        assert said_one_of(GREETINGS, bot.ask(chat, "/start nothing_such")[1])

    def test_topics_go_by_subject_page_by_page_in_one_message(self, bot: TelegramBot, chat: int) -> None:
        bot.ask(chat, "/topics")
        (menu,) = bot.telegram.shown(chat)
        assert len(menu.buttons) == 6
        seen = set()
        bot.telegram.settled(bot.telegram.presses(menu, "Milk production"))
        while True:
            seen |= {button["callback_data"] for button in menu.buttons if button["callback_data"].startswith("t:")}
            if "More »" not in [button["text"] for button in menu.buttons]:
                break
            bot.telegram.settled(bot.telegram.presses(menu, "More »"))
        assert len(seen) > 40
        bot.telegram.settled(bot.telegram.presses(menu, "« Back"))
        bot.telegram.settled(bot.telegram.presses(menu, "Other subjects"))
        assert menu.text == "Which subject?"
        bot.telegram.settled(bot.telegram.presses(menu, "The distracted baby"))
        bot.telegram.settled(bot.telegram.presses(menu, menu.buttons[0]["text"]))
        assert len(bot.telegram.shown(chat)) == 2
        assert menu.buttons == []

    def test_sources_names_those_of_the_last_answer(self, bot: TelegramBot, chat: int) -> None:
        assert said_one_of(NOTHING_BEFORE, bot.ask(chat, "/sources")[0])
        bot.ask(chat, LET_DOWN)
        bot.ask(chat, "/sources")
        _, answer, sources = bot.telegram.shown(chat)
        assert sources.links == answer.links

    def test_country_is_chosen_once_for_the_conversation(self, bot: TelegramBot, chat: int) -> None:
        bot.ask(chat, "/country")
        (menu,) = bot.telegram.shown(chat)
        bot.telegram.settled(bot.telegram.presses(menu, "United States"))
        assert "911" in bot.telegram.texts(chat)[1]
        assert menu.buttons == []
        bot.ask(chat, "my baby is not breathing")
        assert bot.telegram.shown(chat)[2].bold == ["911"]

    def test_help_and_privacy_say_what_telegram_adds(self, bot: TelegramBot, chat: int) -> None:
        assert "/topics" in bot.ask(chat, "/help")[1]
        assert "/forget" in bot.ask(chat, "/privacy")[3]

    def test_forget_deletes_the_conversation(self, bot: TelegramBot, chat: int) -> None:
        bot.ask(chat, LET_DOWN)
        assert "deleted" in bot.ask(chat, "/forget")[1]
        assert said_one_of(NOTHING_BEFORE, bot.ask(chat, "/sources")[2])

    @pytest.mark.parametrize("text", ["/forget", "forget this conversation", "please erase everything I wrote here"])
    def test_forgetting_in_any_words_drops_what_was_answered(self, bot: TelegramBot, chat: int, text: str) -> None:
        message = bot.telegram.message(chat, text=LET_DOWN)
        bot.telegram.settled(bot.telegram.update("message", message))
        answer = bot.telegram.shown(chat)[-1]
        told = bot.ask(chat, text)
        assert "deleted" in told[-1]
        # An edit replaces the answer to what was edited, where that is known.
        edited = {**message, "text": "What is colostrum?", "edit_date": message["date"] + 5}
        bot.telegram.settled(bot.telegram.update("edited_message", edited))
        assert answer.edits == 0
        assert len(bot.telegram.shown(chat)) > len(told)
        assert "I am Latch" in bot.telegram.texts(chat)[-1], "it begins anew"


class TestOtherMessages:
    def test_an_edited_message_replaces_its_answer(self, bot: TelegramBot, chat: int) -> None:
        message = bot.telegram.message(chat, text=LET_DOWN)
        bot.telegram.settled(bot.telegram.update("message", message))
        (said,) = bot.telegram.shown(chat)
        edited = {**message, "text": "What is colostrum?", "edit_date": message["date"] + 5}
        bot.telegram.settled(bot.telegram.update("edited_message", edited))
        (now,) = bot.telegram.shown(chat)
        assert (now.id, now.edits) == (said.id, 1)
        assert "olostrum" in now.text
        bot.telegram.settled(bot.telegram.update("edited_message", {**edited, "edit_date": message["date"] + 9}))
        assert now.edits == 1  # nothing was changed

    def test_the_buttons_of_an_answer_that_replaced_a_used_one_work(self, bot: TelegramBot, chat: int) -> None:
        message = bot.telegram.message(chat, text=LET_DOWN)
        bot.telegram.settled(bot.telegram.update("message", message))
        (said,) = bot.telegram.shown(chat)
        bot.telegram.settled(bot.telegram.presses(said, said.buttons[0]["text"]))
        assert len(bot.telegram.shown(chat)) == 2
        edited = {**message, "text": "What is colostrum?", "edit_date": message["date"] + 5}
        bot.telegram.settled(bot.telegram.update("edited_message", edited))
        assert said.edits == 1
        bot.telegram.settled(bot.telegram.presses(said, said.buttons[0]["text"]))
        assert len(bot.telegram.shown(chat)) == 3
        wait_until(lambda: said.buttons == [])

    def test_an_edited_message_replaces_its_answer_after_a_restart(self, model: Path, tmp_path: Path) -> None:
        port = free_port()
        with TelegramStandIn().running() as telegram:
            message = telegram.message(7, text=LET_DOWN)
            with telegram_bot(tmp_path, telegram, port):
                telegram.settled(telegram.update("message", message))
            edited = {**message, "text": "What is colostrum?", "edit_date": message["date"] + 5}
            with telegram_bot(tmp_path, telegram, port):
                telegram.settled(telegram.update("edited_message", edited))
                telegram.settled(telegram.update("edited_message", {**edited, "edit_date": message["date"] + 9}))
            (now,) = telegram.shown(7)
            assert now.edits == 1
            assert "olostrum" in now.text

    def test_an_edit_that_names_a_danger_is_answered_anew(self, bot: TelegramBot, chat: int) -> None:
        message = bot.telegram.message(chat, text=LET_DOWN)
        bot.telegram.settled(bot.telegram.update("message", message))
        edited = {**message, "text": "my baby is not breathing", "edit_date": message["date"] + 5}
        bot.telegram.settled(bot.telegram.update("edited_message", edited))
        wait_until(lambda: len(bot.telegram.shown(chat)) == 1)
        (said,) = bot.telegram.shown(chat)
        assert said.edits == 0
        assert "ambulance" in said.text

    def test_an_edit_that_comes_before_its_message_is_the_one_that_is_answered(
        self, bot: TelegramBot, chat: int
    ) -> None:
        message = bot.telegram.message(chat, text=LET_DOWN)
        edited = {**message, "text": "What is colostrum?", "edit_date": message["date"] + 5}
        bot.telegram.settled(bot.telegram.update("edited_message", edited))
        bot.telegram.settled(bot.telegram.update("message", message))
        (said,) = bot.telegram.texts(chat)
        assert "olostrum" in said

    @pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "location", "video", "document", "contact", "poll"])
    def test_what_is_no_text_is_told_that_latch_reads_text_only(self, bot: TelegramBot, chat: int, kind: str) -> None:
        bot.telegram.settled(bot.telegram.update("message", bot.telegram.message(chat, **{kind: {"file_id": "x"}})))
        (said,) = bot.telegram.texts(chat)
        assert said.startswith("I can read text only, no ")

    def test_words_under_a_photo_are_answered(self, bot: TelegramBot, chat: int) -> None:
        message = bot.telegram.message(chat, photo=[{"file_id": "x"}], caption="my baby is not breathing")
        bot.telegram.settled(bot.telegram.update("message", message))
        told, said, _ = bot.telegram.texts(chat)
        assert told == "I can read text only, no photos. I go by your words."
        assert "ambulance" in said

    def test_an_album_is_told_once_and_its_words_are_answered(self, bot: TelegramBot, chat: int) -> None:
        def brings(name: str, *captions: str | None) -> list[str]:
            before = len(bot.telegram.shown(chat))
            for caption in captions:
                photo = {
                    "photo": [{"file_id": "x"}],
                    "media_group_id": name,
                    **({"caption": caption} if caption else {}),
                }
                bot.telegram.settled(bot.telegram.update("message", bot.telegram.message(chat, **photo)))
            return bot.telegram.texts(chat)[before:]

        assert brings("1", *[None] * 10) == ["I can read text only, no photos. Please type your question."]
        told, said = brings("2", "What is colostrum?", *[None] * 9)
        assert told == "I can read text only, no photos. I go by your words."
        assert "olostrum" in said
        told, said = brings("3", None, LET_DOWN)
        assert told == "I can read text only, no photos. Please type your question."
        assert "oxytocin" in said


class TestGroups:
    def test_talk_among_people_gets_no_answer(self, bot: TelegramBot, chat: int) -> None:
        group = GROUP - chat
        for text in (LET_DOWN, "/help", "@somebody look"):
            update = bot.telegram.made("message", bot.telegram.in_group(group, chat, text))
            assert bot.bring(update).status == 200
        assert bot.telegram.shown(group) == []

    def test_a_mention_and_a_reply_get_an_answer_to_that_message(self, bot: TelegramBot, chat: int) -> None:
        group = GROUP - chat
        message = bot.telegram.in_group(group, chat, f"@latch_test_bot {LET_DOWN}", entities=[MENTION])
        bot.telegram.settled(bot.telegram.update("message", message))
        (said,) = bot.telegram.shown(group)
        assert said.parameters["reply_parameters"]["message_id"] == message["message_id"]
        reply = {"message_id": said.id, "from": BOT, "chat": message["chat"]}
        more = bot.telegram.in_group(group, chat, "who says so?", reply_to_message=reply)
        bot.telegram.settled(bot.telegram.update("message", more))
        assert bot.telegram.shown(group)[1].links == said.links

    def test_each_person_has_a_conversation_of_their_own(self, bot: TelegramBot, chat: int) -> None:
        group = GROUP - chat

        def says(person: int, text: str) -> str:
            message = bot.telegram.in_group(group, person, f"@latch_test_bot {text}", entities=[MENTION])
            bot.telegram.settled(bot.telegram.update("message", message))
            return bot.telegram.texts(group)[-1]

        says(chat, LET_DOWN)
        assert said_one_of(NOTHING_BEFORE, says(chat + 500_000, "who says so?"))
        assert "Let-down reflex" in says(chat, "who says so?")
        assert said_one_of(NOTHING_BEFORE, bot.ask(chat, "/sources")[0])  # in private, another again


class TestTrouble:
    def test_a_person_who_blocked_the_bot_ends_it_quietly(self, bot: TelegramBot, chat: int) -> None:
        bot.telegram.blocked.add(chat)
        bot.telegram.settled(bot.telegram.says(chat, LET_DOWN))
        assert bot.telegram.shown(chat) == []
        assert len(bot.telegram.of("sendMessage", chat)) == 1

    def test_too_many_requests_and_an_outage_lose_and_double_nothing(self, bot: TelegramBot, chat: int) -> None:
        chats = range(chat + 1000, chat + 1020)
        bot.telegram.storm(0.6, retry_after=1)
        updates = [bot.telegram.says(one, LET_DOWN) for one in chats]
        for update in updates:
            bot.telegram.settled(update)
        bot.telegram.outage(1.5)
        updates = [bot.telegram.says(one, "What is colostrum?") for one in chats]
        for update in updates:
            bot.telegram.settled(update)
        answers = [bot.telegram.texts(one) for one in chats]
        assert all(len(found) == 2 and "olostrum" in found[1] for found in answers)

    def test_one_slow_chat_does_not_hold_up_another(self, bot: TelegramBot, chat: int) -> None:
        slow = chat + 500_000
        bot.telegram.slow[slow] = 2.0
        late = [bot.telegram.says(slow, "thank you") for number in range(3)]
        begun = time.monotonic()
        bot.ask(chat, LET_DOWN)
        assert not set(late) & bot.telegram.confirmed
        assert time.monotonic() - begun < 6.0  # what the slow one takes at the least
        for update in late:
            bot.telegram.settled(update, 60)
        assert len(bot.telegram.shown(slow)) == 3

    def test_messages_of_a_chat_are_answered_in_their_order(self, bot: TelegramBot, chat: int) -> None:
        texts = ["What is colostrum?", LET_DOWN, "How is breast milk made?", "/help"]
        for text in texts:
            bot.telegram.says(chat, text)
        shown = [message.text for message in bot.telegram.wait_for(chat, 5)]
        assert "olostrum" in shown[0]
        assert "oxytocin" in shown[1]
        assert "/topics" in shown[4]

    def test_who_is_very_fast_is_asked_once_to_wait(self, bot: TelegramBot, chat: int) -> None:
        for _number in range(30):
            bot.telegram.settled(bot.telegram.says(chat, "thank you"))
        assert sum("very fast" in text for text in bot.telegram.texts(chat)) <= 2
        assert "That was very fast. Please wait a moment and send it again." in bot.telegram.texts(chat)

    def test_an_answer_that_cannot_be_sent_is_a_fault_and_is_whole_when_its_update_comes_again(
        self, bot: TelegramBot, chat: int
    ) -> None:
        update = bot.telegram.made("message", bot.telegram.message(chat, text="/help"))
        bot.telegram.retry_after = 0.01  # so often that it is given up
        assert bot.bring(update).status == 500
        bot.telegram.retry_after = 0
        assert bot.telegram.shown(chat) == []
        assert [bot.bring(update).status for _ in range(2)] == [200, 200]
        said, commands = bot.telegram.texts(chat)
        assert said.startswith("I am Latch")  # as it would have been
        assert commands.startswith("You can also use:")


class TestStart:
    def test_the_server_answers_the_web_while_telegram_cannot_be_reached_and_registers_later(
        self, model: Path, tmp_path: Path
    ) -> None:
        telegram, at, port = TelegramStandIn(), free_port(), free_port()
        telegram.port = at
        with running(tmp_path, port, environment(telegram, tmp_path, port)) as server:
            client = server.client.open()
            assert client.say(LET_DOWN).json["replies"][0]["topic"] == "let_down"
            assert "Telegram cannot be reached yet" in server.printed()
            with telegram.running(at):
                wait_until(lambda: bool(telegram.webhook and telegram.commands), 90)
                telegram.says(5, LET_DOWN)
                assert len(telegram.wait_for(5)) == 1
            assert server.printed().count("Telegram cannot be reached yet") == 1

    def test_without_a_token_the_bot_runs_and_says_so_once(self, server: Server) -> None:
        assert server.printed().count("Telegram is off: LATCH_TELEGRAM_TOKEN is not set.") == 1
        assert server.client.request("POST", HOOK, b"{}").status == 404

    def test_long_polling_answers_without_a_public_address(self, model: Path, tmp_path: Path) -> None:
        with TelegramStandIn().running() as telegram:
            telegram.webhook = {"url": "http://an.old.one"}
            port = free_port()
            with running(tmp_path, port, environment(telegram, tmp_path, port), "telegram") as server:
                wait_until(lambda: not telegram.webhook and bool(telegram.commands))
                telegram.slow[71] = 2.0
                updates = [telegram.says(chat, LET_DOWN) for chat in (71, 72, 73)]
                telegram.wait_for(73)
                assert telegram.shown(71) == []  # the slow one holds up nobody
                for update in updates:
                    telegram.settled(update)
                again = telegram.says(72, "What is colostrum?")
                telegram.settled(again)
                assert [len(telegram.shown(chat)) for chat in (71, 72, 73)] == [1, 2, 1]
                assert server.client.request("POST", HOOK, b"{}").status == 404
            assert telegram.slips == []


def test_no_log_and_no_file_holds_words_names_or_ids(bot: TelegramBot) -> None:
    chat = 7_612_345_678_901  # long: a short one may stand in a hash by chance
    secret = "Wilhelmina sends her thanks"
    bot.ask(chat, secret)
    bot.ask(chat, f"/{secret}")
    bot.bring({**bot.telegram.made("message", bot.telegram.message(chat, text=secret)), "x": secret}, "wrong")
    bot.bring(f'{{"{secret}'.encode())
    bot.bring({"update_id": 92, "message": {"text": secret, "chat": secret}})
    printed = bot.server.printed()
    assert "Latch is ready" in printed
    assert len(bot.telegram.shown(chat)) == 2
    words = [str(chat), secret.split()[0], "Zebedee", "Quillfeather", "zebq", "telegram-", TOKEN.partition(":")[2]]
    assert [word for word in words if word in printed] == []
    for file in bot.server.log.parent.glob("telegram-seen*"):
        content = file.read_bytes()
        assert [word for word in words if word.encode() in content] == []
