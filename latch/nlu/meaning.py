"""MeaningFeaturizer: the sentence encoder as a Rasa featurizer, its weights stored in the trained model."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.encoder.runtime import DEFAULT_FOLDER, FILES, MODEL_FILE, SentenceEncoder
from latch.nlu.constants import (
    CONTEXT_VECTORS,
    DANGER,
    DOC,
    ENCODE,
    LAST_TOPIC,
    RESEMBLES,
    SEGMENT_VECTORS,
    SEGMENTS,
    UNREADABLE,
    UNSEEN,
)
from latch.nlu.segments import segments
from latch.progress import progress_line
from latch.responses import Book
from latch.safety.detector import HARMLESS
from latch.text import words

TITLES_FILE = "titles.json"
# A message of at most so many words may be about what was asked before.
FOLLOW_UP_WORDS = 8
# So many examples, but at most so large a share, are kept from the encoder: they tell how sure one may be of texts
# that it has not seen.
LEFT_OUT = 800
LEFT_OUT_SHARE = 0.25


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class MeaningFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds the vector of the whole text as its sentence feature, and those of its segments for the classifier."""

    works_aside = True  # see latch/graph.py

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
        """Return the defaults: the exported encoder, as published."""
        return {
            **DenseFeaturizer.get_default_config(),
            "encoder": str(DEFAULT_FOLDER),
            # How often training goes through the examples to adapt the encoder to them; 0 keeps it as published.
            "rounds": 0,
        }

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
        titles: dict[str, str] | None = None,
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder
        self._titles = titles or {}
        self._title_vectors: dict[str, np.ndarray[Any, Any]] = {}

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
            titles = json.loads((folder / TITLES_FILE).read_text(encoding="utf-8"))
        return cls(config, execution_context.node_name, model_storage, resource, encoder, titles)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return the encoder's checksum: with another encoder, Rasa must not reuse cached features."""
        model = Path(config.get("encoder", DEFAULT_FOLDER)) / MODEL_FILE
        return hashlib.sha256(model.read_bytes()).hexdigest() if model.is_file() else None

    def train(self, training_data: TrainingData) -> Resource:
        """Store the encoder in the model, adapted to the examples where the configuration says so."""
        source = Path(self._config["encoder"])
        self._titles = Book(training_data.responses).titles()
        with self._model_storage.write_to(self._resource) as folder:
            (folder / TITLES_FILE).write_text(json.dumps(self._titles, ensure_ascii=False), encoding="utf-8")
            rounds = float(self._config["rounds"])
            if rounds > 0:
                self._adapt(training_data, source, folder, rounds)
                self._encoder = SentenceEncoder.from_folder(folder)
            else:
                for name in FILES:
                    (folder / name).write_bytes((source / name).read_bytes())
        return self._resource

    @staticmethod
    def _adapt(training_data: TrainingData, source: Path, target: Path, rounds: float) -> None:
        # Imported here: TensorFlow takes seconds, and only training needs it.
        from latch.encoder.adapt import adapt

        examples = [example for example in training_data.training_examples if example.get(TEXT) and _label(example)]
        learnt = [example for example in examples if not is_left_out(example.get(TEXT), len(examples))]
        with progress_line("Adapting the sentence encoder") as progress:
            texts, labels = [example.get(TEXT) for example in learnt], [str(_label(example)) for example in learnt]
            adapt(texts, labels, source, target, rounds, progress)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vector of each training example, and mark those that an adapted encoder was not adapted to."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        adapted = float(self._config["rounds"]) > 0
        labelled = sum(bool(_label(example)) for example in examples)
        for example, vector in zip(examples, self._encoder.encode([example.get(TEXT) for example in examples])):
            self._add(example, vector[None, :])
            example.set(UNSEEN, adapted and is_left_out(example.get(TEXT), labelled))
        return training_data

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Add the vector of each message, those of its segments, and of a short one with what was asked before."""
        for message in messages:
            if message.get(UNREADABLE) or message.get(DOC) is None:
                continue
            parts = segments(message.get(DOC))
            title = self._title_before(message, tracker)
            behind = [f"{title} {parts[0].text}"] if title else []
            vectors = self._encoder.encode([*(part.text for part in parts), *behind])
            message.set(SEGMENTS, parts)
            message.set(ENCODE, self._encoder.encode)
            message.set(SEGMENT_VECTORS, vectors[: len(parts)])
            if title:
                context = np.vstack([self._title_vector(title), vectors[len(parts) :]])
                message.set(CONTEXT_VECTORS, ([title, *behind], context))
            self._add(message, vectors[:1])
        return messages

    def _title_before(self, message: Message, tracker: DialogueStateTracker | None) -> str | None:
        """Return the title of the topic before, where the message is short enough to need it."""
        last = tracker.get_slot(LAST_TOPIC) if tracker and LAST_TOPIC in tracker.slots else None
        if not last or len(words(message.get(TEXT))) > FOLLOW_UP_WORDS:
            return None
        return self._titles.get(last)

    def _title_vector(self, title: str) -> np.ndarray[Any, Any]:
        """Return the vector of a title, shape (1, 384); each is encoded once."""
        if title not in self._title_vectors:
            self._title_vectors[title] = self._encoder.encode([title])
        return self._title_vectors[title]

    def _add(self, message: Message, vector: np.ndarray[Any, Any]) -> None:
        message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))


def is_left_out(text: str, of: int) -> bool:
    """Tell whether an example, one of so many, is kept from the encoder; by a checksum, so the same in every run."""
    return zlib.crc32(text.encode()) % 1000 < 1000 * min(LEFT_OUT_SHARE, LEFT_OUT / of)


def _label(example: Message) -> str | None:
    """Return what an example is drawn towards: its intent, its danger sign, or what only sounds like that sign."""
    resembled = example.get(RESEMBLES)
    label: str | None = example.get(INTENT) or (f"{HARMLESS}_{resembled}" if resembled else example.get(DANGER))
    return label
