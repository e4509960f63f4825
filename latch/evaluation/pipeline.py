"""Latch's own understanding, trained in this process on any labelled texts.

The components and settings are those of config.yml, so what is measured here is what Latch is; Rasa's graph around them
is left out, and with it a project for each set of texts. Entities, danger signs and what comes after the classifier are
left out too, since they change no intent, and so is Latch's lexicon, whose shorthand is about nursing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CONFIG = Path("config.yml")
CLASSIFIER = "TopicClassifier"

Example = tuple[str, str]  # a text and its label


@dataclass(frozen=True)
class Predicted:
    """The likeliest label of a text and its confidence; no label and 0 where nothing was understood."""

    label: str
    confidence: float


Predict = Callable[[str], Predicted]


def train(examples: Sequence[Example], config: Path = CONFIG) -> Predict:
    """Return what says the label of a text, trained on these examples as the configuration says."""
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.constants import INTENT, TEXT
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    data = TrainingData([Message.build(text=text, intent=label) for text, label in examples])
    components: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalModelStorage(Path(folder))
        for kind, values in _understanding(config):
            context = ExecutionContext(GraphSchema({}), node_name=kind.__name__)
            component = kind.create(values, storage, Resource(kind.__name__), context)
            if hasattr(component, "train"):
                component.train(data)
            data = component.process_training_data(data)
            components.append(component)

    def predict(text: str) -> Predicted:
        messages = [Message({TEXT: text})]
        for component in components:
            messages = component.process(messages)
        intent = messages[0].get(INTENT) or {}
        return Predicted(intent.get("name") or "", float(intent.get("confidence") or 0.0))

    return predict


def settings(config: Path = CONFIG) -> dict[str, dict[str, Any]]:
    """Return the numbers that each component trained here is set to, by its class."""
    return {
        kind.__name__: {key: value for key, value in values.items() if isinstance(value, int | float)}
        for kind, values in _understanding(config)
    }


def _understanding(config: Path) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the class of each of Latch's components that lead to the intent, with its settings."""
    from rasa.nlu.classifiers.classifier import IntentClassifier
    from rasa.nlu.extractors.extractor import EntityExtractorMixin
    from rasa.shared.utils.common import class_from_module_path

    from latch.nlu.danger import DangerDetector

    for entry in _entries(config):
        if "." not in entry["name"]:
            continue  # one of Rasa's own, registered by its bare name
        kind = class_from_module_path(entry["name"])
        is_classifier = kind.__name__ == CLASSIFIER
        if is_classifier or not issubclass(kind, (IntentClassifier, EntityExtractorMixin, DangerDetector)):
            chosen = {key: value for key, value in entry.items() if key != "name"}
            yield kind, {**kind.get_default_config(), **chosen}
        if is_classifier:
            return


def _entries(config: Path) -> list[dict[str, Any]]:
    return yaml.safe_load(config.read_text(encoding="utf-8")).get("pipeline") or []
