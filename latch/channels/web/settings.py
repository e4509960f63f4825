"""Settings of the web channel: from credentials.yml, and from the environment, which comes first."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from latch.channels.limits import Rate
from latch.channels.web.origins import Origins

ORIGINS = "LATCH_WEB_ORIGINS"
PROXIES = "LATCH_WEB_PROXIES"

# A clinic may be behind one address: an address may ask more than a session.
SESSION_RATE = Rate(burst=10, per_minute=30)
ADDRESS_RATE = Rate(burst=100, per_minute=600)

_KEYS = ("origins", "proxies", "session_rate", "address_rate", "turn_seconds")


@dataclass(frozen=True)
class Settings:
    """Who may talk to the channel, and how much.

    `proxies` is how many proxies stand before the server, each adding to X-Forwarded-For; `turn_seconds` is how long
    an answer may take.
    """

    origins: Origins = field(default_factory=Origins)
    proxies: int = 0
    session_rate: Rate = SESSION_RATE
    address_rate: Rate = ADDRESS_RATE
    turn_seconds: float = 30.0

    @classmethod
    def read(cls, credentials: Mapping[str, Any] | None, environment: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings.

        Raises:
            ValueError: when one is unknown or wrong; the message names it.
        """
        given = dict(credentials or {})
        unknown = sorted(set(given) - set(_KEYS))
        if unknown:
            raise ValueError(f"the web channel has no setting {', '.join(unknown)}; it has {', '.join(_KEYS)}")
        listed = environment.get(ORIGINS)
        origins = listed.split(",") if listed else given.get("origins") or ()
        if isinstance(origins, str):
            raise ValueError("origins must be a list")
        return cls(
            origins=Origins(entry for entry in origins if entry.strip()),
            proxies=int(environment.get(PROXIES) or given.get("proxies") or cls.proxies),
            session_rate=_rate(given, "session_rate", cls.session_rate),
            address_rate=_rate(given, "address_rate", cls.address_rate),
            turn_seconds=float(given.get("turn_seconds") or cls.turn_seconds),
        )


def _rate(given: Mapping[str, Any], name: str, default: Rate) -> Rate:
    found = given.get(name)
    if found is None:
        return default
    try:
        return Rate(**found)
    except TypeError:
        raise ValueError(f"{name} needs burst and per_minute, nothing else") from None
