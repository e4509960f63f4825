"""Components of the pipeline, built in memory as Rasa's graph would build them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.nlu.entities import LexiconEntityExtractor
from latch.nlu.language import LanguageTokenizer

LEXICON = Path(__file__).parents[2] / "data" / "lexicon"

Understand = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> ModelStorage:
    """Return an empty model storage."""
    return LocalModelStorage(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def tokenizer(storage: ModelStorage) -> LanguageTokenizer:
    """Return the tokenizer as it is before training."""
    return LanguageTokenizer(LanguageTokenizer.get_default_config(), storage, Resource("tokenizer"))


@pytest.fixture(scope="session")
def lexicon() -> TrainingData:
    """Return the project's own lexicon."""
    return load_data(str(LEXICON))


@pytest.fixture(scope="session")
def extractor(storage: ModelStorage, lexicon: TrainingData) -> LexiconEntityExtractor:
    """Return the entity extractor, trained on the lexicon."""
    extractor = LexiconEntityExtractor(storage, Resource("entities"), {})
    extractor.train(lexicon)
    return extractor


@pytest.fixture(scope="session")
def entities(tokenizer: LanguageTokenizer, extractor: LexiconEntityExtractor) -> Understand:
    """Return what finds the entities of a text."""

    def understand(text: str) -> list[dict[str, Any]]:
        messages = extractor.process(tokenizer.process([Message({TEXT: text})]))
        return list(messages[0].get(ENTITIES, []))

    return understand
