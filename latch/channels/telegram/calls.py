"""Calls: what is sent of an answer, as calls of the Bot API."""

from __future__ import annotations

from typing import Any

from latch.channels.telegram.outbox import Call
from latch.channels.telegram.rendering import NO_BUTTONS, Part
from latch.channels.telegram.updates import Place

_NO_PREVIEW = {"link_preview_options": {"is_disabled": True}}


def typing(place: Place) -> Call:
    """Return the call that shows that an answer is being written."""
    return Call("sendChatAction", {**_to(place), "action": "typing"}, hint=True)


def message(place: Place, part: Part, answers: int | None = None) -> Call:
    """Return the call that sends a part, as a reply to the message that it `answers`.

    Where Telegram cannot read the HTML, it goes as plain text.
    """
    about: dict[str, Any] = {**_to(place), **_NO_PREVIEW}
    if answers is not None:
        about["reply_parameters"] = {"message_id": answers, "allow_sending_without_reply": True}
    if part.keyboard:
        about["reply_markup"] = part.keyboard
    return _in_html("sendMessage", about, part)


def edit(chat: int, number: int, part: Part, otherwise: Call | None = None) -> Call:
    """Return the call that puts a part in the place of a message of the bot; where it is refused, `otherwise`."""
    keyboard = {"reply_markup": part.keyboard or NO_BUTTONS}
    return _in_html(
        "editMessageText", {"chat_id": chat, "message_id": number, **_NO_PREVIEW, **keyboard}, part, otherwise
    )


def without_buttons(chat: int, number: int) -> Call:
    """Return the call that takes the buttons from a message of the bot."""
    return Call("editMessageReplyMarkup", {"chat_id": chat, "message_id": number, "reply_markup": NO_BUTTONS})


def delete(chat: int, number: int) -> Call:
    """Return the call that deletes a message of the bot."""
    return Call("deleteMessage", {"chat_id": chat, "message_id": number})


def _to(place: Place) -> dict[str, Any]:
    return {"chat_id": place.chat, **({"message_thread_id": place.thread} if place.thread is not None else {})}


def _in_html(method: str, about: dict[str, Any], part: Part, otherwise: Call | None = None) -> Call:
    return Call(
        method,
        {**about, "text": part.html, "parse_mode": "HTML"},
        otherwise=otherwise or Call(method, {**about, "text": part.text}),
    )
