"""The sentence encoder: meaning as a vector, on ONNX Runtime alone."""

from latch.encoder.runtime import EncoderMissingError, SentenceEncoder

__all__ = ["EncoderMissingError", "SentenceEncoder"]
