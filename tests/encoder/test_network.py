"""The network gives what the published model gives, and in 8 bits nearly so."""

from __future__ import annotations

import os

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from tokenizers import Tokenizer

from latch.encoder.export import published_weights, weights_folder
from latch.encoder.network import network, quantised
from latch.encoder.runtime import TOKENIZER_FILE

TEXTS = [
    "how is milk made",
    "He is ten weeks old, feeds every hour in the evening and I wonder whether that is normal or if I have run dry.",
    "hi",
    "母乳",
]
Vectors = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def model() -> onnx.ModelProto:
    return network(published_weights())


@pytest.fixture(scope="module")
def pieces() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the word pieces of the texts, the shorter ones padded, and their mask."""
    tokenizer = Tokenizer.from_file(str(weights_folder() / TOKENIZER_FILE))
    tokenizer.no_padding()
    found = [encoding.ids for encoding in tokenizer.encode_batch(TEXTS)]
    width = max(map(len, found))
    ids = np.array([[*row, *[0] * (width - len(row))] for row in found], np.int64)
    mask = np.array([[1] * len(row) + [0] * (width - len(row)) for row in found], np.int64)
    return ids, mask


@pytest.fixture(scope="module")
def published(pieces: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]) -> Vectors:
    """Return the vectors of the published model as its own library computes them."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from transformers import TFBertModel

    ids, mask = pieces
    states = TFBertModel.from_pretrained(str(weights_folder()))(input_ids=ids, attention_mask=mask)
    weights = mask[:, :, None].astype(np.float32)
    mean = (states.last_hidden_state.numpy() * weights).sum(axis=1) / weights.sum(axis=1)
    return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), np.float32)


def vectors(model: bytes, pieces: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]) -> Vectors:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    found: Vectors = session.run(["embedding"], {"input_ids": pieces[0], "attention_mask": pieces[1]})[0]
    return found


def test_in_full_precision_it_gives_the_published_vectors(
    model: onnx.ModelProto, pieces: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]], published: Vectors
) -> None:
    assert vectors(model.SerializeToString(), pieces) == pytest.approx(published, abs=1e-5)


def test_in_8_bits_the_vectors_stay_where_they_are(
    model: onnx.ModelProto, pieces: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]], published: Vectors
) -> None:
    small = quantised(model)
    assert len(small) < 0.27 * len(model.SerializeToString())
    cosines = (vectors(small, pieces) * published).sum(axis=1)
    assert cosines.min() > 0.97
