"""DoubtClassifier: Rasa's FallbackClassifier, asked by subject, and surer of what cannot be undone."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

from latch.nlu.constants import SUBJECTS


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class DoubtClassifier(FallbackClassifier):
    """Falls back where no subject, or no intent in it, is likely enough.

    A threshold on the intent alone asks too much where a subject has forty near questions, and too little where a
    message is a little like many unlike ones: docs/classifier.md has the figures.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults: the least confidence in the intent, in its subject, and in each that needs more."""
        return {
            **FallbackClassifier.get_default_config(),
            "ambiguity_threshold": 0.0,
            "subject_threshold": 0.5,
            "certain": {},
        }

    def _should_fallback(self, message: Message) -> bool:
        """Tell whether the message is left without an intent of its own."""
        subjects = message.get(SUBJECTS) or ()
        likely = max((entry[PREDICTED_CONFIDENCE_KEY] for entry in subjects), default=0.0)
        intent = message.get(INTENT) or {}
        certain = self.component_config["certain"].get(intent.get(INTENT_NAME_KEY), 0.0)
        return bool(
            likely < self.component_config["subject_threshold"]
            or intent.get(PREDICTED_CONFIDENCE_KEY, 1.0) < certain
            or super()._should_fallback(message)
        )
