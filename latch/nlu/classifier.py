"""TopicClassifier: calibrated confidences over plain intents, and the separate questions in one message."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.core.trackers import DialogueStateTracker
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

from latch.nlu.constants import (
    CONTEXT_VECTORS,
    FOLLOWS,
    LAST_TOPIC,
    QUESTIONS,
    SEGMENT_VECTORS,
    SEGMENTS,
    SUBJECTS,
    UNREADABLE,
    UNSEEN,
)
from latch.nlu.features import meaning
from latch.nlu.intent_model import IntentModel, Matrix
from latch.responses import KIND_CONVERSATION, KINDS, Book
from latch.text import leans_back

# A score, not a confidence: on few examples, calibration makes every confidence 0 or 1. Measured on 400 messages of two
# random titles: in 97 % the whole scores both at this or more; of 1,155 held-out messages with one question each, 0.4 %
# are taken for two.
TRACE_IN_THE_WHOLE = -18.0
# No part alone says what the whole says: the parts belong together.
SURE_OF_THE_WHOLE = 0.9

SUBJECTS_FILE = "subjects.json"
SUBJECTS_SAID = 3
# A follow-up ("and at night?") means another topic where, read with the last one's title, it is so likely among the
# others, and where the words that follow favour it over the last one by so much (in log probability).
FOLLOWS_CONFIDENCE = 0.3
FOLLOWS_GAIN = 1.0
# How much a short message is understood with what was asked before, against alone: one that leans on it, any other.
WEIGHT_LEANING = 0.4
WEIGHT_SHORT = 0.2
ABOUT_THE_TALK = 0.5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """Ranks the intents of a message by its meaning and its wording.

    The intent is the likeliest one of the likeliest subject: near questions of one subject share its likelihood, so the
    likeliest single intent may be that of a subject which is not meant.

    Output: `intent`; `intent_ranking`; `subjects`, how likely the likeliest subjects are (a topic's category, or the
    kind of what is no topic); `questions`, the intents of the parts of the message that ask different things with
    confidence, in the order asked (empty when it asks one thing); `follows`, the topic that a short message means when
    it is read with what was asked before.
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
        subjects: dict[str, str] | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._use(model, subjects or {})

    def _use(self, model: IntentModel | None, subjects: dict[str, str]) -> None:
        self._model = model
        if model is None:
            return
        # An intent that no subject is known of (a model of understanding alone, trained without answers) is its own.
        of_intent = [subjects.get(intent, intent) for intent in model.intents]
        self._subjects, self._subject_of = np.unique(np.asarray(of_intent), return_inverse=True)
        self._is_talk = np.array([subject == KIND_CONVERSATION for subject in of_intent])
        self._is_topic = np.array([subject not in KINDS for subject in of_intent])
        self._places = {intent: place for place, intent in enumerate(model.intents)}

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
            subjects = json.loads((folder / SUBJECTS_FILE).read_text(encoding="utf-8"))
            return cls(config, model_storage, resource, IntentModel.load(folder), subjects)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model to the examples of all intents.

        Raises:
            InvalidConfigException: when fewer than two intents have examples, or no featurizer gave a meaning.
        """
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        labels = [example.get(INTENT) for example in examples]
        if len(set(labels)) < 2:
            raise InvalidConfigException("TopicClassifier needs examples of at least two intents.")
        model = IntentModel.fit(
            [example.get(TEXT) for example in examples],
            np.concatenate([meaning(example) for example in examples]),
            labels,
            networks=int(self._config["networks"]),
            epochs=int(self._config["epochs"]),
            unseen=[bool(example.get(UNSEEN)) for example in examples],
        )
        subjects = Book(training_data.responses).subjects()
        self._use(model, subjects)
        with self._model_storage.write_to(self._resource) as folder:
            model.save(folder)
            (folder / SUBJECTS_FILE).write_text(json.dumps(subjects), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data as it is: nothing behind it needs predictions of the training examples."""
        return training_data

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Set intent, ranking, subjects, questions, and what a follow-up means, where a message can be understood."""
        last = tracker.get_slot(LAST_TOPIC) if tracker and LAST_TOPIC in tracker.slots else None
        for message in messages:
            if message.get(UNREADABLE) or message.get(SEGMENTS) is None or self._model is None:
                self._set(message, None, [], [], [])
            else:
                context = message.get(CONTEXT_VECTORS) if last in self._places else None
                scores = self._model.scores(*context) if context else None
                self._classify(message, self._model, scores)
                if scores is not None and last:
                    message.set(FOLLOWS, self._follows(self._model, last, scores), add_to_output=True)
        return messages

    def _classify(self, message: Message, model: IntentModel, with_context: Matrix | None) -> None:
        """Set what is understood of a message; `with_context` are the scores of it behind the last topic's title."""
        texts = [segment.text for segment in message.get(SEGMENTS)]
        scores = model.scores(texts, message.get(SEGMENT_VECTORS))
        likely = model.probabilities(scores)
        if with_context is not None and not self._is_about_the_talk(likely[0]):
            weight = WEIGHT_LEANING if leans_back(message.get(TEXT)) else WEIGHT_SHORT
            scores[0] = (1 - weight) * scores[0] + weight * with_context[1]
            likely[:1] = model.probabilities(scores[:1])
        by_subject = np.bincount(self._subject_of, weights=likely[0])
        likeliest = np.argsort(-by_subject)[:SUBJECTS_SAID]
        subjects = [(str(self._subjects[index]), float(by_subject[index])) for index in likeliest]
        meant = int(np.where(self._subject_of == by_subject.argmax(), likely[0], 0.0).argmax())
        length = int(self._config["ranking_length"])
        best = [meant, *(int(index) for index in np.argsort(-likely[0])[:length] if index != meant)][:length]
        ranking = [(model.intents[index], float(likely[0, index])) for index in best]
        questions = self._questions(model, scores[0], likely)
        self._set(message, ranking[0], ranking, questions, subjects)

    def _is_about_the_talk(self, likely: Matrix) -> bool:
        """Tell whether a message is about the conversation itself, as "shorter please" and "thanks" are."""
        return bool(likely[self._is_talk].sum() >= ABOUT_THE_TALK)

    def _follows(self, model: IntentModel, last: str, scores: Matrix) -> str:
        """Return the topic that the words after the last topic's title lead to; "" where they lead to no other.

        `scores` are those of the title alone and of the title with the message, shape (2, intents).
        """
        before = self._places[last]
        others = self._is_topic.copy()
        others[before] = False
        if not others.any():
            return ""
        candidate = int(np.where(others, scores[1], -np.inf).argmax())
        likely = model.probabilities(np.where(others, scores[1:], np.float32(-1e9)))
        gain = (scores[1, candidate] - scores[1, before]) - (scores[0, candidate] - scores[0, before])
        sure = likely[0, candidate] >= FOLLOWS_CONFIDENCE and gain >= FOLLOWS_GAIN
        return model.intents[candidate] if sure else ""

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
        message: Message,
        intent: tuple[str, float] | None,
        ranking: list[tuple[str, float]],
        questions: list[str],
        subjects: list[tuple[str, float]],
    ) -> None:
        name, confidence = intent or (None, 0.0)
        message.set(INTENT, {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}, add_to_output=True)
        for key, pairs in ((INTENT_RANKING_KEY, ranking), (SUBJECTS, subjects)):
            entries = [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: value} for name, value in pairs]
            message.set(key, entries, add_to_output=True)
        message.set(QUESTIONS, questions, add_to_output=True)
