"""Vectors of texts that do not change, kept between runs of a command."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from latch.encoder.runtime import DEFAULT_FOLDER, DIMENSIONS, MODEL_FILE, SentenceEncoder, Vectors

CACHE = Path(".cache")


class CachedEncoder:
    """An encoder that looks each text up before it encodes it; `keep` writes what was used to the disk."""

    def __init__(self, encoder: SentenceEncoder, path: Path) -> None:
        self._encoder = encoder
        self._path = path
        self._known = _read(path)
        self._used: dict[str, Vectors] = {}

    @classmethod
    def from_folder(cls, folder: Path = DEFAULT_FOLDER, threads: int = 1, cache: Path = CACHE) -> CachedEncoder:
        """Return the encoder in `folder` with the vectors that an earlier run kept of the same encoder.

        Raises:
            EncoderMissingError: when the encoder is not there.
        """
        encoder = SentenceEncoder.from_folder(folder, threads)
        digest = hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()
        return cls(encoder, cache / f"vectors-{digest[:16]}.npz")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, shape (len(texts), 384), in the order given."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new)))
        self._used.update((text, self._known[text]) for text in texts)
        return np.stack([self._known[text] for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)

    def keep(self) -> None:
        """Write the vectors of this run's texts, and of no others, for the next run."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(self._path, texts=np.array(list(self._used)), vectors=np.stack(list(self._used.values())))


def _read(path: Path) -> dict[str, Vectors]:
    try:
        with np.load(path, allow_pickle=False) as kept:
            return dict(zip(kept["texts"].tolist(), kept["vectors"]))
    except (OSError, ValueError, KeyError, BadZipFile):
        return {}  # no cache yet, or one that cannot be read: everything is encoded again
