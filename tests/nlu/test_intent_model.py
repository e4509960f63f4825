"""The classifier's model: trained on a few examples, saved without code, loaded as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latch.nlu.intent_model import INTENTS_FILE, WEIGHTS_FILE, IntentModel, Matrix, softmax

WORDS = {"milk": "milk supply made breast", "bite": "bites teeth hurts ouch", "sleep": "night sleep wakes tired"}
TEXTS = [
    f"{first} {second} {end}"
    for line in WORDS.values()
    for first, second, end in [
        (a, b, c) for a in line.split()[:2] for b in line.split()[2:] for c in ("why", "how", "please")
    ]
]
LABELS = [name for name in WORDS for _ in range(12)]


def _meanings(texts: list[str]) -> Matrix:
    """Return made-up meanings: one direction an intent, and noise that is the same for the same text."""
    rows = []
    for text in texts:
        noise = np.random.default_rng(sum(text.encode())).standard_normal(8) * 0.1
        noise[[any(word in text for word in line.split()) for line in WORDS.values()].index(True)] += 1
        rows.append(noise)
    return np.asarray(rows, dtype=np.float32)


def _fit() -> IntentModel:
    return IntentModel.fit(TEXTS, _meanings(TEXTS), LABELS, networks=1)


@pytest.fixture(scope="module")
def model() -> IntentModel:
    """Return the model of a few examples."""
    return _fit()


def _likely(model: IntentModel, texts: list[str]) -> Matrix:
    return model.probabilities(model.scores(texts, _meanings(texts)))


def test_the_intents_are_those_of_the_examples(model: IntentModel) -> None:
    assert model.intents == sorted(WORDS)


def test_an_unseen_text_gets_the_intent_that_it_is_like(model: IntentModel) -> None:
    likely = _likely(model, ["is my milk supply low", "the bites hurt", "awake all night"])
    assert [model.intents[index] for index in likely.argmax(axis=1)] == ["milk", "bite", "sleep"]


def test_probabilities_of_a_text_sum_to_one(model: IntentModel) -> None:
    likely = _likely(model, TEXTS)
    assert likely.shape == (len(TEXTS), len(WORDS))
    assert likely.sum(axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    assert likely.min() >= 0


def test_probabilities_rank_as_scores_do(model: IntentModel) -> None:
    scores = model.scores(TEXTS, _meanings(TEXTS))
    assert np.array_equal(scores.argmax(axis=1), model.probabilities(scores).argmax(axis=1))


def test_only_examples_that_the_encoder_has_not_seen_tell_how_sure_one_may_be() -> None:
    """The networks are those of all examples; where the unseen ones are wrong, they are less sure."""
    odd = TEXTS[::4]
    texts = [*TEXTS, *odd]
    wrong = [list(WORDS)[(list(WORDS).index(label) + 1) % len(WORDS)] for label in LABELS[::4]]
    labels = [*LABELS, *wrong]
    right_unseen = [number < len(TEXTS) and number % 2 == 1 for number in range(len(texts))]
    wrong_unseen = [number >= len(TEXTS) for number in range(len(texts))]
    sure, unsure = (
        IntentModel.fit(texts, _meanings(texts), labels, networks=1, unseen=unseen)
        for unseen in (right_unseen, wrong_unseen)
    )
    assert np.array_equal(sure.scores(TEXTS, _meanings(TEXTS)), unsure.scores(TEXTS, _meanings(TEXTS)))
    assert _likely(sure, TEXTS).max(axis=1).mean() > _likely(unsure, TEXTS).max(axis=1).mean() + 0.1


def test_where_the_encoder_has_seen_every_example_it_is_calibrated_as_by_default(model: IntentModel) -> None:
    seen = IntentModel.fit(TEXTS, _meanings(TEXTS), LABELS, networks=1, unseen=[False] * len(TEXTS))
    assert np.array_equal(_likely(seen, TEXTS), _likely(model, TEXTS))


def test_what_is_saved_is_loaded(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    loaded = IntentModel.load(tmp_path)
    assert loaded.intents == model.intents
    assert _likely(loaded, TEXTS) == pytest.approx(_likely(model, TEXTS), abs=1e-5)


def test_the_same_examples_give_the_same_model(model: IntentModel) -> None:
    assert np.array_equal(_likely(_fit(), TEXTS), _likely(model, TEXTS))


def test_what_is_saved_holds_no_code(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    assert {INTENTS_FILE, WEIGHTS_FILE} <= {path.name for path in tmp_path.iterdir()}
    for path in tmp_path.iterdir():
        assert path.suffix in (".json", ".npz")
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                assert all(arrays[name].dtype.kind in "fiu" for name in arrays.files)


def test_no_score_is_too_large_for_a_probability() -> None:
    assert softmax(np.asarray([[1e4, -1e4, 0.0]], dtype=np.float32)).tolist() == [[1.0, 0.0, 0.0]]
