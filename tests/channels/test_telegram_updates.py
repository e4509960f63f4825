"""What of an update is for Latch: everything else is nothing, whatever it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latch.channels.telegram.updates import Bot, NotIntroducedError, Place, Pressed, Said, read, update_id

BOT = Bot(4242, "latch_test_bot")
PERSON = {"id": 7, "is_bot": False, "first_name": "Zebedee"}
PRIVATE = {"id": 7, "type": "private"}
GROUP = {"id": -100, "type": "supergroup", "title": "Friends"}


def update(kind: str = "message", **fields: Any) -> dict[str, Any]:
    message = {"message_id": 5, "date": 1_700_000_000, "chat": PRIVATE, "from": PERSON, **fields}
    return {"update_id": 1, kind: message}


def said(found: object) -> Said:
    assert isinstance(found, Said)
    return found


def test_a_message_is_read_with_its_place_person_and_time() -> None:
    found = said(read(update(text="breast/bottle"), BOT))
    assert found == Said(Place(7), 7, 5, "breast/bottle", at=1_700_000_000)


@pytest.mark.parametrize("text", ["breast/bottle feeding", "/bot", "a  b\n\nc", "I use /both and /bottle"])
def test_text_arrives_whole(text: str) -> None:
    assert said(read(update(text=text), BOT)).text == text


def test_an_edited_message_says_so_and_when() -> None:
    found = said(read(update("edited_message", text="new", edit_date=1_700_000_009), BOT))
    assert (found.edited, found.at) == (True, 1_700_000_009)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/start", ("start", "")),
        ("/start let_down", ("start", "let_down")),
        ("/HELP", ("help", "")),
        ("/help@Latch_Test_Bot now", ("help", "now")),
        ("/help@other_bot", None),
        ("/help/me", None),
        ("say /help", None),
        ("/", None),
    ],
)
def test_commands_are_known_by_their_form(text: str, command: tuple[str, str] | None) -> None:
    assert said(read(update(text=text), BOT)).command == command


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("photo", "photos"),
        ("voice", "voice messages"),
        ("sticker", "stickers"),
        ("location", "locations"),
        ("video_note", "video messages"),
        ("contact", "contacts"),
        ("dice", "dice"),
    ],
)
def test_what_is_no_text_is_named(kind: str, words: str) -> None:
    assert said(read(update(**{kind: {"file_id": "x"}}), BOT)).media == words


def test_words_under_a_photo_are_read() -> None:
    found = said(read(update(photo=[{}], caption="is this rash all right"), BOT))
    assert (found.media, found.text) == ("photos", "is this rash all right")


def test_a_live_location_that_moves_on_is_nothing() -> None:
    assert read(update("edited_message", location={"latitude": 1.0, "longitude": 2.0}), BOT) is None


class TestInGroups:
    def test_talk_among_people_is_nothing(self) -> None:
        for text in ("hello all", "@somebody_else look", "/help", "/help@other_bot", "latch_test_bot"):
            assert read(update(chat=GROUP, text=text), BOT) is None

    def test_a_mention_is_for_the_bot_and_is_taken_out(self) -> None:
        text = "👶👶 @Latch_Test_Bot what is let-down?"
        mention = {"type": "mention", "offset": 5, "length": 15}  # in UTF-16 units
        found = said(read(update(chat=GROUP, text=text, entities=[mention]), BOT))
        assert found.text == "👶👶  what is let-down?"
        assert found.place == Place(-100, private=False)

    def test_a_mention_without_a_name_is_one_too(self) -> None:
        mention = {"type": "text_mention", "offset": 0, "length": 5, "user": {"id": 4242}}
        assert said(read(update(chat=GROUP, text="Latch help", entities=[mention]), BOT)).text == "help"

    def test_a_reply_to_the_bot_is_for_the_bot(self) -> None:
        ours = {"message_id": 1, "from": {"id": 4242, "is_bot": True}}
        assert said(read(update(chat=GROUP, text="and then?", reply_to_message=ours), BOT)).text == "and then?"
        theirs = {"message_id": 1, "from": {"id": 9, "is_bot": False}}
        assert read(update(chat=GROUP, text="and then?", reply_to_message=theirs), BOT) is None

    def test_a_command_that_names_the_bot_is_for_the_bot(self) -> None:
        assert said(read(update(chat=GROUP, text="/help@latch_test_bot"), BOT)).command == ("help", "")

    def test_a_photo_is_for_the_bot_where_its_words_are(self) -> None:
        assert read(update(chat=GROUP, photo=[{}], caption="look"), BOT) is None
        mention = {"type": "mention", "offset": 0, "length": 15}
        found = read(update(chat=GROUP, photo=[{}], caption="@latch_test_bot look", caption_entities=[mention]), BOT)
        assert said(found).media == "photos"

    def test_a_thread_is_kept(self) -> None:
        ours = {"from": {"id": 4242, "is_bot": True}}
        message = update(chat=GROUP, text="x", reply_to_message=ours, message_thread_id=3, is_topic_message=True)
        assert said(read(message, BOT)).place == Place(-100, private=False, thread=3)

    def test_before_the_bot_knows_its_name_it_asks_to_wait(self) -> None:
        with pytest.raises(NotIntroducedError):
            read(update(chat=GROUP, text="@latch_test_bot hello"), Bot(4242))
        assert read(update(chat=GROUP, text="hello"), Bot(4242)) is None


@pytest.mark.parametrize(
    "made",
    [
        {"update_id": 1, "channel_post": {"message_id": 1, "chat": {"id": -1, "type": "channel"}, "text": "x"}},
        {"update_id": 1, "my_chat_member": {"chat": PRIVATE, "from": PERSON}},
        {"update_id": 1, "message_reaction": {}},
        {"update_id": 1, "something_new": {"chat": PRIVATE, "text": "x"}},
        update(new_chat_members=[PERSON]),
        update(pinned_message={"text": "x"}),
        update(chat={"id": 1, "type": "channel"}, text="x"),
        update(**{"from": {"id": 8, "is_bot": True}}, text="x"),
        update(text=5),
        update(text="x", message_id=True),
        update(text="x", chat={"id": 2**60, "type": "private"}),
        {"update_id": 1},
        [],
        None,
    ],
)
def test_other_updates_are_nothing(made: Any) -> None:
    assert read(made, BOT) is None


def test_a_press_is_read_with_the_message_that_the_button_stands_under() -> None:
    query = {"id": "9", "from": PERSON, "data": "t:let_down", "message": {"message_id": 3, "chat": PRIVATE, "date": 0}}
    assert read({"update_id": 1, "callback_query": query}, BOT) == Pressed("9", 7, "t:let_down", Place(7), 3)
    alone = {"id": "9", "from": PERSON, "data": "x", "inline_message_id": "y"}
    assert read({"update_id": 1, "callback_query": alone}, BOT) == Pressed("9", 7, "x")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)
NAMES = ("message_id", "date", "chat", "from", "text", "entities", "reply_to_message", "photo", "caption", "data", "id")


@given(
    st.sampled_from(("message", "edited_message", "callback_query", "poll")),
    st.dictionaries(st.sampled_from(NAMES), VALUES | st.sampled_from((PERSON, PRIVATE, GROUP)), max_size=8) | VALUES,
)
def test_fields_of_any_type_make_no_fault(kind: str, body: Any) -> None:
    made = {"update_id": 1, kind: body}
    assert update_id(made) == 1
    found = read(made, BOT)
    assert found is None or isinstance(found, (Said, Pressed))
