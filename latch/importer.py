"""TopicImporter: turns topic files into what Rasa trains on, so that the model is complete in itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

from latch import responses
from latch.content.intents import response_kinds
from latch.content.load import TOPICS, load
from latch.content.model import Library, Source, Text, Topic
from latch.content.yaml_file import ContentError


class ContentFault(RasaException):
    """Content that cannot be trained on; Rasa prints the message and stops."""


class TopicImporter(RasaFileImporter):
    """Declares the intents of the data and completes the responses of topics.

    A topic's response gets its title, category, sources, review date and danger signs as metadata, and the topics
    that it is related to as buttons. A topic's title is one more example of its intent.
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

    @cached_method
    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the NLU data with completed responses.

        Raises:
            ContentFault: when content is broken; it names every file, line and reason.
        """
        libraries = [self._library(folder) for folder in self._folders]
        data = super().get_nlu_data(language)
        for folder, library in zip(self._folders, libraries):
            for topic in library.topics.values():
                data.training_examples.append(Message.build(text=topic.title, intent=topic.id))
                data.responses.update(_topic_responses(topic, library))
            for name, kind in response_kinds(folder).items():
                for variation in data.responses.get(name, ()):
                    variation["metadata"] = {responses.KIND: kind}
        return data

    @cached_method
    def get_domain(self) -> Domain:
        """Return the domain with an intent for every intent that has examples."""
        examples = self.get_nlu_data().training_examples
        intents = sorted({example.get(INTENT) for example in examples if example.get(INTENT) and example.get(TEXT)})
        return super().get_domain().merge(Domain.from_dict({"intents": intents}))

    @staticmethod
    def _library(folder: Path) -> Library:
        try:
            return load(folder)
        except ContentError as error:
            raise ContentFault(f"Latch's content cannot be used:\n{error}") from None


def _topic_responses(topic: Topic, library: Library) -> dict[str, list[dict[str, Any]]]:
    forms = (("", responses.FORM_ANSWER, topic.answer), (responses.SHORT, responses.FORM_SHORT, topic.short))
    name = f"{responses.UTTER}{topic.id}"
    found = {f"{name}{suffix}": _variations(topic, library, form, texts) for suffix, form, texts in forms}
    if topic.more:
        found[f"{name}{responses.MORE}"] = _variations(topic, library, responses.FORM_MORE, topic.more)
    return found


def _variations(topic: Topic, library: Library, form: str, texts: Iterable[Text]) -> list[dict[str, Any]]:
    metadata = {
        responses.KIND: responses.KIND_TOPIC,
        responses.TOPIC: topic.id,
        responses.CATEGORY: topic.category,
        responses.TITLE: topic.title,
        responses.FORM: form,
        responses.REVIEWED: topic.reviewed,
        responses.SOURCES: [_source(source) for source in topic.sources],
        responses.HELP: [{"urgency": line.urgency, "text": line.text} for line in topic.help],
    }
    buttons = [{"title": library.topics[name].title, "payload": f"/{name}"} for name in topic.related]
    variations = []
    for text in texts:
        variation: dict[str, Any] = {"text": text.text, "metadata": metadata, "buttons": buttons}
        if text.condition:
            variation["condition"] = [{"type": "slot", "name": slot, "value": value} for slot, value in text.condition]
        variations.append(variation)
    return variations


def _source(source: Source) -> dict[str, Any]:
    return {"title": source.title, "publisher": source.publisher, "url": source.url, "year": source.year}
