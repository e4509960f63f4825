"""TopicClassifier ranks the intents of a message and finds the separate questions in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.encoder.runtime import DEFAULT_FOLDER
from latch.nlu.classifier import TopicClassifier
from latch.nlu.constants import QUESTIONS, UNREADABLE
from latch.nlu.language import LanguageTokenizer
from latch.nlu.meaning import MeaningFeaturizer

ENCODER = Path(__file__).parents[2] / DEFAULT_FOLDER
RESOURCE = Resource("classifier")
CONTEXT = ExecutionContext(GraphSchema({}), node_name="classifier")
CONFIG = {**TopicClassifier.get_default_config(), "networks": 1}
EXAMPLES = {
    "milk_made": [
        "how is milk made",
        "where does breast milk come from",
        "what makes my body produce milk",
        "how do breasts make milk",
        "tell me how milk is produced",
        "explain milk production",
    ],
    "biting": [
        "my baby bites me",
        "what do I do when he bites the nipple",
        "she bit me while nursing",
        "how do I stop the biting",
        "biting hurts so much",
        "help, baby is biting during feeds",
    ],
    "coffee": [
        "can I drink coffee",
        "is caffeine safe when nursing",
        "how many cups of coffee a day",
        "does coffee get into milk",
        "am I allowed espresso",
        "is tea with caffeine all right",
    ],
}

Understand = Callable[[TopicClassifier, str], dict[str, Any]]


@pytest.fixture(scope="module")
def meaning(tmp_path_factory: pytest.TempPathFactory) -> MeaningFeaturizer:
    """Return the featurizer that stands before the classifier."""
    config = {**MeaningFeaturizer.get_default_config(), "encoder": str(ENCODER)}
    storage = LocalModelStorage(tmp_path_factory.mktemp("meaning"))
    return MeaningFeaturizer.create(config, storage, Resource("meaning"), CONTEXT)


@pytest.fixture(scope="module")
def understand(tokenizer: LanguageTokenizer, meaning: MeaningFeaturizer) -> Understand:
    """Return what gives the output of a classifier for a text."""

    def output(classifier: TopicClassifier, text: str, **marks: Any) -> dict[str, Any]:
        message = meaning.process(tokenizer.process([Message({TEXT: text, **marks})]))[0]
        return classifier.process([message])[0].as_dict(only_output_properties=True)

    return output


def _trained(meaning: MeaningFeaturizer, folder: Path) -> TopicClassifier:
    examples = [Message.build(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    classifier = TopicClassifier.create(CONFIG, LocalModelStorage(folder), RESOURCE, CONTEXT)
    classifier.train(meaning.process_training_data(TrainingData(examples)))
    return classifier


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the classifier is stored."""
    return tmp_path_factory.mktemp("classifier")


@pytest.fixture(scope="module")
def classifier(meaning: MeaningFeaturizer, folder: Path) -> TopicClassifier:
    """Return the classifier, trained on a few examples."""
    return _trained(meaning, folder)


@pytest.mark.parametrize(
    ("text", "intent"),
    [("how does my milk get made", "milk_made"), ("he keeps biting", "biting"), ("is a latte ok", "coffee")],
)
def test_a_message_gets_its_intent(classifier: TopicClassifier, understand: Understand, text: str, intent: str) -> None:
    assert understand(classifier, text)["intent"]["name"] == intent


def test_every_intent_is_ranked_the_likeliest_first(classifier: TopicClassifier, understand: Understand) -> None:
    found = understand(classifier, "how is milk made")
    confidences = [entry["confidence"] for entry in found["intent_ranking"]]
    assert found["intent_ranking"][0] == found["intent"]
    assert len(confidences) == len(EXAMPLES)
    assert confidences == sorted(confidences, reverse=True)


def test_two_questions_are_found_in_the_order_asked(classifier: TopicClassifier, understand: Understand) -> None:
    assert understand(classifier, "Can I drink coffee? And how is milk made?")[QUESTIONS] == ["coffee", "milk_made"]


def test_one_question_in_two_sentences_is_one(classifier: TopicClassifier, understand: Understand) -> None:
    assert understand(classifier, "My baby bites me. How do I stop the biting?")[QUESTIONS] == []
    assert understand(classifier, "how is milk made")[QUESTIONS] == []


def test_an_unreadable_message_has_no_intent(classifier: TopicClassifier, understand: Understand) -> None:
    found = understand(classifier, "😢", **{UNREADABLE: "no_words"})
    assert found["intent"] == {"name": None, "confidence": 0.0}
    assert found["intent_ranking"] == []
    assert found[QUESTIONS] == []


def test_an_untrained_classifier_knows_no_intent(understand: Understand, tmp_path: Path) -> None:
    untrained = TopicClassifier.create(CONFIG, LocalModelStorage(tmp_path), RESOURCE, CONTEXT)
    assert understand(untrained, "how is milk made")["intent"]["name"] is None


def test_what_was_trained_is_loaded(classifier: TopicClassifier, understand: Understand, folder: Path) -> None:
    loaded = TopicClassifier.load(CONFIG, LocalModelStorage(folder), RESOURCE, CONTEXT)
    for text in ("is my coffee safe", "Can I drink coffee? And how is milk made?"):
        first, second = understand(classifier, text), understand(loaded, text)
        assert first["intent"]["name"] == second["intent"]["name"]
        assert first["intent"]["confidence"] == pytest.approx(second["intent"]["confidence"], abs=1e-5)
        assert first[QUESTIONS] == second[QUESTIONS]


def test_training_again_gives_the_same(
    classifier: TopicClassifier, understand: Understand, meaning: MeaningFeaturizer, tmp_path: Path
) -> None:
    again = _trained(meaning, tmp_path)
    assert understand(again, "is my coffee safe") == understand(classifier, "is my coffee safe")


def test_the_archive_holds_no_pickle(classifier: TopicClassifier, folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert {path.suffix for path in files} <= {".json", ".npz"}


def test_examples_of_one_intent_are_too_few(tmp_path: Path, meaning: MeaningFeaturizer) -> None:
    data = meaning.process_training_data(TrainingData([Message.build("how is milk made", "milk_made")]))
    classifier = TopicClassifier.create(CONFIG, LocalModelStorage(tmp_path), RESOURCE, CONTEXT)
    with pytest.raises(InvalidConfigException, match="two intents"):
        classifier.train(data)


def test_without_a_featurizer_of_meaning_it_says_which(tmp_path: Path) -> None:
    examples = [Message.build(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    classifier = TopicClassifier.create(CONFIG, LocalModelStorage(tmp_path), RESOURCE, CONTEXT)
    with pytest.raises(InvalidConfigException, match="MeaningFeaturizer"):
        classifier.train(TrainingData(examples))
