"""The secret of a server or of a group of servers: it signs sessions, and hides the ids that people have elsewhere."""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import tempfile
from hashlib import sha256
from pathlib import Path

from latch.placeholders import check_secret

SECRET = "LATCH_SECRET"
SECRET_FILE = Path("var/web-secret")
SHORTEST_SECRET = 32  # characters; HMAC-SHA256 gains nothing from more than its 32 bytes


def secret(file: Path = SECRET_FILE) -> str:
    """Return the secret from the environment, else the one in `file`, which is made where it is missing.

    Raises:
        ValueError: when the secret is too short to protect anything, or an example.
        OSError: when the file cannot be read or made.
    """
    given = os.environ.get(SECRET)
    found = given if given else _kept(file)
    where = SECRET if given else str(file)
    if len(found) < SHORTEST_SECRET:
        raise ValueError(f"{where} must have at least {SHORTEST_SECRET} characters (`openssl rand -hex 32` makes one).")
    check_secret(where, found)
    return found


def _kept(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        # Written whole under another name, then linked: of two servers that start at once, one makes it and both read
        # it.
        handle, written = tempfile.mkstemp(dir=file.parent)  # readable by its owner alone
        try:
            with os.fdopen(handle, "w", encoding="ascii") as out:
                out.write(secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):
                os.link(written, file)
        finally:
            Path(written).unlink()
    return file.read_text(encoding="ascii").strip()


def keyed(secret: str, *parts: object) -> str:
    """Return the keyed hash (HMAC-SHA256, hexadecimal) of some parts, which only the secret's holder can compute."""
    return hmac.new(secret.encode(), "\x1f".join(map(str, parts)).encode(), sha256).hexdigest()
