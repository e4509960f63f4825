"""MeaningFeaturizer: the sentence encoder as a Rasa featurizer, its weights stored in the trained model."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.encoder.runtime import DEFAULT_FOLDER, FILES, MODEL_FILE, SentenceEncoder
from latch.nlu.constants import DOC, SEGMENT_VECTORS, SEGMENTS, UNREADABLE
from latch.nlu.segments import segments


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class MeaningFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds the vector of the whole text as its sentence feature, and those of its segments for the classifier."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must stand before it."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Return what must be installed."""
        return ["onnxruntime", "tokenizers"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults: where the exported encoder stands at training time."""
        return {**DenseFeaturizer.get_default_config(), "encoder": str(DEFAULT_FOLDER)}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Accept any configuration: the folder is looked at when training needs it."""

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        encoder: SentenceEncoder,
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MeaningFeaturizer:
        """Return a featurizer with the exported encoder.

        Raises:
            EncoderMissingError: when it has not been exported.
        """
        encoder = SentenceEncoder.from_folder(Path(config["encoder"]))
        return cls(config, execution_context.node_name, model_storage, resource, encoder)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MeaningFeaturizer:
        """Return the featurizer with the encoder that the model archive holds."""
        with model_storage.read_from(resource) as folder:
            encoder = SentenceEncoder.from_folder(folder)
        return cls(config, execution_context.node_name, model_storage, resource, encoder)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return the encoder's checksum: with another encoder, Rasa must not reuse cached features."""
        model = Path(config.get("encoder", DEFAULT_FOLDER)) / MODEL_FILE
        return hashlib.sha256(model.read_bytes()).hexdigest() if model.is_file() else None

    def train(self, training_data: TrainingData) -> Resource:
        """Store the encoder in the model; it is used as published."""
        with self._model_storage.write_to(self._resource) as folder:
            for name in FILES:
                (folder / name).write_bytes((Path(self._config["encoder"]) / name).read_bytes())
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vector of each training example."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        for example, vector in zip(examples, self._encoder.encode([example.get(TEXT) for example in examples])):
            self._add(example, vector[None, :])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the vector of each message and those of its segments."""
        for message in messages:
            if message.get(UNREADABLE) or message.get(DOC) is None:
                continue
            parts = segments(message.get(DOC))
            vectors = self._encoder.encode([part.text for part in parts])
            message.set(SEGMENTS, parts)
            message.set(SEGMENT_VECTORS, vectors)
            self._add(message, vectors[:1])
        return messages

    def _add(self, message: Message, vector: np.ndarray[Any, Any]) -> None:
        message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
