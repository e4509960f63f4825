"""What a response carries beside its text, and the words around a text: shared by importer, policy, NLG and channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

UTTER = "utter_"
SHORT = "_short"
MORE = "_more"

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

# Values of KIND.
KIND_TOPIC = "topic"
KIND_CONVERSATION = "conversation"
KIND_OUTSIDE = "outside"
KIND_DOUBT = "doubt"

# Values of FORM.
FORM_ANSWER = "answer"
FORM_SHORT = "short"
FORM_MORE = "more"

HELP_HEADING = "When to get help:"
SOURCES_SHOWN = 3

Metadata = Mapping[str, Any]


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
    lines.append(source_line(metadata.get(SOURCES, ())))
    return "\n".join(line for line in lines if line)
