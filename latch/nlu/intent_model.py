"""The classifier's model: small networks over meaning and wording, their mean calibrated to probabilities."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from latch.nlu.wording import Wording

Matrix = npt.NDArray[np.float32]

INTENTS_FILE = "intents.json"
WEIGHTS_FILE = "weights.npz"

# Found by cross-validation on our examples and on HINT3; the two dropouts matter most.
WORDING_SIZE = 256
MEANING_WEIGHT = 1.25  # against wording
HIDDEN = 512
INPUT_DROPOUT = 0.5
HIDDEN_DROPOUT = 0.5
RATE = 2e-3
BATCH = 128
WEIGHT_DECAY = 0.01
MIN_STEPS = 500  # a small set of examples is gone through more often
FOLDS = 10  # of the cross-validation in which the probabilities are calibrated
ENOUGH_HELD_OUT = 800  # examples that tell the slope, one number, closely enough


@dataclass(frozen=True)
class _Network:
    """The weights of one hidden layer and of the layer that scores intents."""

    inner: Matrix  # shape (features, HIDDEN)
    inner_bias: Matrix  # shape (HIDDEN,)
    outer: Matrix  # shape (HIDDEN, intents)
    outer_bias: Matrix  # shape (intents,)

    def log_probabilities(self, features: Matrix) -> Matrix:
        """Return the uncalibrated log probabilities, shape (len(features), intents)."""
        scores = np.maximum(features @ self.inner + self.inner_bias, 0) @ self.outer + self.outer_bias
        scores -= scores.max(axis=1, keepdims=True)
        return np.asarray(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)), dtype=np.float32)


@dataclass(frozen=True)
class _Inputs:
    """Brings meaning and wording to the scale on which the networks learn well."""

    wording: Wording
    directions: Matrix  # shape (n-grams, at most WORDING_SIZE): the main directions in which wordings differ
    shift: Matrix  # shape (features,)
    scale: Matrix  # shape (features,): one factor for meaning, one for wording

    @classmethod
    def fit(cls, texts: Sequence[str], meanings: Matrix, seed: int) -> _Inputs:
        """Return what fits these texts and their meanings, shape (len(texts), dimensions)."""
        wording = Wording.fit(texts)
        words = wording.vectors(texts)
        size = min(WORDING_SIZE, min(words.shape) - 1)
        _, _, found = randomized_svd(words, size, n_iter=2, random_state=seed)
        # Stored in half precision, and rounded here so that the loaded model is the fitted one.
        directions = np.ascontiguousarray(found.T.astype(np.float16), dtype=np.float32)
        parts = (meanings, np.asarray(words @ directions, dtype=np.float32))
        shift = np.concatenate([part.mean(axis=0) for part in parts])
        spread = [float(np.sqrt(part.var(axis=0).mean())) or 1.0 for part in parts]
        factors = (1.0 / spread[0], 1.0 / (MEANING_WEIGHT * spread[1]))
        scale = np.concatenate([np.full(part.shape[1], factor) for part, factor in zip(parts, factors)])
        return cls(wording, directions, shift.astype(np.float32), scale.astype(np.float32))

    def features(self, texts: Sequence[str], meanings: Matrix) -> Matrix:
        """Return one row a text, meaning before wording, shape (len(texts), features)."""
        words = self.wording.projected(texts, self.directions)
        return np.asarray((np.hstack([meanings, words]) - self.shift) * self.scale, dtype=np.float32)


class IntentModel:
    """Scores intents for texts with their meaning vectors."""

    def __init__(self, intents: Sequence[str], inputs: _Inputs, networks: Sequence[_Network], slope: float) -> None:
        self.intents = list(intents)
        self._inputs = inputs
        self._networks = list(networks)
        self._slope = slope

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        meanings: Matrix,
        labels: Sequence[str],
        networks: int = 2,
        epochs: int = 20,
        seed: int = 0,
        unseen: Sequence[bool] | None = None,
    ) -> IntentModel:
        """Return the model of these examples.

        `networks` is how many, of different seeds, are averaged; `epochs` how often each goes through the examples.
        `unseen` tells which examples the encoder was not adapted to: those alone tell how sure one may be.
        """
        intents, targets = np.unique(np.asarray(labels), return_inverse=True)
        # One thread a network, not several for one: its matrices are small, and the sums come out the same anywhere.
        with threadpool_limits(1):
            inputs = _Inputs.fit(texts, meanings, seed)
            features = inputs.features(texts, meanings)
            everything = np.arange(len(targets))
            left_out = np.flatnonzero(unseen) if unseen is not None else everything[:0]
            splits = [(np.setdiff1d(everything, left_out), left_out)] if len(left_out) else _splits(targets)
            jobs = [
                (rows, seed + one) for rows in (everything, *(kept for kept, _ in splits)) for one in range(networks)
            ]

            def train(job: tuple[npt.NDArray[np.intp], int]) -> _Network:
                rows, number = job
                return _train(features[rows], targets[rows], len(intents), epochs, number)

            with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
                trained = list(pool.map(train, jobs))
            held_out = [
                _mean_scores(trained[number * networks : (number + 1) * networks], features[left])
                for number, (_, left) in enumerate(splits, start=1)
            ]
        rows, scores = np.concatenate([left for _, left in splits]), np.concatenate(held_out)
        slope = _calibrate(scores, targets[rows])
        return cls([str(intent) for intent in intents], inputs, trained[:networks], slope)

    def scores(self, texts: Sequence[str], meanings: Matrix) -> Matrix:
        """Return one score a text and intent, shape (len(texts), intents); the highest is the likeliest."""
        return _mean_scores(self._networks, self._inputs.features(texts, meanings))

    def probabilities(self, scores: Matrix) -> Matrix:
        """Return the calibrated probabilities of `scores`; each row sums to 1."""
        return softmax(scores * np.float32(self._slope))

    def save(self, folder: Path) -> None:
        """Write the model into `folder`, without code: JSON and plain arrays."""
        (folder / INTENTS_FILE).write_text(
            json.dumps({"intents": self.intents, "slope": self._slope}), encoding="utf-8"
        )
        arrays: dict[str, Any] = {
            f"{field.name}_{number}": getattr(network, field.name)
            for number, network in enumerate(self._networks)
            for field in fields(_Network)
        }
        inputs = self._inputs
        directions = np.ascontiguousarray(inputs.directions, dtype=np.float16)
        np.savez(folder / WEIGHTS_FILE, directions=directions, shift=inputs.shift, scale=inputs.scale, **arrays)
        inputs.wording.save(folder)

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Return the model that `folder` holds."""
        head = json.loads((folder / INTENTS_FILE).read_text(encoding="utf-8"))
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as weights:
            directions = np.ascontiguousarray(weights["directions"], dtype=np.float32)
            inputs = _Inputs(Wording.load(folder), directions, weights["shift"], weights["scale"])
            count = sum(name.startswith("outer_bias_") for name in weights.files)
            networks = [
                _Network(**{field.name: weights[f"{field.name}_{number}"] for field in fields(_Network)})
                for number in range(count)
            ]
        return cls(head["intents"], inputs, networks, head["slope"])


