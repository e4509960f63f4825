"""MeaningFeaturizer gives texts the vectors of the sentence encoder and keeps the encoder in the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.encoder import EncoderMissingError
from latch.encoder.runtime import DEFAULT_FOLDER, DIMENSIONS, FILES
from latch.nlu.constants import SEGMENT_VECTORS, SEGMENTS, UNREADABLE
from latch.nlu.language import LanguageTokenizer
from latch.nlu.meaning import MeaningFeaturizer

ENCODER = Path(__file__).parents[2] / DEFAULT_FOLDER
RESOURCE = Resource("meaning")
CONTEXT = ExecutionContext(GraphSchema({}), node_name="meaning")
TWO = "How is milk made? And is it safe to drink coffee?"


def _config(encoder: Path = ENCODER) -> dict[str, Any]:
    return {**MeaningFeaturizer.get_default_config(), "encoder": str(encoder)}


@pytest.fixture(scope="module")
def meaning(tmp_path_factory: pytest.TempPathFactory) -> MeaningFeaturizer:
    """Return the featurizer before training."""
    storage = LocalModelStorage(tmp_path_factory.mktemp("storage"))
    return MeaningFeaturizer.create(_config(), storage, RESOURCE, CONTEXT)


def _vector(message: Message) -> Any:
    _, sentence = message.get_dense_features(TEXT, [])
    return sentence.features if sentence else None


def test_a_message_gets_the_vector_of_its_whole_text(meaning: MeaningFeaturizer, tokenizer: LanguageTokenizer) -> None:
    message = meaning.process(tokenizer.process([Message({TEXT: "how is milk made"})]))[0]
    assert _vector(message).shape == (1, DIMENSIONS)


def test_the_parts_of_a_message_get_a_vector_each(meaning: MeaningFeaturizer, tokenizer: LanguageTokenizer) -> None:
    message = meaning.process(tokenizer.process([Message({TEXT: TWO})]))[0]
    assert message.get(SEGMENTS)[0].text == TWO
    assert message.get(SEGMENT_VECTORS).shape == (3, DIMENSIONS)
    assert np.array_equal(_vector(message), message.get(SEGMENT_VECTORS)[:1])


def test_an_unreadable_message_gets_none(meaning: MeaningFeaturizer, tokenizer: LanguageTokenizer) -> None:
    message = meaning.process(tokenizer.process([Message({TEXT: "😢", UNREADABLE: "no_words"})]))[0]
    assert _vector(message) is None
    assert message.get(SEGMENTS) is None


def test_an_example_has_the_vector_that_it_has_as_a_message(
    meaning: MeaningFeaturizer, tokenizer: LanguageTokenizer
) -> None:
    data = TrainingData([Message({TEXT: "how is milk made", "intent": "milk"}), Message({"intent": "no text"})])
    example = meaning.process_training_data(data).training_examples[0]
    message = meaning.process(tokenizer.process([Message({TEXT: "how is milk made"})]))[0]
    assert np.allclose(_vector(example), _vector(message), atol=1e-6)


def test_the_encoder_is_stored_with_the_model(tmp_path: Path, tokenizer: LanguageTokenizer) -> None:
    storage = LocalModelStorage(tmp_path)
    trained = MeaningFeaturizer.create(_config(), storage, RESOURCE, CONTEXT)
    trained.train(TrainingData([]))
    with storage.read_from(RESOURCE) as folder:
        assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    loaded = MeaningFeaturizer.load(_config(tmp_path / "not there"), storage, RESOURCE, CONTEXT)
    first, second = (
        featurizer.process(tokenizer.process([Message({TEXT: TWO})]))[0].get(SEGMENT_VECTORS)
        for featurizer in (trained, loaded)
    )
    assert np.array_equal(first, second)


def test_a_missing_encoder_is_one_line_that_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissingError) as caught:
        MeaningFeaturizer.create(_config(tmp_path), LocalModelStorage(tmp_path), RESOURCE, CONTEXT)
    assert "make encoder" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_encoder_is_another_fingerprint(tmp_path: Path) -> None:
    """Rasa would take features of the old encoder from its cache."""
    (tmp_path / FILES[0]).write_bytes(b"another")
    fingerprints = {MeaningFeaturizer.fingerprint_addon(_config(folder)) for folder in (ENCODER, tmp_path)}
    assert len(fingerprints - {None}) == 2
    assert MeaningFeaturizer.fingerprint_addon(_config(tmp_path / "not there")) is None
