"""TopicImporter: turns topic files into what Rasa trains on, so that the model is complete in itself."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.importers.utils import story_graph_from_paths
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

from latch import responses
from latch.commands import PRIVACY
from latch.content.helplines import TABLE, load_helplines
from latch.content.intents import response_faults, response_kinds, response_offers
from latch.content.load import TOPICS, load
from latch.content.model import DangerSign, Library, Source, Text, Topic
from latch.content.yaml_file import ContentError
from latch.nlg import INTRODUCTION_RESPONSE, KEPT_SUFFIX, SAID_BEFORE
from latch.nlu.constants import DANGER, EMPTY, FOREIGN, NO_WORDS, RESEMBLES, UNKNOWN_WORDS
from latch.nlu.tongues import LANGUAGES
from latch.plan import DANGER as DANGER_REPLY
from latch.plan import (
    DID_YOU_MEAN,
    FALLBACK,
    FIND_HELP,
    NO_MORE,
    NOTHING_BEFORE,
    NOTHING_NEAR,
    SAY_AGAIN,
    SAY_SHORTER,
    STAY,
    STILL_LOST,
    TELL_ME_MORE,
    UNREADABLE,
)
from latch.safety.detector import HARMLESS, URGENCIES

# Responses that no intent of their own leads to. What cannot be read arrives as the fallback intent, too; SAID_BEFORE
# is the line that CuratedAnswers puts before a repetition, INTRODUCTION_RESPONSE the one that begins a conversation.
_WITHOUT_AN_INTENT = {
    FALLBACK: (
        DID_YOU_MEAN,
        NOTHING_NEAR,
        STILL_LOST,
        *(f"{UNREADABLE}{why}" for why in (EMPTY, NO_WORDS, UNKNOWN_WORDS, FOREIGN)),
        *(f"{UNREADABLE}{FOREIGN}_{language}" for language in LANGUAGES),
        *(f"{STAY}{urgency}" for urgency in URGENCIES),
        INTRODUCTION_RESPONSE,
        *(f"{name}{KEPT_SUFFIX}" for name in (INTRODUCTION_RESPONSE, f"{responses.UTTER}{PRIVACY}")),
    ),
    SAY_AGAIN: (NOTHING_BEFORE, SAID_BEFORE),
    TELL_ME_MORE: (NO_MORE,),
}


class ContentFault(RasaException):
    """Content that cannot be trained on; Rasa prints the message and stops."""


class TopicImporter(RasaFileImporter):
    """Declares the intents of the data and completes the responses of topics.

    A topic's response gets its title, category, sources, review date, danger signs and related topics as metadata. A
    topic's title is one more example of its intent.
    """

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths)
        paths = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths or []
        self._folders = [Path(path) for path in paths if (Path(path) / TOPICS).is_dir()]

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the NLU data with completed responses.

        Raises:
            ContentFault: when content is broken; it names every file, line and reason.
        """
        return self._nlu_data()  # one language; Rasa asks in several ways, each of which a cache would keep apart

    @cached_method
    def _nlu_data(self) -> TrainingData:
        libraries = [self._library(folder) for folder in self._folders]
        data = super().get_nlu_data()
        for folder, library in zip(self._folders, libraries):
            for topic in library.topics.values():
                data.training_examples.append(Message.build(text=topic.title, intent=topic.id))
                data.responses.update(_topic_responses(topic))
            data.training_examples.extend(_danger_examples(library))
            for sign in library.signs.values():
                data.responses[f"{DANGER_REPLY}{sign.id}"] = _danger_response(sign)
            offers = response_offers(folder)
            for name, kind in response_kinds(folder).items():
                if data.responses.get(name):
                    about: dict[str, Any] = {responses.KIND: kind}
                    if name in offers:
                        about[responses.RELATED] = offers[name]
                    if name == FIND_HELP and (folder / TABLE).is_file():
                        about[responses.HELPLINES] = self._helplines(folder / TABLE)
                    data.responses[name][0]["metadata"] = responses.packed(about)
        return data

    @cached_method
    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """Return the stories of the data and one for each intent that a response of its own answers.

        Nothing is learnt from them: they show Rasa's tools (`rasa data validate`) what PlanPolicy does.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "stories.yml"
            path.write_text(json.dumps({"version": "3.1", "stories": self._wiring()}), encoding="utf-8")
            written = story_graph_from_paths([str(path)], self.get_domain())
        return super().get_stories(exclusion_percentage).merge(written)

    def _wiring(self) -> list[dict[str, Any]]:
        said = self.get_nlu_data().responses
        stories = []
        for intent in sorted(self.get_nlu_data().intents):
            name = f"{responses.UTTER}{intent}"
            if name in said:
                steps = [{"intent": intent}, {"action": name}]
                for follow_up, suffix in ((SAY_SHORTER, responses.SHORT), (TELL_ME_MORE, responses.MORE)):
                    if f"{name}{suffix}" in said:
                        steps += [{"intent": follow_up}, {"action": f"{name}{suffix}"}]
                stories.append({"story": f"a person asks: {intent}", "steps": steps})
        dangers = tuple(sorted(name for name in said if name.startswith(DANGER_REPLY)))
        unasked = {**_WITHOUT_AN_INTENT, FALLBACK: (*_WITHOUT_AN_INTENT[FALLBACK], *dangers)}
        for intent, answers in unasked.items():
            # One after the other: as stories of their own they would contradict each other.
            steps = [step for name in answers if name in said for step in ({"intent": intent}, {"action": name})]
            if steps:
                stories.append({"story": f"Latch cannot simply answer: {intent}", "steps": steps})
        return stories

    @cached_method
    def get_domain(self) -> Domain:
        """Return the domain with an intent for every intent that has examples."""
        examples = self.get_nlu_data().training_examples
        intents = sorted({example.get(INTENT) for example in examples if example.get(INTENT) and example.get(TEXT)})
        return super().get_domain().merge(Domain.from_dict({"intents": intents}))

    @staticmethod
    def _helplines(path: Path) -> dict[str, Any]:
        """Return the table of helplines as the model holds it."""
        try:
            return load_helplines(path).packed()
        except ContentError as error:
            raise ContentFault(f"Latch's content cannot be used:\n{error}") from None

    @staticmethod
    def _library(folder: Path) -> Library:
        try:
            library = load(folder)
            faults = response_faults(folder, library.topics.values())
            if faults:
                raise ContentError(faults)
            return library
        except ContentError as error:
            raise ContentFault(f"Latch's content cannot be used:\n{error}") from None


def _danger_examples(library: Library) -> list[Message]:
    """Return the examples of danger signs, and of what sounds like one: examples of no intent."""
    found = [Message({TEXT: one.text, DANGER: sign.id}) for sign in library.signs.values() for one in sign.examples]
    found += [
        Message({TEXT: one.text, DANGER: HARMLESS, RESEMBLES: sign.id})
        for sign in library.signs.values()
        for one in sign.harmless
    ]
    return found + [Message({TEXT: one.text, DANGER: HARMLESS}) for one in library.harmless]


def _danger_response(sign: DangerSign) -> list[dict[str, Any]]:
    about = {
        responses.KIND: responses.KIND_DANGER,
        responses.SIGN: sign.id,
        responses.URGENCY: sign.urgency,
        responses.CALL: sign.call,
        responses.WAITING: sign.waiting,
        responses.SOURCES: [_source(source) for source in sign.sources],
    }
    return [{"text": sign.now, "metadata": responses.packed(about)}]


def _topic_responses(topic: Topic) -> dict[str, list[dict[str, Any]]]:
    """Return the responses of a topic; the answer alone carries what is said of the topic."""
    name = f"{responses.UTTER}{topic.id}"
    answer = {
        responses.KIND: responses.KIND_TOPIC,
        responses.TOPIC: topic.id,
        responses.FORM: responses.FORM_ANSWER,
        responses.CATEGORY: topic.category,
        responses.TITLE: topic.title,
        responses.REVIEWED: topic.reviewed,
        responses.RELATED: list(topic.related),
        responses.SOURCES: [_source(source) for source in topic.sources],
        responses.HELP: [{"urgency": line.urgency, "text": line.text} for line in topic.help],
    }
    short = {responses.TOPIC: topic.id, responses.FORM: responses.FORM_SHORT}
    more = {responses.TOPIC: topic.id, responses.FORM: responses.FORM_MORE}
    found = {
        name: _variations(topic.answer, answer),
        f"{name}{responses.SHORT}": _variations(topic.short, short),
    }
    if topic.more:
        found[f"{name}{responses.MORE}"] = _variations(topic.more, more)
    return found


def _variations(texts: Iterable[Text], metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """Return variations in Rasa's form; the metadata stands with the first, for all of them."""
    variations: list[dict[str, Any]] = []
    for text in texts:
        variation: dict[str, Any] = {"text": text.text}
        if text.condition:
            variation["condition"] = [{"type": "slot", "name": slot, "value": value} for slot, value in text.condition]
        if not variations:
            variation["metadata"] = responses.packed(metadata)
        variations.append(variation)
    return variations


def _source(source: Source) -> dict[str, Any]:
    return {"title": source.title, "publisher": source.publisher, "url": source.url, "year": source.year}
