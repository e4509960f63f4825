"""TopicClassifier ranks the intents of a message and finds the separate questions in it."""

from __future__ import annotations

from collections.abc import Callable
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
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.encoder.runtime import DEFAULT_FOLDER
from latch.nlu.classifier import FOLLOWS_CONFIDENCE, FOLLOWS_GAIN, TopicClassifier
from latch.nlu.constants import (
    CONTEXT_VECTORS,
    FOLLOWS,
    LAST_TOPIC,
    QUESTIONS,
    SEGMENT_VECTORS,
    SEGMENTS,
    SUBJECTS,
    UNREADABLE,
)
from latch.nlu.intent_model import IntentModel, Matrix
from latch.nlu.language import LanguageTokenizer
from latch.nlu.meaning import MeaningFeaturizer
from latch.nlu.segments import Segment
from latch.responses import FORM, FORM_SHORT, KIND_OUTSIDE, KIND_TOPIC, TOPIC, packed

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
SUBJECT_OF = {"milk_made": "milk", "biting": "latching", "coffee": "milk"}
RESPONSES = {
    f"utter_{name}": [{"text": "...", "metadata": packed({"kind": KIND_TOPIC, "title": name, "category": subject})}]
    for name, subject in SUBJECT_OF.items()
} | {"utter_biting_short": [{"text": "...", "metadata": packed({TOPIC: "biting", FORM: FORM_SHORT})}]}

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
    classifier.train(meaning.process_training_data(TrainingData(examples, responses=RESPONSES)))
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


@pytest.mark.parametrize("text", ["how is milk made", "he keeps biting", "is a latte ok", "my sister told me"])
def test_a_subject_is_as_likely_as_its_intents_together(
    classifier: TopicClassifier, understand: Understand, text: str
) -> None:
    found = understand(classifier, text)
    likely = dict.fromkeys(SUBJECT_OF.values(), 0.0)
    for entry in found["intent_ranking"]:
        likely[SUBJECT_OF[entry["name"]]] += entry["confidence"]
    told = {entry["name"]: entry["confidence"] for entry in found[SUBJECTS]}
    assert told == pytest.approx(likely, abs=1e-5)
    assert list(told.values()) == sorted(told.values(), reverse=True)
    assert SUBJECT_OF[found["intent"]["name"]] == found[SUBJECTS][0]["name"]


def test_two_questions_are_found_in_the_order_asked(classifier: TopicClassifier, understand: Understand) -> None:
    assert understand(classifier, "Can I drink coffee? And how is milk made?")[QUESTIONS] == ["coffee", "milk_made"]


def test_one_question_in_two_sentences_is_one(classifier: TopicClassifier, understand: Understand) -> None:
    assert understand(classifier, "My baby bites me. How do I stop the biting?")[QUESTIONS] == []
    assert understand(classifier, "how is milk made")[QUESTIONS] == []


def test_an_unreadable_message_has_no_intent(classifier: TopicClassifier, understand: Understand) -> None:
    found = understand(classifier, "😢", **{UNREADABLE: "no_words"})
    assert found["intent"] == {"name": None, "confidence": 0.0}
    assert found["intent_ranking"] == []
    assert found[SUBJECTS] == []
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
        assert [entry["name"] for entry in first[SUBJECTS]] == [entry["name"] for entry in second[SUBJECTS]]


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


# What the classifier makes of probabilities


class _Scored(IntentModel):
    """A model that gives texts the probabilities of a test."""

    def __init__(self, probabilities: dict[str, dict[str, float]]) -> None:
        self.intents = sorted({name for row in probabilities.values() for name in row})
        self._rows = {
            text: [np.log(row.get(name, 1e-6)) for name in self.intents] for text, row in probabilities.items()
        }
        self._slope = 1.0

    def scores(self, texts: Any, meanings: Matrix) -> Matrix:
        assert len(texts) == len(meanings)
        return np.asarray([self._rows[text] for text in texts], dtype=np.float32)


TITLE, FOLLOWED = "What is let-down?", "What is let-down? and at night"
OF = {
    "let_down": "milk",
    "milk_made": "milk",
    "leaking": "milk",
    "biting": "latching",
    "night_feeds": "nights",
    "weather": KIND_OUTSIDE,
}


