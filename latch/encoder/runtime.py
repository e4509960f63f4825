"""Sentences to unit vectors with the exported MiniLM model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

MODEL_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"
FILES = (MODEL_FILE, TOKENIZER_FILE)
DIMENSIONS = 384
DEFAULT_FOLDER = Path("models/encoder")

# The published model was trained on 128 word pieces; what stands behind that in a message is left to the other
# segments (see latch.nlu.segments), so a longer text costs no more here.
MAX_PIECES = 128
# Sentences of about one length run together: padding a short one to a long one's length costs what a long one costs.
BATCH = 16
PADDING = 4

Vectors = npt.NDArray[np.float32]


class EncoderMissingError(Exception):
    """The exported encoder is not where it is looked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"No sentence encoder in {folder}: run `make encoder` to export it.")


class SentenceEncoder:
    """Encodes sentences as vectors whose dot product is their closeness in meaning.

    Source: all-MiniLM-L6-v2 (Apache-2.0), mean pooling over word pieces, normalised to length 1.
    """

    def __init__(self, model: bytes, tokenizer: bytes, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._tokenizer: Any = Tokenizer.from_buffer(tokenizer)
        self._tokenizer.enable_truncation(MAX_PIECES)
        self._tokenizer.no_padding()

    @classmethod
    def from_folder(cls, folder: Path = DEFAULT_FOLDER, threads: int = 1) -> SentenceEncoder:
        """Return the encoder whose files stand in `folder`.

        Raises:
            EncoderMissingError: when a file is not there.
        """
        if not all((folder / name).is_file() for name in FILES):
            raise EncoderMissingError(folder)
        return cls((folder / MODEL_FILE).read_bytes(), (folder / TOKENIZER_FILE).read_bytes(), threads)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, shape (len(texts), 384), in the order given."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        pieces = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        for batch in _batches([len(ids) for ids in pieces]):
            width = len(pieces[batch[-1]])
            ids = np.zeros((len(batch), width), dtype=np.int64)
            mask = np.zeros((len(batch), width), dtype=np.int64)
            for row, index in enumerate(batch):
                ids[row, : len(pieces[index])] = pieces[index]
                mask[row, : len(pieces[index])] = 1
            vectors[batch] = self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0]
        return vectors


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Return the positions of `lengths` in groups of similar length, each from the shortest to the longest."""
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        shortest = lengths[batches[-1][0]] if batches else 0
        if not batches or len(batches[-1]) == BATCH or lengths[index] > shortest + PADDING:
            batches.append([])
        batches[-1].append(index)
    return batches
