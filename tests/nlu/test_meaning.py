"""MeaningFeaturizer gives texts the vectors of the sentence encoder and keeps the encoder in the model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.events import SlotSet
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.encoder import EncoderMissingError
from latch.encoder.runtime import DEFAULT_FOLDER, DIMENSIONS, FILES
from latch.nlu.constants import (
    CONTEXT_VECTORS,
    DANGER,
    ENCODE,
    LAST_TOPIC,
    RESEMBLES,
    SEGMENT_VECTORS,
    SEGMENTS,
    UNREADABLE,
    UNSEEN,
)
from latch.nlu.language import LanguageTokenizer
from latch.nlu.meaning import FOLLOW_UP_WORDS, LEFT_OUT, LEFT_OUT_SHARE, TITLES_FILE, MeaningFeaturizer, is_left_out
from latch.responses import KIND_OUTSIDE, KIND_TOPIC, packed
from latch.safety.detector import HARMLESS

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
        assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, TITLES_FILE])
    loaded = MeaningFeaturizer.load(_config(tmp_path / "not there"), storage, RESOURCE, CONTEXT)
    first, second = (
        featurizer.process(tokenizer.process([Message({TEXT: TWO})]))[0].get(SEGMENT_VECTORS)
        for featurizer in (trained, loaded)
    )
    assert np.array_equal(first, second)


# Short messages are read with what was asked before

TITLE = "How is milk made?"
RESPONSES = {
    "utter_milk_made": [{"text": "...", "metadata": packed({"kind": KIND_TOPIC, "title": TITLE})}],
    "utter_weather": [{"text": "...", "metadata": packed({"kind": KIND_OUTSIDE})}],
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[MeaningFeaturizer, MeaningFeaturizer]:
    """Return the featurizer that was trained on answers, and as it is loaded."""
    storage = LocalModelStorage(tmp_path_factory.mktemp("trained"))
    featurizer = MeaningFeaturizer.create(_config(), storage, RESOURCE, CONTEXT)
    featurizer.train(TrainingData([], responses=RESPONSES))
    return featurizer, MeaningFeaturizer.load(_config(), storage, RESOURCE, CONTEXT)


def _after(topic: str | None) -> DialogueStateTracker:
    slot = TextSlot(LAST_TOPIC, mappings=[{}])
    return DialogueStateTracker.from_events("sender", [SlotSet(LAST_TOPIC, topic)], slots=[slot])


@pytest.mark.parametrize("number", [0, 1])
def test_a_short_message_is_read_with_the_title_of_what_was_asked_before(
    trained: tuple[MeaningFeaturizer, MeaningFeaturizer], tokenizer: LanguageTokenizer, number: int
) -> None:
    message = trained[number].process(tokenizer.process([Message({TEXT: "and at night?"})]), _after("milk_made"))[0]
    texts, vectors = message.get(CONTEXT_VECTORS)
    assert texts == [TITLE, f"{TITLE} and at night?"]
    # Each is that of its text; quantised, it depends a little on the texts encoded with it.
    close = vectors @ message.get(ENCODE)([*texts, "and at night?"]).T
    assert close.shape == (2, 3)
    assert close.argmax(axis=1).tolist() == [0, 1]
    assert close.max(axis=1) == pytest.approx([1.0, 1.0], abs=0.02)
    assert message.get(SEGMENT_VECTORS).shape == (len(message.get(SEGMENTS)), DIMENSIONS)
    assert np.array_equal(_vector(message), message.get(SEGMENT_VECTORS)[:1])


@pytest.mark.parametrize("topic", [None, "", "weather", "danger_choking", "unheard_of"])
def test_after_no_topic_a_message_is_read_alone(
    trained: tuple[MeaningFeaturizer, MeaningFeaturizer], tokenizer: LanguageTokenizer, topic: str | None
) -> None:
    message = trained[0].process(tokenizer.process([Message({TEXT: "and at night?"})]), _after(topic))[0]
    assert message.get(CONTEXT_VECTORS) is None


def test_a_message_that_stands_by_itself_is_read_alone(
    trained: tuple[MeaningFeaturizer, MeaningFeaturizer], tokenizer: LanguageTokenizer
) -> None:
    longest = " ".join(["night"] * FOLLOW_UP_WORDS)
    read = [
        trained[0].process(tokenizer.process([Message({TEXT: text})]), _after("milk_made"))[0].get(CONTEXT_VECTORS)
        for text in (longest, f"{longest} night")
    ]
    assert [bool(one) for one in read] == [True, False]


def test_without_a_conversation_a_message_is_read_alone(
    trained: tuple[MeaningFeaturizer, MeaningFeaturizer], tokenizer: LanguageTokenizer
) -> None:
    message = trained[0].process(tokenizer.process([Message({TEXT: "and at night?"})]))[0]
    assert message.get(CONTEXT_VECTORS) is None


# The encoder as published, and adapted


def test_by_default_the_encoder_stays_as_published(meaning: MeaningFeaturizer) -> None:
    assert MeaningFeaturizer.get_default_config()["rounds"] == 0
    examples = [Message.build(f"text {number}", "milk") for number in range(50)]
    data = meaning.process_training_data(TrainingData(examples))
    assert not any(example.get(UNSEEN) for example in data.training_examples)


def test_where_it_is_adapted_the_examples_left_out_of_that_are_marked(tmp_path: Path) -> None:
    config = {**_config(), "rounds": 1.0}
    adapted = MeaningFeaturizer.create(config, LocalModelStorage(tmp_path), RESOURCE, CONTEXT)
    texts = [f"text {number}" for number in range(40)]
    data = adapted.process_training_data(TrainingData([Message.build(text, "milk") for text in texts]))
    marked = [example.get(TEXT) for example in data.training_examples if example.get(UNSEEN)]
    assert marked == [text for text in texts if is_left_out(text, len(texts))]
    assert 0 < len(marked) < len(texts)


def test_a_small_share_of_examples_is_left_out_and_the_same_ones_each_time() -> None:
    few, many = ([f"example {number}" for number in range(count)] for count in (1000, 20_000))
    for texts in (few, many):
        left = sum(is_left_out(text, len(texts)) for text in texts)
        assert left == pytest.approx(min(LEFT_OUT, LEFT_OUT_SHARE * len(texts)), rel=0.2)
        assert left == sum(is_left_out(text, len(texts)) for text in texts)


def test_what_only_sounds_like_a_sign_is_drawn_apart_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: dict[str, str] = {}

    def adapt(texts: Sequence[str], labels: Sequence[str], source: Path, target: Path, *_: Any) -> None:
        drawn.update(zip(texts, labels))
        for name in FILES:
            (target / name).write_bytes((source / name).read_bytes())

    monkeypatch.setattr("latch.encoder.adapt.adapt", adapt)
    adapted = MeaningFeaturizer.create({**_config(), "rounds": 1.0}, LocalModelStorage(tmp_path), RESOURCE, CONTEXT)
    kinds = {
        "milk": {"intent": "milk"},
        "limp": {DANGER: "floppy"},
        "floppy hat": {DANGER: HARMLESS, RESEMBLES: "floppy"},
        "scary": {DANGER: HARMLESS},
    }
    adapted.train(
        TrainingData([Message({TEXT: f"{text} {n}", **kind}) for text, kind in kinds.items() for n in range(8)])
    )
    labels = {kind: {label for text, label in drawn.items() if text.startswith(kind)} for kind in kinds}
    assert all(len(found) == 1 for found in labels.values())
    assert len(set.union(*labels.values())) == len(kinds)


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
