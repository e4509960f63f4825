"""Prometheus is told of updates, calls and tries, and the log of each update, without a word or an id."""

from __future__ import annotations

import json
import re

import pytest
from prometheus_client import REGISTRY

from latch.channels.telegram import api
from latch.channels.telegram.api import UndeliveredError
from tests.channels.telegram_server import TelegramBot
from tests.channels.telegram_stand_in import TelegramStandIn
from tests.channels.test_telegram_api import Waits, message, run

LET_DOWN = "what is let-down, asks Zebedee"


def test_an_update_its_turn_and_its_answer_are_counted(bot: TelegramBot, chat: int) -> None:
    before = bot.server.metrics()
    bot.ask(chat, LET_DOWN)
    bot.bring({"update_id": 0})
    after = bot.server.metrics()

    def moved(name: str, **labels: str) -> float:
        return after(name, **labels) - before(name, **labels)

    assert moved("latch_messages_total", channel="telegram") == 1
    assert moved("latch_telegram_updates_total", kind="message", outcome="answered") == 1
    assert moved("latch_telegram_updates_total", kind="other", outcome="ignored") == 1
    assert moved("latch_telegram_calls_total", method="sendMessage", outcome="done") >= 1
    assert moved("latch_stage_seconds_count", stage="send") == 1
    assert after("latch_expired_timestamp_seconds", what="updates") > 1.7e9
    assert not re.search(rf"(?<![\d.]){chat}(?!\d)", after.text)


def test_an_update_has_a_line_in_the_log_with_the_id_of_its_request(bot: TelegramBot, chat: int) -> None:
    answer = bot.bring({"update_id": 1, "message": {"text": LET_DOWN}})
    request_id = answer.headers["x-request-id"]
    found = [json.loads(line) for line in bot.server.printed().splitlines() if request_id in line]
    (update,) = (line for line in found if line["message"] == "update")
    assert (update["kind"], update["outcome"]) == ("message", "ignored")
    assert {"chat", "person", "update"} & set(update) == set()
    (request,) = (line for line in found if line["logger"] == "latch.access")
    assert request["route"] == "/webhooks/telegram/webhook"
    assert "Zebedee" not in bot.server.printed()


def count(outcome: str) -> float:
    labels = {"method": "sendMessage", "outcome": outcome}
    return REGISTRY.get_sample_value("latch_telegram_calls_total", labels) or 0.0


def given_up() -> float:
    return REGISTRY.get_sample_value("latch_telegram_given_up_total") or 0.0


def test_tries_are_counted_by_what_became_of_them() -> None:
    done, trouble, before = count("done"), count("trouble"), given_up()
    with TelegramStandIn().running() as stand_in:
        stand_in.trouble["sendMessage"] = [500] * 3
        run(stand_in, lambda _, outbox: outbox.put(1, message(1)), Waits())
        assert (count("done") - done, count("trouble") - trouble, given_up()) == (1, 3, before)
        stand_in.retry_after = 1
        with pytest.raises(UndeliveredError):
            run(stand_in, lambda _, outbox: outbox.put(1, message(1)), Waits())
    assert count("too_many") >= api.MOST_REFUSALS
    assert given_up() == before + 1
