"""A fault of ours costs nobody an answer: Telegram brings the update again, and it is answered once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from latch.channels.admission import LEAST, Admission, BusyError
from latch.channels.telegram.answering import RATE, Answering, FaultError, NotReadyError
from latch.channels.telegram.api import Telegram
from latch.channels.telegram.seen import Seen
from latch.channels.telegram.updates import Event, Place, Pressed, Said
from latch.channels.urgent import RATE as HEARING
from latch.channels.urgent import Urgent
from tests.channels.stand_in import DANGER_WORDS, SECRET, SECRET_WORDS, Bot, stored
from tests.channels.telegram_stand_in import NONE, TOKEN, TelegramStandIn


@pytest.fixture
def stand_in() -> Iterator[TelegramStandIn]:
    with TelegramStandIn().running() as running:
        yield running
        assert running.slips == []


@pytest.fixture
def run(stand_in: TelegramStandIn, tmp_path: Path) -> Callable[..., Any]:
    """Return what runs something with a bot behind the channel."""

    def run(
        bot: Bot,
        work: Callable[[Answering], Awaitable[Any]],
        seen: Path = tmp_path / "seen.sqlite3",
        admission: Admission | None = None,
        refused: bool = True,
    ) -> Any:
        async def go() -> Any:
            telegram = Telegram(TOKEN, stand_in.url)
            answering = Answering(
                bot.handle_message,
                lambda: bot,  # type: ignore[arg-type, return-value]
                telegram,
                Seen(seen),
                SECRET,
                4242,
                admission or Admission(),
                refused,
            )
            try:
                return await work(answering)
            finally:
                await answering.close()
                await telegram.close()

        return asyncio.run(go())

    return run


def said(text: str, message: int = 5, chat: int = 7, **more: Any) -> Said:
    return Said(Place(chat), chat, message, text, **more)


def test_a_turn_that_fails_is_answered_when_the_update_comes_again(
    run: Any, stand_in: TelegramStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    bot = Bot()
    bot.failures = 1

    async def work(answering: Answering) -> None:
        with pytest.raises(FaultError):
            await answering.answer(1, said(SECRET_WORDS))
        for _ in range(3):
            await answering.answer(1, said(SECRET_WORDS))

    run(bot, work)
    assert stand_in.texts(7) == [f"You said: {SECRET_WORDS}"]
    assert SECRET_WORDS not in caplog.text
    assert "An answer on Telegram failed: ValueError at" in caplog.text


def test_after_three_tries_the_person_is_told_and_it_ends(run: Any, stand_in: TelegramStandIn) -> None:
    bot = Bot()
    bot.failures = 100

    async def work(answering: Answering) -> None:
        for _ in range(2):
            with pytest.raises(FaultError):
                await answering.answer(1, said("a"))
        for _ in range(2):
            await answering.answer(1, said("a"))

    run(bot, work)
    assert stand_in.texts(7) == ["Sorry, something went wrong on our side. Please send it again."]


def test_saying_nothing_is_a_fault(run: Any) -> None:
    async def work(answering: Answering) -> None:
        with pytest.raises(FaultError):
            await answering.answer(1, said("say nothing"))

    run(Bot(), work)


def test_parts_that_were_sent_before_a_crash_are_not_sent_again(
    run: Any, stand_in: TelegramStandIn, tmp_path: Path
) -> None:
    async def crash(answering: Answering) -> None:
        stand_in.slow[7] = 0.2
        task = asyncio.ensure_future(answering.answer(1, said("/help", command=("help", ""))))
        while len(stand_in.shown(7)) < 1:
            await asyncio.sleep(0.01)
        stand_in.silent.add(7)
        await asyncio.sleep(0.3)
        task.cancel()

    run(Bot(), crash)
    stand_in.silent.clear()
    run(Bot(), lambda answering: answering.answer(1, said("/help", command=("help", ""))))
    first, second = stand_in.texts(7)
    assert first.startswith("You said: Help")
    assert second.startswith("You can also use:")


def test_before_a_model_is_loaded_nothing_is_taken(run: Any, stand_in: TelegramStandIn) -> None:
    bot = Bot()
    bot.ready = False

    async def work(answering: Answering) -> None:
        with pytest.raises(NotReadyError):
            await answering.answer(1, said("a"))
        bot.ready = True
        await answering.answer(1, said("a"))

    run(bot, work)
    assert len(stand_in.shown(7)) == 1


def test_an_answer_does_not_depend_on_the_file_of_what_was_seen(
    run: Any, stand_in: TelegramStandIn, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")

    async def work(answering: Answering) -> None:
        await answering.answer(1, said("a"))
        await answering.answer(2, said("b", 6))

    run(Bot(), work, tmp_path / "file" / "seen")
    assert len(stand_in.shown(7)) == 2
    assert sum("Keeping which updates were answered" in message for message in caplog.messages) == 1


def test_a_message_that_comes_in_two_updates_is_answered_once(run: Any, stand_in: TelegramStandIn) -> None:
    async def work(answering: Answering) -> None:
        await answering.answer(1, said("a"))
        await answering.answer(2, said("a"))

    run(Bot(), work)
    assert len(stand_in.shown(7)) == 1


def test_what_cannot_be_delivered_is_a_fault_and_is_answered_later(
    run: Any, stand_in: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latch.channels.telegram.api.MOST_TROUBLES", 1)

    async def work(answering: Answering) -> None:
        stand_in.down = True
        with pytest.raises(FaultError):
            await answering.answer(1, said("a"))
        stand_in.down = False
        await answering.answer(1, said("a"))

    run(Bot(), work)
    assert stand_in.texts(7) == ["You said: a"]


def test_an_answer_whose_first_part_cannot_be_sent_comes_later_whole_and_in_its_order(
    run: Any, stand_in: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latch.channels.telegram.api.MOST_TROUBLES", 1)

    async def work(answering: Answering) -> None:
        stand_in.trouble["sendMessage"] = [500]
        with pytest.raises(FaultError):
            await answering.answer(1, said("/help", command=("help", "")))
        assert stand_in.shown(7) == []
        await answering.answer(1, said("/help", command=("help", "")))

    bot = Bot()
    run(bot, work)
    first, second = stand_in.texts(7)
    assert first.startswith("You said: Help")
    assert second.startswith("You can also use:")
    assert bot.texts() == ["Help"]  # the bot was not asked again


def test_an_answer_that_was_sent_in_part_is_gone_on_with(
    run: Any, stand_in: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latch.channels.telegram.api.MOST_TROUBLES", 1)

    async def work(answering: Answering) -> None:
        stand_in.trouble["sendMessage"] = [NONE, 500]
        with pytest.raises(FaultError):
            await answering.answer(1, said("/help", at=1, command=("help", "")))
        assert len(stand_in.shown(7)) == 1
        await answering.answer(1, said("/help", at=1, command=("help", "")))
        assert len(stand_in.shown(7)) == 2
        await answering.answer(2, said("b", at=2, edited=True))

    run(Bot(), work)
    assert stand_in.texts(7) == ["You said: b"]  # both parts were known


def test_an_edit_overtakes_an_answer_that_could_not_be_delivered(
    run: Any, stand_in: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latch.channels.telegram.api.MOST_TROUBLES", 1)

    async def work(answering: Answering) -> None:
        stand_in.trouble["sendMessage"] = [500]
        with pytest.raises(FaultError):
            await answering.answer(1, said("a", at=1))
        await answering.answer(2, said("b", at=2, edited=True))
        await answering.answer(1, said("a", at=1))

    run(Bot(), work)
    assert stand_in.texts(7) == ["You said: b"]


def test_a_press_whose_turn_failed_works_when_it_comes_again(run: Any, stand_in: TelegramStandIn) -> None:
    bot = Bot()

    async def work(answering: Answering) -> None:
        await answering.answer(1, said("/topics", command=("topics", "")))
        (menu,) = stand_in.shown(7)
        pressed = Pressed("11", 7, "t:let_down", Place(7), menu.id)
        bot.failures = 1
        with pytest.raises(FaultError):
            await answering.answer(2, pressed)
        await answering.answer(2, pressed)
        await answering.answer(3, pressed)

    run(bot, work)
    assert [message.text for message in bot.heard] == ["What is let-down?"] * 2
    assert len(stand_in.shown(7)) == 2


def test_a_press_is_acknowledged_through_too_many_requests_and_trouble(run: Any, stand_in: TelegramStandIn) -> None:
    async def work(answering: Answering) -> None:
        await answering.answer(1, said("/topics", command=("topics", "")))
        (menu,) = stand_in.shown(7)
        stand_in.trouble["answerCallbackQuery"] = [429, 500]
        query = stand_in.query(menu, "t:let_down")["id"]
        await answering.answer(2, Pressed(query, 7, "t:let_down", Place(7), menu.id))
        assert len(stand_in.shown(7)) == 2  # the answer does not wait for it
        for _ in range(500):
            if query in stand_in.acknowledged:
                break
            await asyncio.sleep(0.01)
        assert query in stand_in.acknowledged

    run(Bot(), work)


def test_the_bot_hears_no_id_of_telegram(run: Any) -> None:
    bot = Bot()
    run(bot, lambda answering: answering.answer(1, said("a", chat=123456789)))
    (heard,) = bot.heard
    assert heard.sender_id.startswith("telegram-")
    assert "123456789" not in f"{heard.sender_id}{heard.message_id}{heard.metadata}"
    assert heard.input_channel == heard.output_channel.name() == "telegram"


def test_conversations_differ_by_chat_and_person(run: Any) -> None:
    async def work(answering: Answering) -> set[str]:
        events: list[Event] = [
            Said(Place(chat, chat > 0), person, 1, "a") for chat, person in ((1, 1), (2, 2), (-1, 1), (-1, 2), (-2, 1))
        ]
        assert answering.conversation(events[0]) == answering.conversation(events[0])
        return {answering.conversation(event) for event in events}

    assert len(run(Bot(), work)) == 5


def test_forget_deletes_what_is_stored(run: Any, stand_in: TelegramStandIn) -> None:
    bot = Bot()

    async def work(answering: Answering) -> None:
        await answering.answer(1, said("a"))
        assert len(stored(bot)) == 1
        await answering.answer(2, said("/forget", 6, command=("forget", "")))

    run(bot, work)
    assert stored(bot) == {}


def test_forget_leaves_nothing_of_a_conversation_in_the_file_of_updates_seen(
    run: Any, stand_in: TelegramStandIn, tmp_path: Path
) -> None:
    def replies() -> list[Any]:
        with closing(sqlite3.connect(tmp_path / "seen.sqlite3")) as database:
            return database.execute("SELECT * FROM replies").fetchall()

    async def work(answering: Answering) -> list[Any]:
        await answering.answer(1, said(SECRET_WORDS, chat=123456789))
        await answering.answer(2, said("b", chat=8))
        before = replies()
        await answering.answer(3, said("/forget", 6, chat=123456789, command=("forget", "")))
        return before

    bot = Bot()
    before = run(bot, work)
    assert len(before) == 2
    told = ["123456789", *SECRET_WORDS.split()[:1], *(heard.sender_id.removeprefix("telegram-") for heard in bot.heard)]
    assert [one for one in told if one in str(before)] == []
    (left,) = replies()
    (gone,) = (row for row in before if row != left)
    files = b"".join(file.read_bytes() for file in tmp_path.glob("seen.sqlite3*"))
    assert left[0].encode() in files
    assert gone[0].encode() not in files


def test_what_is_still_being_sent_when_a_conversation_is_forgotten_is_not_kept(
    run: Any, stand_in: TelegramStandIn, tmp_path: Path
) -> None:
    async def work(answering: Answering) -> None:
        stand_in.slow[7] = 0.3
        late = asyncio.ensure_future(answering.answer(1, said("a")))
        while not stand_in.of("sendMessage", 7):
            await asyncio.sleep(0.01)
        await answering.answer(2, said("/forget", 6, command=("forget", "")))
        await late

    run(Bot(), work)
    with closing(sqlite3.connect(tmp_path / "seen.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM replies").fetchone() == (0,)


def test_forget_drops_which_buttons_were_used(run: Any, stand_in: TelegramStandIn) -> None:
    bot = Bot()

    async def work(answering: Answering) -> None:
        await answering.answer(1, said("/topics", command=("topics", "")))
        (menu,) = stand_in.shown(7)
        pressed = Pressed("11", 7, "t:let_down", Place(7), menu.id)
        for number in (2, 3):
            await answering.answer(number, pressed)
        assert len(bot.heard) == 1
        await answering.answer(4, said("/forget", 6, command=("forget", "")))
        await answering.answer(5, pressed)

    run(bot, work)
    assert len(bot.heard) == 2


def test_an_edit_that_cannot_be_sent_replaces_the_answer_when_it_comes_again(
    run: Any, stand_in: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latch.channels.telegram.api.MOST_TROUBLES", 1)

    async def work(answering: Answering) -> None:
        await answering.answer(1, said("a", at=1))
        stand_in.down = True
        with pytest.raises(FaultError):
            await answering.answer(2, said("b", at=2, edited=True))
        stand_in.down = False
        await answering.answer(2, said("b", at=2, edited=True))

    run(Bot(), work)
    (shown,) = stand_in.shown(7)
    assert (shown.text, shown.edits) == ("You said: b", 1)


def test_an_edit_after_one_that_changed_nothing_still_replaces_the_answer(run: Any, stand_in: TelegramStandIn) -> None:
    async def work(answering: Answering) -> None:
        await answering.answer(1, said("/topics", at=1, command=("topics", "")))
        await answering.answer(2, said("/topics ", at=2, edited=True, command=("topics", "")))
        await answering.answer(3, said("b", at=3, edited=True))

    run(Bot(), work)
    assert stand_in.texts(7) == ["You said: b"]


def test_who_is_too_fast_is_told_once_and_then_not_heard_until_there_was_time(
    run: Any, stand_in: TelegramStandIn
) -> None:
    bot = Bot()

    async def work(answering: Answering) -> None:
        for number in range(RATE.burst + 5):
            await answering.answer(number, said("a", number))

    run(bot, work)
    assert len(bot.heard) == RATE.burst
    assert stand_in.texts(7)[RATE.burst :] == ["That was very fast. Please wait a moment and send it again."]


def test_a_danger_is_heard_above_the_rate(run: Any, stand_in: TelegramStandIn) -> None:
    bot = Bot()

    async def work(answering: Answering) -> None:
        for number in range(RATE.burst + 2):
            await answering.answer(number, said("a", number))
        await answering.answer(100, said(DANGER_WORDS, 100))

    run(bot, work)
    assert stand_in.texts(7)[-1] == f"You said: {DANGER_WORDS}"


async def _ask(urgent: Urgent, bot: Bot, times: int) -> list[bool]:
    return [await urgent.is_heard(bot, "somebody", DANGER_WORDS) for _ in range(times)]  # type: ignore[arg-type]


def test_listening_above_the_rate_has_an_end() -> None:
    heard = asyncio.run(_ask(Urgent(), Bot(), HEARING.burst + 1))
    assert heard == [*[True] * HEARING.burst, False]


def test_messages_of_one_person_are_heard_one_after_the_other(run: Any, stand_in: TelegramStandIn) -> None:
    bot = Bot()
    bot.delay = 0.02

    async def work(answering: Answering) -> None:
        await asyncio.gather(*(answering.answer(number, said(str(number), number)) for number in range(10)))

    run(bot, work)
    assert bot.texts() == [str(number) for number in range(10)]
    assert stand_in.texts(7) == [f"You said: {number}" for number in range(10)]


def full(admission: Admission) -> ExitStack:
    """Take all places; they are free again when it is closed."""
    places = ExitStack()
    for _ in range(LEAST):
        places.enter_context(admission.place())
    return places


def test_an_update_for_which_there_is_no_place_is_left_to_come_again(run: Any, stand_in: TelegramStandIn) -> None:
    bot, admission = Bot(), Admission(longest_wait=0.0)

    async def work(answering: Answering) -> None:
        with full(admission), pytest.raises(BusyError):
            await answering.answer(1, said("quick", chat=70))
        assert bot.heard == []
        await answering.answer(1, said("quick", chat=70))

    run(bot, work, admission=admission)
    assert bot.texts() == ["quick"]
    assert len(stand_in.shown(70)) == 1


def test_an_update_that_was_fetched_is_never_refused(run: Any, stand_in: TelegramStandIn) -> None:
    bot, admission = Bot(), Admission(longest_wait=0.0)

    async def work(answering: Answering) -> None:
        with full(admission):
            await answering.answer(1, said("quick", chat=71))

    run(bot, work, admission=admission, refused=False)
    assert len(stand_in.shown(71)) == 1


def test_an_answer_that_cannot_be_sent_keeps_no_place(run: Any, stand_in: TelegramStandIn) -> None:
    bot, admission = Bot(), Admission(longest_wait=0.0)
    stand_in.slow[72] = 0.5

    async def work(answering: Answering) -> None:
        sending = [asyncio.ensure_future(answering.answer(n, said("quick", message=n, chat=72))) for n in range(5)]
        while len(bot.heard) < 5:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert admission.expected_wait == 0.0
        assert not any(one.done() for one in sending)
        await asyncio.gather(*sending)

    run(bot, work, admission=admission)
    stand_in.slow.clear()
