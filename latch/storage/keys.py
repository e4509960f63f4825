"""Keys: what stands for the names of conversations in a database."""

from __future__ import annotations

import hashlib
import hmac


class Keys:
    """Keyed hashes of names (HMAC-SHA256), with a key for each purpose, made from the project's secret."""

    def __init__(self, secret: str, purpose: str = "conversations") -> None:
        self._secret = hmac.digest(secret.encode(), f"latch {purpose}".encode(), hashlib.sha256)

    def of(self, name: str) -> str:
        """Return the hash of a name, of any characters."""
        return hmac.digest(self._secret, name.encode("utf-8", "surrogatepass"), hashlib.sha256)[:20].hex()
