"""LexiconEntityExtractor: the baby's age, one baby or more, and the country, from the words in data/lexicon."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    EXTRACTOR,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.util import filter_spans

from latch.english import english_tokens
from latch.nlu.ages import AgeReader
from latch.nlu.constants import DOC

LEXICON_FILE = "lexicon.json"
AGE_GROUPS = ("newborn", "toddler")
BABIES = ("one", "twins", "triplets")
Lexicon = dict[str, dict[str, list[str]]]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class LexiconEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Extracts `baby_age` (months, float), `baby_age_group`, `babies` (one, twins, triplets) and `country` (ISO code).

    The lexicon is Rasa training data (look-up tables and synonyms), kept in the model.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must stand before it."""
        return [Tokenizer]

    def __init__(self, model_storage: ModelStorage, resource: Resource, lexicon: Lexicon) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._use(lexicon)

    def _use(self, lexicon: Lexicon) -> None:
        self._ages = AgeReader(lexicon.get("lookups", {}))
        nlp = english_tokens()
        self._vocab = nlp.vocab
        self._phrases = PhraseMatcher(nlp.vocab, attr="LOWER")
        for value, phrases in lexicon.get("synonyms", {}).items():
            # spaCy splits "u.s." and "U.S." differently.
            forms = [form for phrase in phrases for form in (phrase, phrase.upper())]
            self._phrases.add(value, [nlp.make_doc(form) for form in forms])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LexiconEntityExtractor:
        """Return an extractor that knows no word yet."""
        return cls(model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LexiconEntityExtractor:
        """Return the extractor with the lexicon that the model archive holds."""
        with model_storage.read_from(resource) as folder:
            lexicon = json.loads((folder / LEXICON_FILE).read_text(encoding="utf-8"))
        return cls(model_storage, resource, lexicon)

    def train(self, training_data: TrainingData) -> Resource:
        """Take the look-up tables and synonyms of the training data."""
        lexicon: Lexicon = {"lookups": {}, "synonyms": {}}
        for table in training_data.lookup_tables:
            lexicon["lookups"].setdefault(table["name"], []).extend(table["elements"])
        phrases: dict[str, list[str]] = defaultdict(list)
        for phrase, value in training_data.entity_synonyms.items():
            phrases[value].append(phrase)
        lexicon["synonyms"] = dict(phrases)
        self._use(lexicon)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / LEXICON_FILE).write_text(json.dumps(lexicon, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data as it is: entities are no features."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of each message."""
        for message in messages:
            doc = message.get(DOC)
            if doc is not None:
                message.set(ENTITIES, message.get(ENTITIES, []) + self._entities(doc), add_to_output=True)
        return messages

    def _entities(self, doc: Doc) -> list[dict[str, Any]]:
        found = []
        for age in self._ages.ages(doc.text)[:1]:
            found.append(self._entity("baby_age", age.months, age.start, age.end))
            found.append(self._entity("baby_age_group", age.group, age.start, age.end))
        # The Doc comes from another pipeline, whose vocabulary does not know the values of these phrases.
        values = {(start, end): self._vocab.strings[key] for key, start, end in self._phrases(doc)}
        spans = [doc[start:end] for start, end in values]
        for span in sorted(filter_spans(spans), key=lambda span: span.start):
            value = values[(span.start, span.end)]
            if value in AGE_GROUPS:
                if not any(entity[ENTITY_ATTRIBUTE_TYPE] == "baby_age_group" for entity in found):
                    found.append(self._entity("baby_age_group", value, span.start_char, span.end_char))
            else:
                kind = "babies" if value in BABIES else "country"
                found.append(self._entity(kind, value, span.start_char, span.end_char))
        return found

    def _entity(self, kind: str, value: Any, start: int, end: int) -> dict[str, Any]:
        return {
            ENTITY_ATTRIBUTE_TYPE: kind,
            ENTITY_ATTRIBUTE_VALUE: value,
            ENTITY_ATTRIBUTE_START: start,
            ENTITY_ATTRIBUTE_END: end,
            EXTRACTOR: type(self).__name__,
        }
