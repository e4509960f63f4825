"""Wording: tf-idf of word and character n-grams, stored as plain tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

_KINDS: tuple[dict[str, Any], ...] = (
    {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w[\w']*\b", "max_features": 8000},
    {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 2, "max_features": 16000},
)
TABLES_FILE = "wording.json"
WEIGHTS_FILE = "wording.npz"


class Wording:
    """Turns texts into sparse unit vectors of their words and letter sequences."""

    def __init__(self, vectorizers: Sequence[TfidfVectorizer]) -> None:
        self._vectorizers = list(vectorizers)

    @classmethod
    def fit(cls, texts: Sequence[str]) -> Wording:
        """Return the wording of these texts."""
        vectorizers = [TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **kind) for kind in _KINDS]
        return cls([vectorizer.fit(texts) for vectorizer in vectorizers])

    def vectors(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Return one row a text, each kind of n-gram normalised to length 1, shape (len(texts), features)."""
        return sparse.hstack([vectorizer.transform(texts) for vectorizer in self._vectorizers], format="csr")

    def save(self, folder: Path) -> None:
        """Write the tables into `folder`."""
        tables = [sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get) for vectorizer in self._vectorizers]
        (folder / TABLES_FILE).write_text(json.dumps(tables, ensure_ascii=False), encoding="utf-8")
        weights = {str(index): vectorizer.idf_ for index, vectorizer in enumerate(self._vectorizers)}
        np.savez(folder / WEIGHTS_FILE, **weights)

    @classmethod
    def load(cls, folder: Path) -> Wording:
        """Return the wording that `folder` holds."""
        tables = json.loads((folder / TABLES_FILE).read_text(encoding="utf-8"))
        vectorizers = []
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as weights:
            for index, (kind, table) in enumerate(zip(_KINDS, tables)):
                vocabulary = {term: position for position, term in enumerate(table)}
                vectorizer = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, vocabulary=vocabulary, **kind)
                vectorizer.idf_ = weights[str(index)]
                vectorizers.append(vectorizer)
        return cls(vectorizers)