def _classified(
    probabilities: dict[str, dict[str, float]], last: str | None, tmp_path: Path, context: bool = True
) -> dict[str, Any]:
    """Return the output for the message "and at night", read alone and with the title before."""
    classifier = TopicClassifier(CONFIG, LocalModelStorage(tmp_path), RESOURCE, _Scored(probabilities), OF)
    none = np.zeros((1, 2), dtype=np.float32)
    read = {TEXT: "and at night", SEGMENTS: [Segment("and at night", 0)], SEGMENT_VECTORS: none}
    if context:
        read[CONTEXT_VECTORS] = ([TITLE, FOLLOWED], np.zeros((2, 2), dtype=np.float32))
    slot = TextSlot(LAST_TOPIC, mappings=[{}])
    tracker = DialogueStateTracker.from_events("sender", [SlotSet(LAST_TOPIC, last)], slots=[slot])
    return classifier.process([Message(read)], tracker)[0].as_dict(only_output_properties=True)


ALONE = {"and at night": {"let_down": 0.3, "milk_made": 0.2, "biting": 0.4, "night_feeds": 0.1}}
ABOUT = {TITLE: {"let_down": 0.9, "night_feeds": 0.03, "biting": 0.03, "weather": 0.04}}


def test_the_intent_is_the_likeliest_of_the_likeliest_subject(tmp_path: Path) -> None:
    """Biting is the likeliest intent alone; milk is the likelier subject."""
    found = _classified(ALONE, None, tmp_path)
    assert found["intent"] == {"name": "let_down", "confidence": pytest.approx(0.3, abs=1e-4)}
    ranked = [entry["name"] for entry in found["intent_ranking"]]
    assert ranked == ["let_down", "biting", "milk_made", "night_feeds"]
    subjects = {entry["name"]: entry["confidence"] for entry in found[SUBJECTS]}
    assert subjects == pytest.approx({"milk": 0.5, "latching": 0.4, "nights": 0.1}, abs=1e-4)


def test_a_short_message_leads_to_the_topic_that_it_means_after_the_last(tmp_path: Path) -> None:
    after = {FOLLOWED: {"let_down": 0.5, "night_feeds": 0.4, "biting": 0.05, "weather": 0.05}}
    assert _classified({**ALONE, **ABOUT, **after}, "let_down", tmp_path)[FOLLOWS] == "night_feeds"


def test_a_short_message_that_adds_nothing_leads_nowhere(tmp_path: Path) -> None:
    """The words that follow favour no topic over the last one by enough."""
    assert _classified({**ALONE, **ABOUT, FOLLOWED: ABOUT[TITLE]}, "let_down", tmp_path)[FOLLOWS] == ""
    gain = np.exp(FOLLOWS_GAIN)
    for factor, follows in ((0.9 * gain, ""), (1.1 * gain, "night_feeds")):
        after = {FOLLOWED: {"let_down": 0.9, "night_feeds": 0.03 * factor, "biting": 0.001, "weather": 0.01}}
        assert _classified({**ALONE, **ABOUT, **after}, "let_down", tmp_path)[FOLLOWS] == follows


def test_a_short_message_that_may_mean_many_topics_leads_nowhere(tmp_path: Path) -> None:
    for share, follows in ((FOLLOWS_CONFIDENCE - 0.02, ""), (FOLLOWS_CONFIDENCE + 0.02, "night_feeds")):
        rest = (1 - share) / 3
        among = {"night_feeds": share, "biting": rest, "milk_made": rest, "leaking": rest}
        after = {FOLLOWED: {"let_down": 0.1, **{name: 0.9 * value for name, value in among.items()}}}
        assert _classified({**ALONE, **ABOUT, **after}, "let_down", tmp_path)[FOLLOWS] == follows


def test_a_short_message_leads_to_no_subject_from_outside(tmp_path: Path) -> None:
    after = {FOLLOWED: {"let_down": 0.3, "weather": 0.6, "night_feeds": 0.05, "biting": 0.05}}
    assert _classified({**ALONE, **ABOUT, **after}, "let_down", tmp_path)[FOLLOWS] != "weather"


def test_where_there_is_no_other_topic_a_short_message_leads_nowhere(tmp_path: Path) -> None:
    alone = {text: {"let_down": 0.6, "weather": 0.4} for text in ("and at night", TITLE, FOLLOWED)}
    assert _classified(alone, "let_down", tmp_path)[FOLLOWS] == ""


@pytest.mark.parametrize(("last", "context"), [(None, True), ("unheard_of", True), ("let_down", False)])
def test_a_message_that_is_read_alone_follows_nothing(tmp_path: Path, last: str | None, context: bool) -> None:
    after = {FOLLOWED: {"let_down": 0.5, "night_feeds": 0.5}}
    assert FOLLOWS not in _classified({**ALONE, **ABOUT, **after}, last, tmp_path, context)
