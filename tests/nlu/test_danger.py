"""DangerDetector finds danger signs beside the topics: by pattern and by what it learnt from examples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.encoder.runtime import DEFAULT_FOLDER
from latch.nlu.constants import DANGER, DANGERS, FOREIGN, SAID, UNREADABLE
from latch.nlu.danger import DangerDetector
from latch.nlu.language import LanguageTokenizer
from latch.nlu.meaning import MeaningFeaturizer
from latch.safety.detector import HARMLESS, PATTERN, RECOGNISER
from tests.content.conftest import Data
from tests.content.sign import SIGN, SIGN_FILE, with_sign

ENCODER = Path(__file__).parents[2] / DEFAULT_FOLDER
RESOURCE = Resource("danger")
CONTEXT = ExecutionContext(GraphSchema({}), node_name="danger")
COLD = SIGN.replace("A limp baby\n", "A cold newborn\n").replace("  say:\n", "  age: {under: 3}\n  say:\n")
LIMP = [
    "my baby is limp and pale",
    "he feels like a rag doll and does not look at me",
    "she hangs in my arms without any strength",
    "baby went all floppy and does not respond",
    "his head just falls back, no strength at all",
    "she is like a wet towel and I cannot rouse her",
    "he is so weak that his arms fall down",
    "lifeless in my arms, eyes half open",
]
ORDINARY = [
    "how is milk made",
    "can I drink coffee when nursing",
    "my baby bites me",
    "how long does milk keep in the fridge",
    "does pumping hurt",
    "when do I start solid food",
    "is green poo normal",
    "how often should she feed",
]
HARMLESS_ONES = [
    "my coffee is limp and lukewarm",
    "floppy sun hat for nursing outside",
    "my arms are tired from holding",
]

Understand = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """Return a data folder with two danger signs: one of any age, one of newborns."""
    folder = with_sign(Data(tmp_path_factory.mktemp("signs") / "data"))
    folder.write("safety/baby/baby_cold.yml", COLD.replace('"<baby> ... limp"', "temperature<36"))
    return folder


@pytest.fixture(scope="module")
def meaning(tmp_path_factory: pytest.TempPathFactory) -> MeaningFeaturizer:
    """Return the featurizer that stands before the detector."""
    config = {**MeaningFeaturizer.get_default_config(), "encoder": str(ENCODER), "rounds": 0}
    storage = LocalModelStorage(tmp_path_factory.mktemp("meaning"))
    return MeaningFeaturizer.create(config, storage, Resource("meaning"), CONTEXT)


def _config(data: Data) -> dict[str, Any]:
    return {**DangerDetector.get_default_config(), "data": str(data.folder), "networks": 1}


def _training_data() -> TrainingData:
    asked = [Message.build(text, "ask") for text in ORDINARY]
    signs = [Message({TEXT: text, DANGER: "baby_limp"}) for text in LIMP]
    return TrainingData([*asked, *signs, *(Message({TEXT: text, DANGER: HARMLESS}) for text in HARMLESS_ONES)])


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    """Return where the detector is stored."""
    return LocalModelStorage(tmp_path_factory.mktemp("danger"))


@pytest.fixture(scope="module")
def trained(data: Data, meaning: MeaningFeaturizer, kept: LocalModelStorage) -> DangerDetector:
    """Return the detector, trained on a few examples."""
    detector = DangerDetector.create(_config(data), kept, RESOURCE, CONTEXT)
    detector.train(meaning.process_training_data(_training_data()))
    return detector


@pytest.fixture(scope="module")
def dangers(tokenizer: LanguageTokenizer, meaning: MeaningFeaturizer) -> Understand:
    """Return what gives the dangers that a detector finds in a text."""

    def found(
        detector: DangerDetector, text: str, tracker: DialogueStateTracker | None = None, **marks: Any
    ) -> list[dict[str, Any]]:
        (message,) = meaning.process(tokenizer.process([Message({TEXT: text, **marks})]))
        output = detector.process([message], tracker)[0].as_dict(only_output_properties=True)
        return list(output[DANGERS])

    return found


def _age(months: float) -> dict[str, Any]:
    return {"entity": "baby_age", "value": months, "start": 0, "end": 1}


def _tracker(months: float | None) -> DialogueStateTracker:
    domain = Domain.from_dict({"slots": {"baby_age": {"type": "any", "mappings": [{"type": "custom"}]}}})
    tracker = DialogueStateTracker("test", domain.slots)
    tracker.update(SlotSet("baby_age", months))
    return tracker


def test_a_danger_says_sign_urgency_words_and_how_it_was_found(trained: DangerDetector, dangers: Understand) -> None:
    (danger,) = dangers(trained, "Can I feed him? He has gone limp.")
    assert 0 <= danger.pop("confidence") <= 1
    assert danger == {"sign": "baby_limp", "urgency": "emergency", "words": "He has gone limp", "by": PATTERN}


def test_indirect_words_are_recognised(trained: DangerDetector, dangers: Understand) -> None:
    (danger,) = dangers(trained, "she hangs in my arms like a rag doll, no strength at all")
    assert (danger["sign"], danger["by"]) == ("baby_limp", RECOGNISER)
    assert danger["confidence"] >= DangerDetector.get_default_config()["threshold"]


@pytest.mark.parametrize(
    "text", ["how is milk made", "can I drink coffee", "no, he is not limp", "my coffee is lukewarm"]
)
def test_a_message_without_danger_has_an_empty_list(trained: DangerDetector, dangers: Understand, text: str) -> None:
    assert dangers(trained, text) == []


@pytest.mark.parametrize(
    ("entities", "signs"),
    [
        ([], []),
        ([_age(1.0)], ["baby_cold"]),
        ([_age(8.0)], []),
        ([_age(36.0), _age(1.0)], ["baby_cold"]),
        ([{"entity": "baby_age_group", "value": "newborn", "start": 0, "end": 1}], ["baby_cold"]),
        ([{"entity": "baby_age_group", "value": "toddler", "start": 0, "end": 1}], []),
    ],
)
def test_the_age_in_the_message_counts_and_of_several_the_youngest(
    trained: DangerDetector, dangers: Understand, entities: list[dict[str, Any]], signs: list[str]
) -> None:
    assert [one["sign"] for one in dangers(trained, "it says 35.1", **{ENTITIES: entities})] == signs


@pytest.mark.parametrize(("months", "signs"), [(None, []), (1.0, ["baby_cold"]), (8.0, [])])
def test_an_age_said_earlier_counts(
    trained: DangerDetector, dangers: Understand, months: float | None, signs: list[str]
) -> None:
    assert [one["sign"] for one in dangers(trained, "it says 35.1", _tracker(months))] == signs


def test_an_age_in_the_message_counts_before_an_earlier_one(trained: DangerDetector, dangers: Understand) -> None:
    assert dangers(trained, "it says 35.1", _tracker(1.0), **{ENTITIES: [_age(8.0)]}) == []


def test_patterns_read_what_was_typed(trained: DangerDetector, dangers: Understand) -> None:
    (danger,) = dangers(trained, "he is soft", **{SAID: "hes  LIMP!"})
    assert danger["words"] == "hes  LIMP"


@pytest.mark.parametrize("why", [f"{FOREIGN}_es", FOREIGN, "unknown_words"])
def test_what_is_plainly_said_counts_in_a_message_that_is_not_understood(
    trained: DangerDetector, dangers: Understand, why: str
) -> None:
    (danger,) = dangers(trained, "mi bebe, he is limp, que hago", **{UNREADABLE: why})
    assert (danger["sign"], danger["by"], danger["confidence"]) == ("baby_limp", PATTERN, 0.0)


@pytest.mark.parametrize("text", ["", "😢", "38", "¿qué hago?"])
def test_nothing_that_can_be_read_is_no_danger(trained: DangerDetector, dangers: Understand, text: str) -> None:
    assert dangers(trained, text, **{UNREADABLE: "no_words"}) == []


def test_an_untrained_detector_finds_nothing(data: Data, dangers: Understand, tmp_path: Path) -> None:
    detector = DangerDetector.create(_config(data), LocalModelStorage(tmp_path), RESOURCE, CONTEXT)
    assert dangers(detector, "he is limp") == []


def test_what_was_learnt_is_loaded(
    trained: DangerDetector, data: Data, kept: LocalModelStorage, dangers: Understand
) -> None:
    loaded = DangerDetector.load(_config(data), kept, RESOURCE, CONTEXT)
    for text in ("he has gone limp", "she hangs in my arms like a rag doll, no strength at all", "how is milk made"):
        assert dangers(loaded, text) == dangers(trained, text)


def test_without_signs_or_examples_it_is_not_trained(data: Data, meaning: MeaningFeaturizer, tmp_path: Path) -> None:
    detector = DangerDetector.create(_config(data), LocalModelStorage(tmp_path / "one"), RESOURCE, CONTEXT)
    only_asked = TrainingData([Message.build(text, "ask") for text in ORDINARY])
    with pytest.raises(InvalidConfigException, match="needs danger signs"):
        detector.train(meaning.process_training_data(only_asked))
    plain = Data(tmp_path / "data")
    detector = DangerDetector.create(_config(plain), LocalModelStorage(tmp_path / "two"), RESOURCE, CONTEXT)
    with pytest.raises(InvalidConfigException, match="needs danger signs"):
        detector.train(meaning.process_training_data(_training_data()))


def test_another_sign_file_is_another_component(tmp_path: Path) -> None:
    folder = with_sign(Data(tmp_path / "data"))
    before = DangerDetector.fingerprint_addon(_config(folder))
    assert DangerDetector.fingerprint_addon(_config(folder)) == before
    folder.spoil(SIGN_FILE, "<not> move", "<not> stir")
    assert DangerDetector.fingerprint_addon(_config(folder)) != before
