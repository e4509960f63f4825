"""Reading requests: JSON of a known form and of a bounded size, or a refusal that says why."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from latch.channels import turns
from latch.channels.web.refusals import CONTENT_TYPE, MALFORMED, TOO_LONG, RefusalError

LONGEST_TEXT = 2_000  # Unicode code points
# 2,000 code points of six letters of escape twice, which JSON may write for each, and what stands around them.
LARGEST_BODY = 32_000  # bytes
JSON = "application/json"
REASONS = ("not_my_question", "unclear", "wrong", "missing", "other")

_TOO_LONG = f"Your message is too long: at most {LONGEST_TEXT:,} characters. Please shorten it and send it again."
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
# Half a character, and the end of a string to a database: no keyboard types them.
_NO_TEXT = re.compile("[\ud800-\udfff\x00]")

Body = Mapping[str, Any]


def check_content_type(header: str | None) -> None:
    """Raise a RefusalError unless it is JSON, in UTF-8.

    Other content types are refused since a page of any site may send some of them without its browser asking first.
    """
    media, _, parameters = (header or "").lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    if media.strip() != JSON or charset not in ("", "charset=utf-8"):
        raise RefusalError(CONTENT_TYPE)


def read(body: bytes) -> Body:
    """Return the JSON object in a body.

    Raises:
        RefusalError: when it is none.
    """
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise RefusalError(MALFORMED) from None
    if not isinstance(found, dict):
        raise RefusalError(MALFORMED)
    return found


def country(body: Body) -> str | None:
    """Return the country of a new session (ISO 3166), None where it names none."""
    if "country" not in body:
        return None
    return _matching(body["country"], _COUNTRY).upper()


def message_id(body: Body) -> str:
    """Return the id that the client gave a message."""
    return _matching(body.get("id"), _UUID)


def typed(body: Body) -> str | None:
    """Return the text of a message, None where it is that of a button.

    It comes without what no keyboard types, and never begins with the mark that would make it an intent.
    """
    if ("text" in body) == ("button" in body):
        raise RefusalError(MALFORMED)
    if "button" in body:
        return None
    text = body["text"]
    if not isinstance(text, str) or not text.strip() or _NO_TEXT.search(text):
        raise RefusalError(MALFORMED)
    if len(text) > LONGEST_TEXT:
        raise RefusalError(TOO_LONG, _TOO_LONG)
    return turns.typed(text)


def button(body: Body) -> str:
    """Return the id of the button that was pressed."""
    found = body["button"]
    if not isinstance(found, str):
        raise RefusalError(MALFORMED)
    return found


def feedback(body: Body) -> tuple[str, bool, str | None]:
    """Return the id of a reply, whether it helped, and the reason where it did not and one is given."""
    reply, helped, reason = body.get("reply"), body.get("helped"), body.get("reason")
    if not isinstance(reply, str) or not isinstance(helped, bool):
        raise RefusalError(MALFORMED)
    if "reason" in body and (helped or reason not in REASONS):
        raise RefusalError(MALFORMED)
    return reply, helped, reason


def _matching(value: object, form: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise RefusalError(MALFORMED)
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
