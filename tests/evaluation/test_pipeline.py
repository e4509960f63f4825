from __future__ import annotations

from pathlib import Path

import pytest

from latch.encoder.runtime import DEFAULT_FOLDER
from latch.evaluation.pipeline import CLASSIFIER, Predict, settings, train
from tests.evaluation.texts import EXAMPLES

ENCODER = Path(__file__).parents[2] / DEFAULT_FOLDER
CONFIG = f"""\
pipeline:
- name: latch.nlu.reader.MessageReader
- name: latch.nlu.language.LanguageTokenizer
- name: RegexEntityExtractor
- name: latch.nlu.meaning.MeaningFeaturizer
  encoder: {ENCODER}
- name: latch.nlu.classifier.TopicClassifier
  networks: 1
  epochs: 1
- name: FallbackClassifier
  threshold: 0.9
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a configuration that trains fast."""
    path = tmp_path_factory.mktemp("config") / "config.yml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def predict(config: Path) -> Predict:
    """Return what was trained on a few examples."""
    return train(EXAMPLES, config)


def test_what_was_learnt_is_predicted(predict: Predict) -> None:
    found = predict("the milk is made somewhere in the breast")
    assert found.label == "made"
    assert 0.5 < found.confidence <= 1


def test_below_the_threshold_the_label_stands_too(predict: Predict) -> None:
    assert predict("something about tax returns").label in ("made", "bites")


def test_what_cannot_be_read_has_no_label(predict: Predict) -> None:
    found = predict("!!!")
    assert (found.label, found.confidence) == ("", 0.0)


def test_settings_are_those_of_the_configuration(config: Path) -> None:
    found = settings(config)
    assert found[CLASSIFIER]["epochs"] == 1
    assert "RegexEntityExtractor" not in found


def test_the_project_has_a_classifier() -> None:
    found = settings()
    assert found[CLASSIFIER]["networks"] >= 1
    assert "DangerDetector" not in found
