"""The sentence encoder turns sentences into unit vectors that are close where the meaning is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latch.encoder import EncoderMissingError, SentenceEncoder
from latch.encoder.runtime import BATCH, DEFAULT_FOLDER, DIMENSIONS, FILES, MAX_PIECES, MODEL_FILE

FOLDER = Path(__file__).parents[2] / DEFAULT_FOLDER


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    """Return the exported encoder."""
    if not all((FOLDER / name).is_file() for name in FILES):
        pytest.skip("the encoder is not exported: run `make encoder`")
    return SentenceEncoder.from_folder(FOLDER)


@pytest.mark.parametrize("there", [[], [MODEL_FILE]])
def test_a_missing_encoder_names_the_command_that_makes_it(tmp_path: Path, there: list[str]) -> None:
    for name in there:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(EncoderMissingError, match="make encoder") as caught:
        SentenceEncoder.from_folder(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_text_has_a_unit_vector(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(["how is milk produced", "", "😢", "母乳", "milk " * 2000])
    assert vectors.shape == (5, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-4)


def test_no_text_has_no_vector(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_the_same_meaning_in_other_words_is_nearer_than_another_meaning(encoder: SentenceEncoder) -> None:
    asked, same, other = encoder.encode(
        ["how is milk produced", "where does breast milk come from", "my baby bites me while nursing"]
    )
    assert asked @ same > asked @ other + 0.2


def test_vectors_come_in_the_order_of_their_texts(encoder: SentenceEncoder) -> None:
    """Texts of one length run together; more of them than one batch holds."""
    texts = [f"{'very ' * (number % 7)}question {number}" for number in range(2 * BATCH + 3)]
    together = encoder.encode(texts)
    for index in (0, 6, BATCH, len(texts) - 1):
        # 8-bit activations are scaled over a whole batch, so a neighbour shifts a vector a little.
        closeness = together @ encoder.encode([texts[index]])[0]
        assert int(closeness.argmax()) == index
        assert closeness[index] > 0.95


def test_what_stands_behind_the_longest_length_changes_nothing(encoder: SentenceEncoder) -> None:
    long = "milk " * (2 * MAX_PIECES)
    first, second = (encoder.encode([text])[0] for text in (long, long + "the weather is fine"))
    assert first @ second == pytest.approx(1.0, abs=1e-5)


def test_an_encoder_encodes_the_same_text_alike(encoder: SentenceEncoder) -> None:
    assert np.array_equal(encoder.encode(["is it normal?"]), encoder.encode(["is it normal?"]))
