"""TopicClassifier: calibrated confidences over plain intents, and the separate questions in one message."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.nlu.constants import QUESTIONS, SEGMENT_VECTORS, SEGMENTS, UNKNOWN_WORDS, UNREADABLE
from latch.nlu.intent_model import IntentModel, Matrix

# A score, not a confidence: on few examples, calibration makes every confidence 0 or 1. Measured on 300 messages of two
# random titles: in 95 % the whole scores both at -11.8 or more. Of the 231 titles, three were taken for two questions,
# the second of which the whole scores at -16.8 or less.
TRACE_IN_THE_WHOLE = -14.0
# No part alone says what the whole says: the parts belong together.
SURE_OF_THE_WHOLE = 0.9


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """Ranks the intents of a message by its meaning and its wording.

    Output: `intent`, `intent_ranking`, and `questions`: the intents of the parts of the message that ask different
    things with confidence, in the order asked (empty when it asks one thing).
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must stand before it."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Return what must be installed."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults; docs/classifier.md says how the values were found."""
        return {
            "networks": 2,
            "epochs": 20,
            # A part of a message counts as a question of its own from this confidence on.
            "question_confidence": 0.5,
            "ranking_length": 10,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """Return an untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """Return the trained classifier that the model archive holds."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, IntentModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model to the examples of all intents.

        Raises:
            InvalidConfigException: when fewer than two intents have examples, or no featurizer gave a meaning.
        """
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        labels = [example.get(INTENT) for example in examples]
        if len(set(labels)) < 2:
            raise InvalidConfigException("TopicClassifier needs examples of at least two intents.")
        meanings = np.concatenate([_meaning(example) for example in examples])
        self._model = IntentModel.fit(
            [example.get(TEXT) for example in examples],
            meanings,
            labels,
            networks=int(self._config["networks"]),
            epochs=int(self._config["epochs"]),
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data as it is: nothing behind it needs predictions of the training examples."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking and questions of each message that can be understood."""
        for message in messages:
            if message.get(UNREADABLE) or message.get(SEGMENTS) is None or self._model is None:
                self._set(message, None, [], [])
            elif not self._model.knows(message.get(TEXT)):
                message.set(UNREADABLE, UNKNOWN_WORDS, add_to_output=True)
                self._set(message, None, [], [])
            else:
                self._classify(message, self._model)
        return messages

    def _classify(self, message: Message, model: IntentModel) -> None:
        texts = [segment.text for segment in message.get(SEGMENTS)]
        scores = model.scores(texts, message.get(SEGMENT_VECTORS))
        likely = model.probabilities(scores)
        best = np.argsort(-likely[0])[: int(self._config["ranking_length"])]
        ranking = [(model.intents[index], float(likely[0, index])) for index in best]
        self._set(message, ranking[0], ranking, self._questions(model, scores[0], likely))

    def _questions(self, model: IntentModel, scores: Matrix, likely: Matrix) -> list[str]:
        """Return the different intents that the parts of a message have with confidence; none if fewer than two.

        "I have a lump in my armpit. Is it milk?" is one question: its second part, taken alone, is sure of something
        of which the whole (`scores`, and the first row of `likely`) shows no trace.
        """
        whole, parts = likely[0], likely[1:]
        sure = parts.max(axis=1, initial=0.0) >= float(self._config["question_confidence"])
        found = dict.fromkeys(int(row.argmax()) for row in parts[sure])
        meant = int(whole.argmax())
        if meant not in found and whole[meant] >= SURE_OF_THE_WHOLE:
            return []
        asked = [model.intents[intent] for intent in found if scores[intent] >= TRACE_IN_THE_WHOLE]
        return asked if len(asked) > 1 else []

    @staticmethod
    def _set(
        message: Message, intent: tuple[str, float] | None, ranking: list[tuple[str, float]], questions: list[str]
    ) -> None:
        name, confidence = intent or (None, 0.0)
        message.set(INTENT, {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}, add_to_output=True)
        entries = [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: value} for name, value in ranking]
        message.set(INTENT_RANKING_KEY, entries, add_to_output=True)
        message.set(QUESTIONS, questions, add_to_output=True)


def _meaning(example: Message) -> Matrix:
    _, sentence = example.get_dense_features(TEXT, [])
    if sentence is None:
        raise InvalidConfigException("TopicClassifier needs a featurizer of meaning before it (MeaningFeaturizer).")
    return np.asarray(sentence.features, dtype=np.float32)
