"""Generated updates of Telegram, of every kind, sensible or not, and what the chat must show then."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import strategies as st

from tests.channels.telegram_server import TelegramBot
from tests.channels.telegram_stand_in import units

_CHATS = itertools.count(2_000_000)

# Everything that the Bot API knows as an update, and what it does not know.
OTHER_KINDS = (
    *("channel_post", "edited_channel_post", "business_connection", "business_message", "edited_business_message"),
    *("deleted_business_messages", "message_reaction", "message_reaction_count", "inline_query"),
    *("chosen_inline_result", "shipping_query", "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer"),
    *("my_chat_member", "chat_member", "chat_join_request", "chat_boost", "removed_chat_boost", "", "a_new_kind"),
)
SERVICE = (
    *("new_chat_members", "left_chat_member", "new_chat_title", "pinned_message", "migrate_to_chat_id"),
    *("successful_payment", "users_shared", "forum_topic_created", "video_chat_started", "write_access_allowed"),
)
MEDIA = ("photo", "voice", "sticker", "location", "video", "document", "contact", "poll", "dice", "animation", "venue")
# Answered by one message wherever in a conversation it comes: who is not understood twice is told of people, too.
UNDERSTOOD = (
    *("What is let-down, and how does it feel?", "hello", "thank you", "/start", "/topics", "/country", "/sources"),
)
DANGER = "my baby is not breathing"
# What is said to each is one message, in a chat that nothing was said in before; behind a danger reply comes another.
TEXTS = (
    *UNDERSTOOD,
    *("/forget", "/restart", "/greet{}", "//", "/", "\ud800", "\u202eevil", "👩‍👩‍👧‍👦" * 50, "<b>&", "x" * 4096),
    *(DANGER, "هل حليبي كاف", "日本語", "${jndi:ldap://x}", "\x00", "'; DROP TABLE seen; --"),
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=6,
)
FIELDS = (
    "message_id",
    "chat",
    "from",
    "text",
    "date",
    "entities",
    "reply_to_message",
    "edit_date",
    "message",
    "data",
    "id",
)
BODIES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6)
# Kind, and what is particular to it.
DRAWN = st.one_of(
    st.tuples(st.just("text"), st.sampled_from(TEXTS)),
    st.tuples(st.just("media"), st.sampled_from(MEDIA)),
    st.tuples(st.just("edited"), st.sampled_from(TEXTS)),
    st.tuples(st.just("group"), st.sampled_from(TEXTS)),
    st.tuples(st.just("mention"), st.sampled_from(TEXTS)),
    st.tuples(st.just("press"), st.text(max_size=20) | st.sampled_from(("t:let_down", "c:", "n:IE", "t:x"))),
    st.tuples(st.just("service"), st.sampled_from(SERVICE)),
    st.tuples(st.sampled_from(OTHER_KINDS), BODIES | VALUES),
    st.tuples(st.sampled_from(OTHER_KINDS), BODIES),
    st.tuples(st.sampled_from(("message", "edited_message", "callback_query")), BODIES | VALUES),
    st.tuples(st.sampled_from(("message", "edited_message", "callback_query")), BODIES),
    st.tuples(st.just("no update"), VALUES),
)
# Several updates of one chat: messages, or one message and its edits.
SEVERAL = st.tuples(st.sampled_from(("talk", "edits")), st.lists(st.sampled_from(UNDERSTOOD), min_size=2, max_size=4))


class Updates:
    """Makes updates and brings them, and knows how many messages must be there in the end."""

    def __init__(self, bot: TelegramBot) -> None:
        self._bot = bot
        self._asked: dict[int, tuple[str, int]] = {}

    @property
    def chats(self) -> set[int]:
        """Return the chats that anything was made for."""
        return set(self._asked)

    def made(self, drawn: tuple[str, Any]) -> list[Any]:
        """Return the updates that were drawn, in a chat of their own, in the order in which they came about."""
        kind, what = drawn
        chat = next(_CHATS)
        if kind in ("talk", "edits"):
            self._asked[chat] = (f"{kind} {what!r:.60}", len(what) if kind == "talk" else 1)
            return _several(self._bot, kind, what, chat)
        update, place, answers = _made(self._bot, kind, what, chat)
        self._asked[place] = (f"{kind} {what!r:.60}", answers)
        return [update]

    def send(self, drawn: tuple[str, Any], times: int = 1) -> None:
        """Bring an update so many times."""
        for update in self.made(drawn) * times:
            assert self._bot.bring(update).status == 200, update

    def wrong(self) -> dict[str, int]:
        """Return what was lost or answered twice: what was asked, and how many messages are there."""
        shown = self._bot.telegram.shown
        assert all(units(message.text) <= 4096 for chat in self._asked for message in shown(chat))
        return {what: len(shown(chat)) for chat, (what, count) in self._asked.items() if len(shown(chat)) != count}


def _made(bot: TelegramBot, kind: str, what: Any, chat: int) -> tuple[Any, int, int]:
    """Return an update, the chat that it is from, and how many messages are to be there when it was answered."""
    telegram = bot.telegram
    if kind == "text":
        return telegram.made("message", telegram.message(chat, text=what)), chat, _messages(what)
    if kind == "media":
        return telegram.made("message", telegram.message(chat, **{what: {"file_id": "x"}})), chat, 1
    if kind == "edited":
        return (
            telegram.made("edited_message", telegram.message(chat, text=what, edit_date=1_900_000_000)),
            chat,
            _messages(what),
        )
    if kind == "group":
        return telegram.made("message", telegram.in_group(-chat, chat, what)), -chat, 0
    if kind == "mention":
        mention = {"type": "mention", "offset": 0, "length": 15}
        message = telegram.in_group(-chat, chat, f"@latch_test_bot {what}", entities=[mention])
        return telegram.made("message", message), -chat, _messages(what)
    if kind == "press":
        person = {"id": chat, "is_bot": False}
        under = {"message_id": 1, "chat": {"id": chat, "type": "private"}, "date": 0}
        query = {"id": f"q{chat}", "from": person, "message": under, "data": what}
        return telegram.made("callback_query", query), chat, int(what in ("t:let_down", "n:IE"))
    if kind == "service":
        return telegram.made("message", telegram.message(chat, **{what: {"x": 1}})), chat, 0
    if kind == "no update":
        return what, chat, 0
    return telegram.made(kind, what), chat, 0


def _several(bot: TelegramBot, kind: str, texts: list[str], chat: int) -> list[Any]:
    """Return updates of one chat."""
    telegram = bot.telegram
    first, *more = texts
    message = telegram.message(chat, text=first)
    if kind == "talk":
        return [
            telegram.made("message", said) for said in (message, *(telegram.message(chat, text=text) for text in more))
        ]
    edits = ({**message, "text": text, "edit_date": message["date"] + at} for at, text in enumerate(more, start=1))
    return [telegram.made("message", message), *(telegram.made("edited_message", edited) for edited in edits)]


def _messages(text: str) -> int:
    """Return in how many messages a new conversation answers a text: behind a danger reply comes the introduction."""
    return 2 if text == DANGER else 1
