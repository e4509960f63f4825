"""CuratedAnswers: says the responses of the model with their sources, and never the same line twice running."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from typing import Any

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from latch import helplines, responses, unanswered
from latch.helplines import Call, Helplines
from latch.nlu.constants import LAST_TOPIC
from latch.plan import DID_YOU_MEAN, FIND_HELP, NEAR_ENOUGH, NEAREST, SHOW_SOURCES, Repertoire, offers
from latch.policy import COUNTRY, ranking
from latch.responses import (
    BODY,
    CALL,
    COUNT,
    HELPLINES,
    INTRODUCTION,
    KIND,
    KIND_DANGER,
    KIND_DOUBT,
    KIND_HELP,
    KIND_OUTSIDE,
    LEAD,
    NUMBERS,
    RELATED,
    SAID,
    SOURCES,
    UTTER,
    WAITING,
    Book,
)

SAID_BEFORE = f"{UTTER}said_before"
INTRODUCTION_RESPONSE = f"{UTTER}introduction"
# Ends the names of responses that are said where unanswered questions are kept for editors.
KEPT_SUFFIX = "_kept"
SHELL = "cmdline"  # the name of rasa shell's channel
CAPTURE = "capture"  # `latch ask`: each question stands alone, and nobody is to be told who answers
# How far back the last line is looked for; a turn holds far fewer events.
_RECENT = 60

Response = dict[str, Any]


class CuratedAnswers(TemplatedNaturalLanguageGenerator):
    """Renders responses from what the trained model holds.

    The text is whole for channels that show text alone; the parts of it (`body`, `when_to_get_help`, `sources`) stand
    in the metadata for channels that can show them apart.
    """

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        # Rasa makes the NLG before it loads the model and gives it the model's responses afterwards.
        super().__init__(domain.responses if domain else {})
        self._read = Book(self.responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> Response | None:
        """Return the message for a response; None when the model has no such response."""
        kept = f"{utter_action}{KEPT_SUFFIX}"
        if kept in self.responses and unanswered.is_on():
            utter_action = kept
        if utter_action not in self.responses:  # Rasa's own actions ask for theirs: utter_restart
            return None
        slots = tracker.current_slot_values()
        suitable = ResponseVariationFilter(self.responses).responses_for_utter_action(
            utter_action, output_channel, slots
        )
        if not suitable:
            return None
        said = _said_last(tracker)
        count = int(said.get(COUNT) or 0)
        fresh = [one for one in suitable if _digest(str(one.get("text", ""))) != said.get(SAID)] or suitable
        chosen = fresh[count % len(fresh)]
        metadata = dict(self._book().metadata(utter_action))
        body = str(chosen.get("text", ""))
        buttons = self._book().buttons(metadata.get(RELATED, ()))
        if utter_action == f"{UTTER}{SHOW_SOURCES}":
            body = "\n".join((body, responses.source_list(self._last_sources(tracker))))
        elif utter_action == FIND_HELP:
            lines, sources = helplines.support(self._helplines(), _country(tracker))
            body = "\n".join((body, *lines))
            metadata.update({KIND: KIND_HELP, SOURCES: sources})
            metadata.pop(HELPLINES, None)
        elif metadata.get(KIND) == KIND_DANGER:
            body, told = self._danger(body, metadata, _country(tracker))
            metadata.update(told)
        elif utter_action == DID_YOU_MEAN:
            metadata[KIND] = KIND_DOUBT
            buttons = self._book().buttons(self._offers(tracker))
        elif metadata.get(KIND) == KIND_OUTSIDE:
            buttons = self._book().buttons(self._offers(tracker, NEAR_ENOUGH))
        metadata.update({BODY: body, SAID: _digest(body), COUNT: count + 1})
        again = metadata[SAID] == said.get(SAID) and metadata.get(KIND) != KIND_DANGER
        lead, number = self._said_before(said.get(LEAD)) if again else ("", None)
        if number is not None:
            metadata[LEAD] = number
        text = "\n".join(part for part in (lead, responses.full_text(body, metadata)) if part)
        introduction = "" if count or output_channel == CAPTURE else self._introduction()
        if introduction:
            metadata[INTRODUCTION] = introduction
            # In danger it stands behind what to do, which channels show apart; the shell shows the text alone.
            if metadata.get(KIND) != KIND_DANGER or output_channel == SHELL:
                text = responses.introduced(text, metadata)
        if output_channel == SHELL:
            # Where a message has buttons, rasa shell shows it as a prompt and cuts off what does not fit a line.
            text = responses.wrapped(text, shutil.get_terminal_size().columns - 4)
        return {"text": text, "buttons": buttons, "metadata": metadata}

    def _book(self) -> Book:
        # Rasa swaps the responses for those of a newly loaded model.
        if self._read.responses is not self.responses:
            self._read = Book(self.responses)
        return self._read

    def _helplines(self) -> Helplines:
        packed = self._book().metadata(FIND_HELP).get(HELPLINES)
        return Helplines.unpacked(packed) if packed else Helplines({}, ())

    def _danger(self, now: str, metadata: Response, country: object) -> tuple[str, Response]:
        """Return what to do, whom to call, and what to do meanwhile; with the numbers and sources that it names."""
        call = self._call(metadata, country)
        asked = helplines.COUNTRY_OF_NUMBER if call.needs_country else ""
        body = " ".join(part for part in (now, call.sentence, str(metadata.get(WAITING) or ""), asked) if part)
        return body, {NUMBERS: list(call.numbers), SOURCES: _danger_sources(metadata, call)}

    def _call(self, metadata: Response, country: object) -> Call:
        """Return whom a danger reply says to call."""
        return helplines.call(self._helplines(), country, str(metadata.get(CALL)))

    def _offers(self, tracker: DialogueStateTracker, least: float = NEAREST) -> list[str]:
        message = tracker.latest_message
        return offers(ranking(message), Repertoire(self._book()), least) if message else []

    def _last_sources(self, tracker: DialogueStateTracker) -> list[Response]:
        """Return the sources of the last answer; of a danger reply, those of its numbers too."""
        name = f"{UTTER}{tracker.get_slot(LAST_TOPIC)}"
        metadata = self._book().metadata(name)
        if metadata.get(KIND) == KIND_DANGER:
            return _danger_sources(metadata, self._call(metadata, _country(tracker)))
        return self._book().sources(name)

    def _introduction(self) -> str:
        """Return the line that begins a conversation: what this is, what it is not, and what is kept."""
        name = f"{INTRODUCTION_RESPONSE}{KEPT_SUFFIX if unanswered.is_on() else ''}"
        variations: list[Response] = self.responses.get(name) or [{}]
        return str(variations[0].get("text", ""))

    def _said_before(self, last: int | None) -> tuple[str, int | None]:
        """Return a line, and its number, that did not lead what was said last: that may have been a repetition."""
        leads = [str(variation.get("text", "")) for variation in self.responses.get(SAID_BEFORE, ())]
        return next(((lead, number) for number, lead in enumerate(leads) if number != last), ("", None))


def _danger_sources(metadata: Response, call: Call) -> list[Response]:
    """Return the sources of a danger reply: those of its sign, then those of its numbers."""
    return helplines.cited([*metadata.get(SOURCES, ()), *call.sources], call.numbers)


def _country(tracker: DialogueStateTracker) -> object:
    """Return the country that the person said, or that her channel is set to."""
    said = tracker.get_slot(COUNTRY) if COUNTRY in tracker.slots else None
    message = tracker.latest_message
    return said or ((message.metadata or {}).get(COUNTRY) if message else None)


def _said_last(tracker: DialogueStateTracker) -> Mapping[str, Any]:
    """Return the metadata of what was said last, empty when nothing was."""
    recent = (event for _, event in zip(range(_RECENT), reversed(tracker.events)))
    said = next((event for event in recent if isinstance(event, BotUttered)), None)
    return ((said.metadata or {}).get("metadata") or {}) if said else {}


def _digest(body: str) -> str:
    """Return what stands for the words of a message, without help lines, sources and lead, where none are kept."""
    return hashlib.blake2b(body.encode(), digest_size=8).hexdigest()
