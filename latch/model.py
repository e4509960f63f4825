"""The trained model as a file: which one, and whether it is the one that was trained. A model archive is code."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

from latch.assistant import DEFAULT_MODELS, AssistantError, newest_model

EXPECTED = "LATCH_MODEL_SHA256"
SUFFIX = ".sha256"


def write_checksum(model: Path) -> None:
    """Write the checksum of a model beside it, in the form of sha256sum."""
    path = model.with_name(model.name + SUFFIX)
    path.write_text(f"{checksum(model)}  {model.name}\n", encoding="ascii")


def checksum(model: Path) -> str:
    """Return the SHA-256 of a file."""
    found = hashlib.sha256()
    with model.open("rb") as opened:
        while block := opened.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def verified(
    models: Path = DEFAULT_MODELS, environment: Mapping[str, str] = os.environ, own: Path = DEFAULT_MODELS
) -> Path:
    """Return the newest model, or the model `models` itself, which is known to be the one that was trained.

    Its checksum is that of the environment; without one it is that of the file beside it, which is believed in the
    project's `own` folder only: whoever can leave a model elsewhere can leave a checksum beside it.

    Raises:
        AssistantError: when there is none, or it is another, or damaged; one line that says what to do.
    """
    model = newest_model(models)
    if not environment.get(EXPECTED) and not model.resolve().is_relative_to(own.resolve()):
        raise AssistantError(f"The model {model} lies outside {own}: put it there, or set {EXPECTED} to its checksum.")
    try:
        expected = (environment.get(EXPECTED) or _beside(model)).strip().lower()
        found = checksum(model)
        sound = tarfile.is_tarfile(model)
    except OSError as error:
        raise AssistantError(f"The model {model} cannot be read ({type(error).__name__}): run `make train`.") from None
    if not expected:
        raise AssistantError(f"The model {model} has no checksum beside it: run `make train`, or set {EXPECTED}.")
    if found != expected:
        raise AssistantError(f"The model {model} is damaged or another one: its checksum is not the expected one.")
    if not sound:
        raise AssistantError(f"The model {model} is no model: run `make train`.")
    return model


def _beside(model: Path) -> str:
    path = model.with_name(model.name + SUFFIX)
    return path.read_text(encoding="ascii", errors="replace").partition(" ")[0] if path.is_file() else ""
