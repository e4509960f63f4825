"""CuratedAnswers: says the responses of the model with their sources, and never the same line twice running."""

from __future__ import annotations

import copy
from typing import Any

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.utils.endpoints import EndpointConfig

from latch import responses
from latch.plan import DID_YOU_MEAN, Repertoire, offers
from latch.policy import LAST_TOPIC
from latch.responses import BODY, KIND, KIND_DOUBT, KIND_TOPIC, SOURCES, TITLE, UTTER

SHOW_SOURCES = f"{UTTER}show_sources"
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
        message: Response = copy.deepcopy(fresh[len(tracker.events) % len(fresh)])
        metadata = message.setdefault("metadata", {})
        if utter_action == SHOW_SOURCES:
            self._add_source_list(message, tracker)
        elif utter_action == DID_YOU_MEAN:
            metadata[KIND] = KIND_DOUBT
            message["buttons"] = self._offers(tracker)
        body = message.get("text", "")
        metadata[BODY] = body
        lead = self._said_before(tracker) if body == last else ""
        message["text"] = "\n".join(part for part in (lead, responses.full_text(body, metadata)) if part)
        return self._fill_response(message, slots, **kwargs)

    def _offers(self, tracker: DialogueStateTracker) -> list[Response]:
        message = tracker.latest_message
        parsed = (message.parse_data if message else None) or {}
        ranking = [
            (entry[INTENT_NAME_KEY], float(entry[PREDICTED_CONFIDENCE_KEY]))
            for entry in parsed.get(INTENT_RANKING_KEY) or ()
            if entry.get(INTENT_NAME_KEY)
        ]
        found = offers(ranking, Repertoire(self.responses.keys(), self._kind))
        return [{"title": self._metadata(intent)[TITLE], "payload": f"/{intent}"} for intent in found]

    def _kind(self, intent: str) -> str | None:
        return self._metadata(intent).get(KIND)

    def _metadata(self, intent: str) -> Response:
        variations = self.responses.get(f"{UTTER}{intent}") or [{}]
        return variations[0].get("metadata") or {}

    def _add_source_list(self, message: Response, tracker: DialogueStateTracker) -> None:
        metadata = self._metadata(str(tracker.get_slot(LAST_TOPIC)))
        if metadata.get(KIND) == KIND_TOPIC:
            message["text"] = f"{message['text']}\n{responses.source_list(metadata[SOURCES])}"

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
