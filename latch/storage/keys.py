"""Keys: what stands for the names of conversations in a database."""

from __future__ import annotations

import hashlib
import hmac


class Keys:
    """Keyed hashes of names (HMAC-SHA256), with a key for each purpose, made from the project's secret."""

    def __init__(self, secret: str, purpose: str = "conversations") -> None:
        key = hmac.digest(secret.encode(), f"latch {purpose}".encode(), hashlib.sha256)
        self._begun = hmac.new(key, digestmod=hashlib.sha256)

    def of(self, name: str) -> str:
        """Return the hash of a name, of any characters."""
        # Not `hmac.digest`: that lets other threads run, and the event loop waits until one of them lets go.
        found = self._begun.copy()
        found.update(name.encode("utf-8", "surrogatepass"))
        return found.digest()[:20].hex()
