"""Topics, labelled texts and an encoder that need no model."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from latch.encoder.runtime import Vectors

TITLES = {"made": "How is milk made?", "more": "How do I make more?", "bites": "Why does he bite?"}
CATEGORIES = {"made": "milk_production", "more": "milk_production", "bites": "nipple_tuning"}

_WORDS = {"made": "the milk is made in the breast", "bites": "my baby bites me with sharp teeth"}
_AROUND = ("again", "today", "please", "why", "really", "at night", "now", "always")
EXAMPLES = [(f"{words} {around}", label) for label, words in _WORDS.items() for around in _AROUND]
SIZE = 16


def encode(texts: Sequence[str]) -> Vectors:
    """Return one unit vector a text, shape (len(texts), 16): the sum of vectors of its words, the same every time."""
    rows = [np.zeros(SIZE, np.float32) for _ in texts]
    for row, text in zip(rows, texts):
        for word in text.split():
            row += np.random.default_rng(zlib.crc32(word.encode())).standard_normal(SIZE, dtype=np.float32)
        row /= np.linalg.norm(row) or 1
    return np.stack(rows)
