"""Wording: tf-idf of word and character n-grams, stored as plain tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

Matrix = npt.NDArray[np.float32]

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
        self._vocabularies = [vectorizer.vocabulary_ for vectorizer in vectorizers]
        self._analyses = [vectorizer.build_analyzer() for vectorizer in vectorizers]
        self._idf = [np.asarray(vectorizer.idf_) for vectorizer in vectorizers]
        self._starts = np.cumsum([0, *map(len, self._vocabularies)])

    @classmethod
    def fit(cls, texts: Sequence[str]) -> Wording:
        """Return the wording of these texts."""
        vectorizers = [TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **kind) for kind in _KINDS]
        return cls([vectorizer.fit(texts) for vectorizer in vectorizers])

    def vectors(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Return one row a text, each kind of n-gram normalised to length 1, shape (len(texts), features)."""
        rows = [self._row(text) for text in texts]
        ends = np.cumsum([0, *(len(places) for places, _ in rows)])
        places, values = (np.concatenate([row[part] for row in rows]) for part in (0, 1))
        return sparse.csr_matrix((values, places, ends), shape=(len(texts), self._starts[-1]))

    def projected(self, texts: Sequence[str], directions: Matrix) -> Matrix:
        """Return `vectors(texts) @ directions` without making the sparse rows, shape (len(texts), directions)."""
        rows = (self._row(text) for text in texts)
        return np.stack([values @ directions[places] for places, values in rows])

    def _row(self, text: str) -> tuple[npt.NDArray[np.intp], Matrix]:
        """Return where a text's vector is not zero, and its values there.

        What scikit-learn's `transform` returns; that one checks and copies tables on the way, which takes longer.
        """
        parts = []
        kinds = zip(self._vocabularies, self._analyses, self._idf, self._starts)
        for vocabulary, analyse, idf, start in kinds:
            counts = Counter(map(vocabulary.get, analyse(text)))
            counts.pop(None, None)  # terms that no example has
            places = np.fromiter(counts, np.intp, len(counts))
            values = (1 + np.log(np.fromiter(counts.values(), np.float64, len(counts)))) * idf[places]
            length = np.sqrt(values @ values)
            parts.append((start + places, (values / (length or 1.0)).astype(np.float32)))
        return np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts])

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
