"""DangerDetector: the danger signs in a message, found beside the topics and independent of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, ENTITY_ATTRIBUTE_TYPE, ENTITY_ATTRIBUTE_VALUE, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.content.load import load
from latch.content.signs import SAFETY, shared_words
from latch.nlu.constants import DANGER, DANGERS, ENCODE, SAID, SEGMENT_VECTORS, SEGMENTS, UNREADABLE, UNSEEN
from latch.nlu.features import meaning
from latch.nlu.intent_model import IntentModel
from latch.safety.detector import HARMLESS, Danger, Detector, Sign
from latch.safety.lines import pattern_words
from latch.safety.patterns import PatternBook, inflections

BABY_AGE = "baby_age"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DangerDetector(GraphComponent):
    """Adds `dangers` to the parse data: a list of sign, urgency, words and how it was found, the most urgent first.

    The signs (urgency, ages, patterns) are read from `data`/safety; their examples are training data, which the
    importer adds, and whatever else is asked is harmless. A message without a danger has an empty list.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must stand before it."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Return what must be installed."""
        return ["spacy", "symspellpy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults; docs/clinical-safety.md says how the values were found."""
        return {
            "data": "data",
            "threshold": 0.667,  # danger is twice as likely as not
            "urgent_share": 0.3,
            "networks": 2,
            "epochs": 20,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        detector: Detector | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._detector = detector

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DangerDetector:
        """Return a detector that knows no sign yet."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DangerDetector:
        """Return the detector that the model archive holds."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Detector.load(folder))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return a checksum of the signs: Rasa knows nothing of those files."""
        digest = hashlib.sha256()
        for path in sorted((Path(config.get("data", "data")) / SAFETY).rglob("*.yml")):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Compile the patterns and fit the recogniser.

        Raises:
            InvalidConfigException: when there are no signs, or no example of one.
        """
        folder = Path(self._config["data"])
        signs = load(folder).signs
        examples = [
            one for one in training_data.training_examples if one.get(TEXT) and (one.get(INTENT) or one.get(DANGER))
        ]
        labels = [one.get(DANGER) or HARMLESS for one in examples]
        if not signs or len(set(labels)) < 2:
            raise InvalidConfigException(f"DangerDetector needs danger signs with examples in {folder / SAFETY}.")
        lines = {sign.id: [pattern.text for pattern in sign.patterns] for sign in signs.values()}
        words = shared_words(folder)
        every_line = [line for of_sign in lines.values() for line in of_sign]
        patterns = PatternBook(lines, words, inflections(pattern_words(every_line, words)))
        recogniser = IntentModel.fit(
            [one.get(TEXT) for one in examples],
            np.concatenate([meaning(one) for one in examples]),
            labels,
            networks=int(self._config["networks"]),
            epochs=int(self._config["epochs"]),
            unseen=[bool(one.get(UNSEEN)) for one in examples],
        )
        known = {sign.id: Sign(sign.urgency, sign.age_from, sign.age_under, sign.yields_to) for sign in signs.values()}
        threshold, share = float(self._config["threshold"]), float(self._config["urgent_share"])
        self._detector = Detector(known, patterns, recogniser, threshold, share)
        with self._model_storage.write_to(self._resource) as target:
            self._detector.save(target)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data as it is: nothing behind it needs the dangers of the training examples."""
        return training_data

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Add the dangers of each message; the baby's age may have been said in an earlier one."""
        for message in messages:
            found = [
                {
                    "sign": danger.sign,
                    "urgency": danger.urgency,
                    "words": danger.words,
                    "by": danger.by,
                    "confidence": round(danger.confidence, 4),
                }
                for danger in self._dangers(message, _age(message, tracker))
            ]
            message.set(DANGERS, found, add_to_output=True)
        return messages

    def _dangers(self, message: Message, months: float | None) -> list[Danger]:
        if self._detector is None:
            return []
        said = message.get(SAID) or message.get(TEXT) or ""
        if message.get(UNREADABLE) or message.get(SEGMENTS) is None:
            # Half of it may be another language, or a word that no example has: what is plainly said counts.
            return self._detector.certain(said, months)
        texts = [segment.text for segment in message.get(SEGMENTS)]
        return self._detector.dangers(texts, message.get(SEGMENT_VECTORS), months, said, message.get(ENCODE))


def _age(message: Message, tracker: DialogueStateTracker | None) -> float | None:
    """Return the baby's age in months, from this message or an earlier one; None where it was not said.

    Of several children it is the youngest, for whom most is dangerous.
    """
    ages = [entity[ENTITY_ATTRIBUTE_VALUE] for entity in message.get(ENTITIES, []) if _tells_age(entity)]
    if ages:
        return min(map(float, ages))
    for entity in message.get(ENTITIES, []):
        if entity[ENTITY_ATTRIBUTE_TYPE] == "baby_age_group" and entity[ENTITY_ATTRIBUTE_VALUE] == "newborn":
            return 0.0
    known = tracker.get_slot(BABY_AGE) if tracker and BABY_AGE in tracker.slots else None
    return float(known) if isinstance(known, (int, float)) else None


def _tells_age(entity: dict[str, Any]) -> bool:
    return bool(entity[ENTITY_ATTRIBUTE_TYPE] == BABY_AGE)
