"""LanguageTokenizer: sentences, tokens and lemmas by spaCy, the pipeline itself stored in the trained model."""

from __future__ import annotations

from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language

from latch.english import blank_english
from latch.nlu.constants import DOC


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class LanguageTokenizer(Tokenizer):
    """Tokenizes with spaCy and leaves the Doc for the components behind it.

    Rasa's own SpacyNLP takes a folder relative to the working directory and leaves it out of the model archive; this
    one is complete in the archive.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return Rasa's tokenizer defaults."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @staticmethod
    def required_packages() -> list[str]:
        """Return what must be installed."""
        return ["spacy", "spacy_lookups_data"]

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, nlp: Language | None = None
    ) -> None:
        super().__init__(config)
        self._model_storage = model_storage
        self._resource = resource
        self._nlp = nlp or blank_english()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageTokenizer:
        """Return a new tokenizer."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LanguageTokenizer:
        """Return the tokenizer that the model archive holds."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, spacy.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Store the pipeline; it has nothing to learn."""
        with self._model_storage.write_to(self._resource) as folder:
            self._nlp.to_disk(folder)
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return the tokens of one text; keep its Doc for the components behind."""
        doc = self._nlp(message.get(attribute))
        if attribute == TEXT:
            message.set(DOC, doc)
        return [Token(token.text, token.idx, lemma=token.lemma_) for token in doc if token.text.strip()]
