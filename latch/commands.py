"""Commands: a few texts that mean one thing whatever a model makes of them, with or without a slash."""

from __future__ import annotations

import re

FORGET = "forget"
PRIVACY = "privacy"

_PHRASES = {
    FORGET: (
        "forget",
        "forget this",
        "forget this conversation",
        "forget this chat",
        "forget our conversation",
        "forget everything",
        "delete this conversation",
        "delete this chat",
        "delete our conversation",
        "delete our chat",
        "delete my data",
        "delete everything",
    ),
    PRIVACY: ("privacy",),
}
_INTENTS = {phrase: intent for intent, phrases in _PHRASES.items() for phrase in phrases}
_AROUND = re.compile(r"^[\s/]+|[\s.!]+$")
_POLITE = re.compile(r"^please\s+|,?\s+please$")


def command(text: str) -> str | None:
    """Return the intent that a text gives as a command, None where it is none."""
    if len(text) > 60:
        return None
    phrase = _AROUND.sub("", text).casefold()
    return _INTENTS.get(" ".join(_POLITE.sub("", phrase).split()))
