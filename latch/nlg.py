"""CuratedAnswers: says the responses of the model with their sources, and never the same line twice running."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from latch import responses
from latch.plan import DID_YOU_MEAN, SHOW_SOURCES, Repertoire, offers
from latch.policy import LAST_TOPIC, ranking
from latch.responses import BODY, KIND, KIND_DOUBT, RELATED, SOURCES, UTTER, Book

SAID_BEFORE = f"{UTTER}said_before"
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
        slots = tracker.current_slot_values()
        suitable = ResponseVariationFilter(self.responses).responses_for_utter_action(
            utter_action, output_channel, slots
        )
        if not suitable:
            return None
        last = _last_body(tracker)
        fresh = [variation for variation in suitable if variation.get("text") != last] or suitable
        chosen = fresh[len(tracker.events) % len(fresh)]
        metadata = dict(self._book().metadata(utter_action))
        body = str(chosen.get("text", ""))
        buttons = self._book().buttons(metadata.get(RELATED, ()))
        if utter_action == f"{UTTER}{SHOW_SOURCES}":
            body = "\n".join((body, responses.source_list(self._last_sources(tracker))))
        elif utter_action == DID_YOU_MEAN:
            metadata[KIND] = KIND_DOUBT
            buttons = self._book().buttons(self._offers(tracker))
        metadata[BODY] = body
        lead = self._said_before(tracker) if body == last else ""
        text = "\n".join(part for part in (lead, responses.full_text(body, metadata)) if part)
        return {"text": text, "buttons": buttons, "metadata": metadata}

    def _book(self) -> Book:
        # Rasa swaps the responses for those of a newly loaded model.
        if self._read.responses is not self.responses:
            self._read = Book(self.responses)
        return self._read

    def _offers(self, tracker: DialogueStateTracker) -> list[str]:
        message = tracker.latest_message
        return offers(ranking(message), Repertoire(self._book())) if message else []

    def _last_sources(self, tracker: DialogueStateTracker) -> list[Response]:
        return list(self._book().metadata(f"{UTTER}{tracker.get_slot(LAST_TOPIC)}").get(SOURCES, ()))

    def _said_before(self, tracker: DialogueStateTracker) -> str:
        variations = self.responses.get(SAID_BEFORE) or [{}]
        return str(variations[len(tracker.events) % len(variations)].get("text", ""))


def _last_body(tracker: DialogueStateTracker) -> str | None:
    """Return the body of what was said last, None when nothing was."""
    for _, event in zip(range(_RECENT), reversed(tracker.events)):
        if isinstance(event, BotUttered):
            metadata = (event.metadata or {}).get("metadata") or {}
            return metadata.get(BODY) or event.text
    return None
