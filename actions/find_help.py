"""ActionFindHelp: who a person can talk to, and the lines of her country."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.helplines import (
    BREASTFEEDING,
    EMERGENCY,
    MATERNAL_MENTAL_HEALTH,
    PARENTS,
    URGENT_ADVICE,
    Country,
    Helpline,
    Helplines,
    load_helplines,
)
from latch import responses
from latch.content.yaml_file import ContentError

KIND_HELP = "help"
COUNTRY = "country"

# Crisis, violence and poison lines belong to danger signs; here they would bury what was asked for.
SUPPORT = (BREASTFEEDING, PARENTS, MATERNAL_MENTAL_HEALTH, URGENT_ADVICE)
SUPPORT_SHOWN = 4

PROFESSIONALS = (
    "You can talk to a person about this:",
    "- Feeding: a midwife, a health visitor or community nurse, or a lactation consultant.",
    "- Your health or your baby's: a doctor or a midwife.",
    "- Medicines: a pharmacist or a doctor.",
)
OWN_EMERGENCY_NUMBER = "In an emergency, call the emergency number where you are."
WHICH_COUNTRY = "Which country are you in? Then I can show the phone lines that I know there."
NOTHING_FOR_COUNTRY = "I have no checked phone numbers for your country yet."
# A message is never the same twice running.
AGAIN = ("Here it is once more.", "The same contacts again:")


class ActionFindHelp(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Says the kinds of professional and, where the country is known, its lines; no other country's number, ever."""

    def __init__(self, helplines: Helplines | None = None) -> None:
        """Take a table, or read the project's own.

        A broken one stops the action server at its start with file, line and reason; the bot then says
        `utter_find_help`. Found out later, it would cost the person who asks.
        """
        try:
            self._helplines = helplines or load_helplines()
        except ContentError as error:
            raise SystemExit(f"The table of helplines cannot be used:\n{error}") from None

    def name(self) -> str:
        """Return the action's name."""
        return "action_find_help"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        """Say one message; return no events.

        What channels can show apart stands in `metadata`, in the form of the responses' own (latch/responses.py).
        """
        code = tracker.get_slot(COUNTRY)
        known = isinstance(code, str) and bool(code.strip())
        country = self._helplines.country(code.strip().upper()) if known else None
        shown = self._shown(country) if country else []
        if country:
            details = _country_lines(country, shown)
        else:
            details = [OWN_EMERGENCY_NUMBER, NOTHING_FOR_COUNTRY if known else WHICH_COUNTRY]
        # No blank line: Rasa would send the parts as separate messages.
        body = "\n".join([*PROFESSIONALS, *details])
        metadata = {
            responses.KIND: KIND_HELP,
            responses.BODY: body,
            responses.SOURCES: _sources(shown),
        }
        text = "\n".join([body, *_source_line(shown)])
        dispatcher.utter_message(text=_unlike_last(text, body, tracker), metadata=metadata)
        return []

    def _shown(self, country: Country) -> list[Helpline]:
        support = self._helplines.of(country, SUPPORT)[:SUPPORT_SHOWN]
        return self._helplines.of(country, [EMERGENCY]) + support


def _country_lines(country: Country, shown: list[Helpline]) -> list[str]:
    """Return the lines of text for a country that has at least an emergency number."""
    newest = max((line.seen for line in shown), default="")
    lines = [f"In {country.name}:", *(f"- {_in_words(line, newest)}" for line in shown)]
    if not any(line.kind in (BREASTFEEDING, PARENTS) for line in shown):
        where = "your country" if country.members else country.name
        lines.append(f"I have no checked breastfeeding line for {where} yet.")
    # Every fact behind the table is marked "likely", not "established".
    return [*lines, f"Numbers can change; seen {newest}."]


def _in_words(line: Helpline, newest: str) -> str:
    """Return name, ways to reach it and what to know about it; its date where that is older than `newest`."""
    details = [line.about, line.area, line.hours, line.caution, f"seen {line.seen}" if line.seen != newest else ""]
    known = "; ".join(detail for detail in details if detail)
    return f"{line.name}: {_ways(line)}" + (f" ({known})" if known else "")


def _ways(line: Helpline) -> str:
    call = " or ".join(line.numbers)
    if line.text_number in line.numbers and not line.text_word:
        return f"call or text {call}"
    text = f"text {line.text_word} to {line.text_number}" if line.text_word else f"text {line.text_number}"
    return ", or ".join(way for way in (call, text if line.text_number else "", line.url) if way)


def _sources(shown: list[Helpline]) -> list[dict[str, Any]]:
    return [
        {"title": source.title, "publisher": source.publisher, "url": source.url, "year": source.year}
        for source in dict.fromkeys(line.source for line in shown)
    ]


def _source_line(shown: list[Helpline]) -> list[str]:
    """Return one line with the publishers; none without sources.

    Titles stand in the metadata alone: some name further numbers, which must not be taken for lines to call.
    """
    publishers = list(dict.fromkeys(line.source.publisher for line in shown))
    return [f"{'Source' if len(publishers) == 1 else 'Sources'}: {'; '.join(publishers)}."] if publishers else []


def _unlike_last(text: str, body: str, tracker: Tracker) -> str:
    """Return the text, with a lead of its own where the same was said in the message before."""
    last = next((event for event in reversed(tracker.events) if event.get("event") == "bot"), None)
    last = last or {}
    metadata = (last.get("metadata") or {}).get("metadata") or {}
    if metadata.get(responses.BODY) != body:
        return text
    said = str(last.get("text") or "")
    lead = next(lead for lead in AGAIN if not said.startswith(lead))
    return f"{lead}\n{text}"
