from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from latch.encoder.cache import CachedEncoder
from latch.encoder.runtime import DIMENSIONS, Vectors


class Counting:
    """Stands in for the encoder: the vector of a text is its length, and every text encoded is noted."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return np.array([[len(text)] * DIMENSIONS for text in texts], dtype=np.float32).reshape(len(texts), DIMENSIONS)


def _cached(encoder: Counting, path: Path) -> CachedEncoder:
    return CachedEncoder(encoder, path)  # type: ignore[arg-type]


def test_a_text_is_encoded_once_in_all_runs(tmp_path: Path) -> None:
    encoder = Counting()
    first = _cached(encoder, tmp_path / "kept" / "vectors.npz")
    assert first.encode(["milk", "a", "milk"])[:, 0].tolist() == [4, 1, 4]
    first.keep()
    again = _cached(encoder, tmp_path / "kept" / "vectors.npz")
    assert again.encode(["a", "milk", "new one"])[:, 0].tolist() == [1, 4, 7]
    assert encoder.encoded == ["milk", "a", "new one"]


def test_what_is_no_longer_used_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    first = _cached(Counting(), path)
    first.encode(["old", "still here"])
    first.keep()
    second = _cached(Counting(), path)
    second.encode(["still here"])
    second.keep()
    encoder = Counting()
    _cached(encoder, path).encode(["old", "still here"])
    assert encoder.encoded == ["old"]


def test_a_damaged_cache_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    path.write_bytes(b"PK\x03\x04 not what it says")
    cached = _cached(Counting(), path)
    assert cached.encode(["milk"])[0, 0] == 4
    cached.keep()


def test_no_texts_are_no_vectors(tmp_path: Path) -> None:
    assert _cached(Counting(), tmp_path / "vectors.npz").encode([]).shape == (0, DIMENSIONS)
