"""MessageReader: makes any input a text that the pipeline can take, or says why it cannot be understood."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.nlu.constants import EMPTY, NO_WORDS, SAID, UNREADABLE
from latch.text import clean

_LETTER = re.compile(r"[^\W\d_]")
# What has no space is split at its signs one by one, at a cost that grows with the square of its length. Signs in a
# row mean no more than some of them.
_SIGNS = re.compile(r"((?:[^\w\s]|_){20})(?:[^\w\s]|_)+")
_SIGN = re.compile(r"[^\w\s]|_")
_NO_SPACE = re.compile(r"\S{151,}")
_PIECE = 150  # longer than most addresses of pages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MessageReader(GraphComponent):
    """Cleans the text of a message and marks one that holds nothing to understand.

    `unreadable` in the parse data says why it is marked (see latch.nlu.constants). Of a text longer than `longest`
    characters, the beginning and the end are read: that is where people ask. What was typed stays under SAID, up to
    `searched` characters: a danger sign may stand in the middle.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults: at most 2,000 characters are read, and 8,000 searched for danger signs."""
        return {"longest": 2000, "searched": 8000}

    def __init__(self, config: dict[str, Any]) -> None:
        self._longest = int(config["longest"])
        self._searched = int(config["searched"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageReader:
        """Return a new reader."""
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Clean the training examples as messages are cleaned."""
        for example in training_data.training_examples:
            if example.get(TEXT):
                example.set(TEXT, _shortened(_readable(example.get(TEXT)), self._longest))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Clean the text of each message; mark the unreadable ones."""
        for message in messages:
            said = _readable(message.get(TEXT) or "")
            text = _shortened(said, self._longest)
            message.set(SAID, _shortened(said, self._searched))
            message.set(TEXT, text, add_to_output=True)
            if not text:
                message.set(UNREADABLE, EMPTY, add_to_output=True)
            elif not _LETTER.search(text):
                message.set(UNREADABLE, NO_WORDS, add_to_output=True)
        return messages


def _readable(text: str) -> str:
    """Return the text cleaned, with at most 20 signs in a row, and in pieces where it is long without a space."""
    return _NO_SPACE.sub(_pieces, _SIGNS.sub(r"\1", clean(text)))


def _pieces(found: re.Match[str]) -> str:
    text = found.group()
    if not _SIGN.search(text):
        return text
    return " ".join(text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def _shortened(text: str, longest: int) -> str:
    """Return the text, or its beginning and its end where it is longer."""
    if len(text) <= longest:
        return text
    half = longest // 2
    # The mark ends a sentence: what stands at either side of the gap does not belong together.
    return f"{text[:half]}…{text[-half:]}"