def softmax(scores: Matrix) -> Matrix:
    """Return exp(scores) normalised by row, computed without overflow."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _mean_scores(networks: Sequence[_Network], features: Matrix) -> Matrix:
    """Return the mean of the networks' log probabilities, shape (len(features), intents)."""
    total = sum(network.log_probabilities(features) for network in networks)
    return np.asarray(total / np.float32(len(networks)), dtype=np.float32)


def _train(features: Matrix, targets: npt.NDArray[np.intp], intents: int, epochs: int, seed: int) -> _Network:
    """Return a network of these examples: cross-entropy, Adam with decoupled weight decay, warm-up and cosine rate.

    `features` has the shape (examples, features), `targets` the shape (examples,).
    """
    chance = np.random.default_rng(seed)
    count, size = features.shape
    inner = chance.standard_normal((size, HIDDEN), dtype=np.float32) * np.float32(np.sqrt(2 / size))
    outer = chance.standard_normal((HIDDEN, intents), dtype=np.float32) * np.float32(0.5 / np.sqrt(HIDDEN))
    network = _Network(inner, np.zeros(HIDDEN, np.float32), outer, np.zeros(intents, np.float32))
    weights = [network.inner, network.inner_bias, network.outer, network.outer_bias]
    means = [np.zeros_like(weight) for weight in weights]
    squares = [np.zeros_like(weight) for weight in weights]
    batches = -(-count // BATCH)
    epochs = max(epochs, -(-MIN_STEPS // batches))
    steps, step = epochs * batches, 0
    for _ in range(epochs):
        order = chance.permutation(count)
        for start in range(0, count, BATCH):
            rows = order[start : start + BATCH]
            step += 1
            rate = RATE * min(1.0, 20 * step / steps) * (0.5 + 0.5 * np.cos(np.pi * step / steps))
            slopes = _gradients(network, features[rows], targets[rows], chance)
            for weight, slope, mean, square in zip(weights, slopes, means, squares):
                mean += np.float32(0.1) * (slope - mean)
                square += np.float32(0.01) * (slope * slope - square)
                change = mean / (np.sqrt(square / np.float32(1 - 0.99**step)) + np.float32(1e-8))
                if weight.ndim == 2:
                    weight *= np.float32(1 - rate * WEIGHT_DECAY)
                weight -= np.float32(rate / (1 - 0.9**step)) * change
    return network


def _gradients(
    network: _Network, features: Matrix, targets: npt.NDArray[np.intp], chance: np.random.Generator
) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Return the gradients of the mean cross-entropy under fresh dropout, in the order of the network's fields."""
    seen = features * _dropout(features.shape, INPUT_DROPOUT, chance)
    before = seen @ network.inner + network.inner_bias
    gate = _dropout(before.shape, HIDDEN_DROPOUT, chance) * (before > 0)
    hidden = before * gate
    error = softmax(hidden @ network.outer + network.outer_bias)
    error[np.arange(len(targets)), targets] -= 1
    error /= np.float32(len(targets))
    below = (error @ network.outer.T) * gate
    return seen.T @ below, below.sum(axis=0), hidden.T @ error, error.sum(axis=0)


def _dropout(shape: tuple[int, ...], share: float, chance: np.random.Generator) -> Matrix:
    """Return zeros for this share of the entries and, for the rest, the factor that keeps the mean."""
    kept = chance.random(shape, dtype=np.float32) >= share
    return np.asarray(kept * np.float32(1 / (1 - share)), dtype=np.float32)


def _splits(targets: npt.NDArray[np.intp]) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Return (kept, held-out) rows of as many folds as are needed for `ENOUGH_HELD_OUT` held-out examples."""
    rarest = int(np.bincount(targets).min())
    splits: list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]] = []
    found = 0
    for kept, left in StratifiedKFold(max(2, min(FOLDS, rarest)), shuffle=True, random_state=0).split(targets, targets):
        if found >= ENOUGH_HELD_OUT:
            break
        splits.append((kept, left))
        found += len(left)
    return splits


def _calibrate(scores: Matrix, right: npt.NDArray[np.intp]) -> float:
    """Return the slope that makes the softmax of held-out scores likeliest (temperature scaling, Guo et al. 2017).

    `scores` has the shape (examples, intents), `right` the shape (examples,).
    """

    def loss(slope: float) -> float:
        sharpened = scores * np.float32(slope)
        sharpened -= sharpened.max(axis=1, keepdims=True)
        likely = sharpened - np.log(np.exp(sharpened).sum(axis=1, keepdims=True))
        return -float(likely[np.arange(len(right)), right].mean())

    return float(minimize_scalar(loss, bounds=(0.05, 30), method="bounded").x)
