"""What a response carries beside its text, and the words around a text, for importer, policy, NLG and channels."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

UTTER = "utter_"
SHORT = "_short"
MORE = "_more"

# The one key under which a response of the trained model carries its metadata, as JSON. Rasa reads the model's domain
# three times with a YAML parser in Python, which costs by the node: written out, the metadata took most of a start.
PACKED = "latch"

# Keys of a response's metadata.
KIND = "kind"
TOPIC = "topic"
CATEGORY = "category"
TITLE = "title"
FORM = "form"
REVIEWED = "reviewed"
SOURCES = "sources"
HELP = "when_to_get_help"
BODY = "body"
RELATED = "related"
HELPLINES = "helplines"
SIGN = "sign"
URGENCY = "urgency"
CALL = "call"
WAITING = "waiting"
NUMBERS = "numbers"
INTRODUCTION = "introduction"

# What the message after this one needs to know of it, in the metadata of what was said: how many were said before it in
# the conversation, a digest of its words, and the number of the lead ("Here it is once more.") where it had one.
COUNT = "count"
SAID = "said"
LEAD = "lead"

# Values of KIND.
KIND_TOPIC = "topic"
KIND_CONVERSATION = "conversation"
KIND_OUTSIDE = "outside"
KIND_DOUBT = "doubt"
KIND_HELP = "help"
KIND_DANGER = "danger"
KINDS = (KIND_TOPIC, KIND_CONVERSATION, KIND_OUTSIDE, KIND_DOUBT, KIND_HELP, KIND_DANGER)

# Values of FORM.
FORM_ANSWER = "answer"
FORM_SHORT = "short"
FORM_MORE = "more"
FORMS = (FORM_ANSWER, FORM_SHORT, FORM_MORE)

HELP_HEADING = "When to get help:"
SOURCES_SHOWN = 3

Metadata = Mapping[str, Any]


def packed(metadata: Metadata) -> dict[str, str]:
    """Return metadata in the form in which the trained model carries it."""
    return {PACKED: json.dumps(metadata, ensure_ascii=False, separators=(",", ":"))}


class Book:
    """The responses of a trained model, with what stands beside their texts."""

    def __init__(self, responses: Mapping[str, Sequence[Metadata]]) -> None:
        self.responses = responses
        self._metadata: dict[str, dict[str, Any]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.responses

    def metadata(self, name: str) -> dict[str, Any]:
        """Return the metadata of a response; that of a topic's short and further form is the topic's."""
        found = self._metadata.get(name)
        if found is None:
            variations = self.responses.get(name) or [{}]
            written = (variations[0].get("metadata") or {}).get(PACKED)
            found = json.loads(written) if written else {}
            if found.get(FORM) in (FORM_SHORT, FORM_MORE):
                found = {**self.metadata(f"{UTTER}{found[TOPIC]}"), FORM: found[FORM]}
            self._metadata[name] = found
        return found

    def kind(self, intent: str) -> str | None:
        """Return the kind of an intent's response."""
        return self.metadata(f"{UTTER}{intent}").get(KIND)

    def sources(self, name: str) -> list[dict[str, Any]]:
        """Return the sources of a response."""
        return list(self.metadata(name).get(SOURCES, ()))

    def is_topic(self, intent: str) -> bool:
        """Tell whether the intent is that of a topic."""
        # A topic's short and further form have names that an intent might have: utter_<topic>_short.
        found = self.metadata(f"{UTTER}{intent}")
        return found.get(KIND) == KIND_TOPIC and found.get(FORM) not in (FORM_SHORT, FORM_MORE)

    def titles(self) -> dict[str, str]:
        """Return the title of every topic by its id."""
        intents = [name.removeprefix(UTTER) for name in self.responses]
        return {intent: self.metadata(f"{UTTER}{intent}")[TITLE] for intent in intents if self.is_topic(intent)}

    def subjects(self) -> dict[str, str]:
        """Return the subject of every intent with a response: a topic's category, the kind of any other."""
        found = {}
        for name in self.responses:
            about = self.metadata(name)
            if about.get(FORM) not in (FORM_SHORT, FORM_MORE) and about.get(KIND):
                found[name.removeprefix(UTTER)] = about.get(CATEGORY) or about[KIND]
        return found

    def buttons(self, intents: Sequence[str]) -> list[dict[str, str]]:
        """Return a button for each of these topics, with its title."""
        titles = {intent: self.metadata(f"{UTTER}{intent}").get(TITLE) for intent in intents}
        return [{"title": title, "payload": f"/{intent}"} for intent, title in titles.items() if title]


def source_name(source: Metadata) -> str:
    """Return publisher, title and, where there is one, the year of a source."""
    year = f" ({source['year']})" if source.get("year") else ""
    return f"{source['publisher']}, {source['title']}{year}"


def source_line(sources: Sequence[Metadata]) -> str:
    """Return one line that names the leading sources and says how many more there are; empty without sources."""
    if not sources:
        return ""
    shown = "; ".join(source_name(source) for source in sources[:SOURCES_SHOWN])
    rest = len(sources) - SOURCES_SHOWN
    label = "Source" if len(sources) == 1 else "Sources"
    more = f"; and {rest} more" if rest > 0 else ""
    return f"{label}: {shown}{more}."


def source_list(sources: Sequence[Metadata]) -> str:
    """Return every source on a line of its own, with its address."""
    return "\n".join(f"- {source_name(source)}: {source['url']}" for source in sources)


def full_text(body: str, metadata: Metadata) -> str:
    """Return the text as a channel without structure shows it: the answer, when to get help, the sources.

    There is no blank line in it: Rasa would send the parts as separate messages.
    """
    lines = [body]
    if metadata.get(HELP):
        lines.append(HELP_HEADING)
        lines += [f"- {line['text']}" for line in metadata[HELP]]
    if metadata.get(KIND) != KIND_DANGER:  # a few short sentences; "where did you get that?" shows them
        lines.append(source_line(metadata.get(SOURCES, ())))
    return "\n".join(line for line in lines if line)


def introduced(text: str, metadata: Metadata) -> str:
    """Return the text with its introduction, where it has one: before it, or behind what to do in danger."""
    parts = [metadata.get(INTRODUCTION), text]
    if metadata.get(KIND) == KIND_DANGER:
        parts.reverse()
    return "\n".join(part for part in parts if part)


def wrapped(text: str, width: int) -> str:
    """Return the text with its lines broken between words to fit `width` columns."""
    return "\n".join(part for line in text.splitlines() for part in textwrap.wrap(line, max(20, width)))
