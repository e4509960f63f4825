"""The classifier's model: one linear score an intent over meaning and wording, calibrated to probabilities."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from latch.nlu.wording import Wording

Matrix = npt.NDArray[np.float32]

INTENTS_FILE = "intents.json"
WEIGHTS_FILE = "weights.npz"


class LinearModel:
    """Scores intents for texts with their meaning vectors."""

    def __init__(self, intents: Sequence[str], wording: Wording, coefficients: Matrix, bias: Matrix, slope: float) -> None:
        self.intents = list(intents)
        self._wording = wording
        self._coefficients = coefficients  # shape (features, intents): a message touches few rows of it
        self._bias = bias
        self._slope = slope

    @classmethod
    def fit(
        cls, texts: Sequence[str], meanings: Matrix, labels: Sequence[str], meaning_weight: float, c: float, folds: int
    ) -> LinearModel:
        """Return the model of these examples.

        `meaning_weight` scales the meaning vectors against the two wording vectors of length 1; `c` is the inverse
        regularisation; `folds` those of the cross-validation in which the probabilities are calibrated.
        """
        names = np.asarray(labels)
        wording = Wording.fit(texts)
        features = _join(wording.vectors(texts), meanings, meaning_weight)
        intents, coefficients, bias = _train(features, names, c)
        slope = _calibrate(features, names, c, folds)
        return cls(intents, wording, _fold_in(coefficients, meanings.shape[1], meaning_weight), bias, slope)

    def scores(self, texts: Sequence[str], meanings: Matrix) -> Matrix:
        """Return one score a text and intent, shape (len(texts), intents); the highest is the likeliest."""
        size = meanings.shape[1]
        found = meanings @ self._coefficients[:size] + self._bias
        words = self._wording.vectors(texts)
        return np.asarray(found + words @ self._coefficients[size:], dtype=np.float32)

    def probabilities(self, scores: Matrix) -> Matrix:
        """Return the calibrated probabilities of `scores`; each row sums to 1."""
        return softmax(scores * self._slope)

    def save(self, folder: Path) -> None:
        """Write the model into `folder`, without code: JSON and plain arrays."""
        (folder / INTENTS_FILE).write_text(json.dumps({"intents": self.intents, "slope": self._slope}), encoding="utf-8")
        np.savez(folder / WEIGHTS_FILE, coefficients=self._coefficients, bias=self._bias)
        self._wording.save(folder)

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Return the model that `folder` holds."""
        head = json.loads((folder / INTENTS_FILE).read_text(encoding="utf-8"))
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as weights:
            coefficients, bias = weights["coefficients"], weights["bias"]
        return cls(head["intents"], Wording.load(folder), coefficients, bias, head["slope"])


def softmax(scores: Matrix) -> Matrix:
    """Return exp(scores) normalised by row, computed without overflow."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _join(words: sparse.csr_matrix, meanings: Matrix, weight: float) -> sparse.csr_matrix:
    joined = sparse.hstack([sparse.csr_matrix(meanings * np.float32(weight)), words], format="csr").astype(np.float64)
    # In the form that liblinear wants, so that the threads that share it never put it in order at the same time.
    joined.sum_duplicates()
    joined.sort_indices()
    return joined


def _fold_in(coefficients: Matrix, size: int, weight: float) -> Matrix:
    """Return the coefficients for unscaled meaning vectors."""
    folded = coefficients.copy()
    folded[:size] *= np.float32(weight)
    return folded


def _train(features: sparse.csr_matrix, labels: npt.NDArray[Any], c: float) -> tuple[list[str], Matrix, Matrix]:
    """Return intents, coefficients (features, intents) and bias of one squared-hinge separator an intent."""
    intents = sorted(set(labels))

    def one(intent: str) -> tuple[Matrix, float]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            machine = LinearSVC(C=c, random_state=0, class_weight=None).fit(features, labels == intent)
        return machine.coef_[0].astype(np.float32), float(machine.intercept_[0])

    # liblinear lets go of the interpreter lock while it fits.
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        fitted = list(pool.map(one, intents))
    coefficients = np.stack([row for row, _ in fitted], axis=1)
    return intents, np.ascontiguousarray(coefficients), np.asarray([bias for _, bias in fitted], dtype=np.float32)


def _calibrate(features: sparse.csr_matrix, labels: npt.NDArray[Any], c: float, folds: int) -> float:
    """Return the slope that makes the softmax of held-out scores likeliest (temperature scaling, Guo et al. 2017)."""
    held_out, truth = [], []
    rarest = min(int(count) for count in np.unique(labels, return_counts=True)[1])
    for rows, left in StratifiedKFold(max(2, min(folds, rarest)), shuffle=True, random_state=0).split(features, labels):
        intents, coefficients, bias = _train(features[rows], labels[rows], c)
        held_out.append(np.asarray(features[left] @ coefficients + bias))
        truth.append(np.searchsorted(intents, labels[left]))
    scores, right = np.concatenate(held_out), np.concatenate(truth)

    def loss(slope: float) -> float:
        chosen = softmax(scores * np.float32(slope))[np.arange(len(right)), right]
        return float(-np.log(chosen + 1e-9).mean())

    return float(minimize_scalar(loss, bounds=(0.5, 30), method="bounded").x)
