"""Adapts the sentence encoder to the project's own examples, so that near questions lie apart.

The published encoder puts all questions on breastfeeding close together. Here its upper layers are trained a little
further: each text is drawn towards the mean of its label (cosine softmax with label smoothing, Adam). The result has
the form of the exported encoder. Needs requirements-export.txt; nothing of it is needed to run Latch.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latch.encoder.export import published_weights, weights_folder
from latch.encoder.network import network, quantised
from latch.encoder.runtime import MODEL_FILE, TOKENIZER_FILE, Vectors

# Found on our examples, five-fold: with more layers or more rounds the gain per second falls (docs/classifier.md).
FROZEN_LAYERS = 2
RATE = 1.5e-4
BATCH = 32
MAX_PIECES = 48  # what stands behind that in an example is not learnt from
SHARPNESS = 20.0  # of the softmax over cosines
SMOOTHING = 0.1
CENTRE_TEXTS = 12  # so many texts tell where the centre of a label begins: it moves as it learns
CENTRE_RATE = 20.0  # the centres of the labels move so much faster than the weights
_POOL = 16  # batches of similar length are cut from so many shuffled ones

Progress = Callable[[int, int], None]


def adapt(
    texts: Sequence[str],
    labels: Sequence[str],
    source: Path,
    target: Path,
    rounds: float,
    progress: Progress | None = None,
    seed: int = 0,
) -> None:
    """Write into `target` the encoder of `source`, trained further on texts with labels.

    `rounds` is how often it goes through the texts; `progress` is told the steps done and the steps in all.
    """
    weights = _trained(texts, labels, rounds, progress or (lambda done, of: None), seed)
    (target / TOKENIZER_FILE).write_bytes((source / TOKENIZER_FILE).read_bytes())
    (target / MODEL_FILE).write_bytes(quantised(network({**published_weights(), **weights})))


def _trained(
    texts: Sequence[str], labels: Sequence[str], rounds: float, progress: Progress, seed: int
) -> dict[str, npt.NDArray[np.float32]]:
    """Return the trained weights by their published names."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["HF_HUB_OFFLINE"] = "1"
    import tensorflow as tf
    from tokenizers import Tokenizer
    from transformers import TFBertModel
    from transformers import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    folder = weights_folder()
    tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    tokenizer.enable_truncation(MAX_PIECES)
    tokenizer.no_padding()
    pieces = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    names, targets = np.unique(np.asarray(labels), return_inverse=True)
    tf.random.set_seed(seed)
    bert = TFBertModel.from_pretrained(str(folder))
    learnt = [variable for variable in bert.trainable_variables if _published_name(variable.name) is not None]
    signature = [tf.TensorSpec([None, None], tf.int64), tf.TensorSpec([None, None], tf.int64)]

    def embed(ids: Any, mask: Any, training: bool) -> Any:
        states = bert(input_ids=ids, attention_mask=mask, training=training).last_hidden_state
        weight = tf.cast(mask, tf.float32)[:, :, None]
        return tf.math.l2_normalize(tf.reduce_sum(states * weight, 1) / tf.reduce_sum(weight, 1), axis=1)

    encode = tf.function(lambda ids, mask: embed(ids, mask, False), input_signature=signature)
    centres = tf.Variable(
        _centres(lambda rows: encode(*_padded([pieces[row] for row in rows])).numpy(), pieces, targets)
    )
    moved = [*learnt, centres]
    means = [tf.Variable(tf.zeros_like(variable)) for variable in moved]
    squares = [tf.Variable(tf.zeros_like(variable)) for variable in moved]

    @tf.function(input_signature=[*signature, tf.TensorSpec([None], tf.int64), *[tf.TensorSpec([])] * 3])
    def step(ids: Any, mask: Any, right: Any, rate: Any, first: Any, second: Any) -> None:
        with tf.GradientTape() as tape:
            unit = tf.math.l2_normalize(centres, axis=1)
            scores = SHARPNESS * tf.matmul(embed(ids, mask, True), unit, transpose_b=True)
            wanted = tf.one_hot(right, len(names)) * (1 - SMOOTHING) + SMOOTHING / len(names)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(wanted, scores))
        for variable, slope, mean, square in zip(moved, tape.gradient(loss, moved), means, squares):
            slope = tf.convert_to_tensor(slope)
            mean.assign(0.9 * mean + 0.1 * slope)
            square.assign(0.99 * square + 0.01 * slope * slope)
            factor = CENTRE_RATE if variable is centres else 1.0
            variable.assign_sub(factor * rate * (mean / first) / (tf.sqrt(square / second) + 1e-8))

    chance = np.random.default_rng(seed)
    steps = max(1, round(rounds * len(pieces) / BATCH))
    for done, rows in zip(range(1, steps + 1), _batches(pieces, chance)):
        rate = RATE * min(1.0, done / (0.1 * steps)) * max(0.02, 1 - done / steps)
        ids, mask = _padded([pieces[row] for row in rows])
        step(ids, mask, tf.constant(targets[rows]), rate, 1 - 0.9**done, 1 - 0.99**done)
        progress(done, steps)
    # A matrix maps rows in TensorFlow, and columns as it is published.
    return {
        str(_published_name(variable.name)): variable.numpy().T if "kernel" in variable.name else variable.numpy()
        for variable in learnt
    }


def _centres(
    encode: Callable[[Sequence[int]], Vectors], pieces: Sequence[Sequence[int]], targets: npt.NDArray[np.intp]
) -> Vectors:
    """Return the mean direction of some texts of each label, shape (labels, dimensions)."""
    some = [row for label in range(int(targets.max()) + 1) for row in np.flatnonzero(targets == label)[:CENTRE_TEXTS]]
    order = sorted(some, key=lambda row: len(pieces[row]))
    total: Vectors | None = None
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        vectors = encode(rows)
        if total is None:
            total = np.zeros((int(targets.max()) + 1, vectors.shape[1]), np.float32)
        np.add.at(total, targets[rows], vectors)
    assert total is not None
    return np.asarray(total / (np.linalg.norm(total, axis=1, keepdims=True) + 1e-9), dtype=np.float32)


def _batches(pieces: Sequence[Sequence[int]], chance: np.random.Generator) -> Any:
    """Yield rows of texts of similar length, without end."""
    while True:
        order = chance.permutation(len(pieces))
        pools = [order[start : start + BATCH * _POOL] for start in range(0, len(order), BATCH * _POOL)]
        rows = [row for pool in pools for row in sorted(pool, key=lambda row: len(pieces[row]))]
        batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
        for index in chance.permutation(len(batches)):
            yield batches[index]


def _padded(pieces: Sequence[Sequence[int]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return word pieces and mask, shape (texts, longest)."""
    width = max(map(len, pieces))
    ids = np.zeros((len(pieces), width), np.int64)
    mask = np.zeros((len(pieces), width), np.int64)
    for row, found in enumerate(pieces):
        ids[row, : len(found)] = found
        mask[row, : len(found)] = 1
    return ids, mask


# What TensorFlow calls a part of a layer, and what the published weights call it.
_KINDS = {"gamma:0": "weight", "beta:0": "bias", "kernel:0": "weight", "bias:0": "bias"}


def _published_name(name: str) -> str | None:
    """Return the published name of a weight that is trained; None for the others."""
    _, layer, rest = name.partition("/encoder/layer_._")
    if not layer or int(rest.split("/")[0]) < FROZEN_LAYERS:
        return None
    path, _, kind = rest.replace("/", ".").rpartition(".")
    return f"encoder.layer.{path}.{_KINDS[kind]}"
