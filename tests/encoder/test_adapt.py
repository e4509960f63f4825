"""Adapting draws the texts of one label together, and writes an encoder of the same form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latch.encoder import adapt as adapting
from latch.encoder.runtime import DEFAULT_FOLDER, DIMENSIONS, FILES, TOKENIZER_FILE, SentenceEncoder

SOURCE = Path(__file__).parents[2] / DEFAULT_FOLDER
# Texts of one label are no nearer to one another than to the others, as far as the published encoder knows.
LABELLED = {
    "one": ["how is milk made", "my baby bites me when nursing", "does the cold harm frozen milk"],
    "two": ["can I drink coffee", "is my milk enough for twins", "she pulls my hair at the breast"],
    "three": ["when do babies sleep through", "pumping hurts so much", "he is two and still nurses at night"],
    "four": ["my breast is hard and red", "which solid foods come first", "how do I get him to latch"],
}
TEXTS = [text for texts in LABELLED.values() for text in texts]
LABELS = [label for label, texts in LABELLED.items() for _ in texts]
STEPS = 15

Progress = list[tuple[int, int]]


@pytest.fixture(scope="module")
def adapted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Progress]:
    """Return where an encoder stands that was adapted in a few steps, and what was told of them."""
    target = tmp_path_factory.mktemp("adapted")
    told: Progress = []
    with pytest.MonkeyPatch.context() as patch:
        # It is made for hundreds of labels: of four, each is surer from the start than smoothing allows.
        patch.setattr(adapting, "SMOOTHING", 0.0)
        rounds = STEPS * adapting.BATCH / len(TEXTS)
        adapting.adapt(TEXTS, LABELS, SOURCE, target, rounds, lambda done, of: told.append((done, of)))
    return target, told


def _apart(encoder: SentenceEncoder) -> tuple[float, float]:
    """Return the mean cosine of texts of one label, and that of texts of two."""
    vectors = encoder.encode(TEXTS)
    cosines = vectors @ vectors.T
    same = np.array([[one == other for other in LABELS] for one in LABELS])
    itself = np.eye(len(TEXTS), dtype=bool)
    return float(cosines[same & ~itself].mean()), float(cosines[~same].mean())


def test_texts_of_one_label_move_together_and_away_from_the_others(adapted: tuple[Path, Progress]) -> None:
    together_before, others_before = _apart(SentenceEncoder.from_folder(SOURCE))
    together, others = _apart(SentenceEncoder.from_folder(adapted[0]))
    assert together_before - others_before < 0.02
    assert together > together_before
    assert together - others > 0.15


def test_the_files_are_those_that_the_encoder_loads(adapted: tuple[Path, Progress]) -> None:
    folder, _ = adapted
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert (folder / TOKENIZER_FILE).read_bytes() == (SOURCE / TOKENIZER_FILE).read_bytes()
    vectors = SentenceEncoder.from_folder(folder).encode(["how is milk made", "", "母乳", "milk " * 500])
    assert vectors.shape == (4, DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-4)


def test_what_was_not_asked_about_keeps_its_meaning(adapted: tuple[Path, Progress]) -> None:
    text = "the weather is fine and the train is late"
    before, after = (SentenceEncoder.from_folder(folder).encode([text])[0] for folder in (SOURCE, adapted[0]))
    assert float(before @ after) > 0.7


def test_every_step_is_told(adapted: tuple[Path, Progress]) -> None:
    assert adapted[1] == [(done, STEPS) for done in range(1, STEPS + 1)]
