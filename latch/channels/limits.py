"""Rate limits: a bucket of tokens for each session and each address, in bounded memory."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """So many at once, and so many a minute in the long run."""

    burst: int
    per_minute: int

    def __post_init__(self) -> None:
        if self.burst < 1 or self.per_minute < 1:
            raise ValueError("a rate needs a burst and a number a minute of at least 1")


class Limit:
    """Holds everyone to a rate.

    A name whose bucket is full again is forgotten; of more than `most`, those seen longest ago, as if theirs were.
    """

    def __init__(self, rate: Rate, most: int = 20_000, now: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._most = most
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens left, and when

    def __len__(self) -> int:
        """Return of how many names it knows."""
        return len(self._buckets)

    def wait(self, name: str) -> int:
        """Take a token of this name; return 0, or after how many whole seconds there is one again."""
        now = self._now()
        tokens, since = self._buckets.pop(name, (float(self._rate.burst), now))
        a_second = self._rate.per_minute / 60
        tokens = min(float(self._rate.burst), tokens + (now - since) * a_second)
        granted = tokens >= 1
        self._buckets[name] = (tokens - 1 if granted else tokens, now)
        full = now - self._rate.burst / a_second
        while len(self._buckets) > self._most or next(iter(self._buckets.values()))[1] <= full:
            self._buckets.popitem(last=False)
        return 0 if granted else max(1, math.ceil((1 - tokens) / a_second))


def address(peer: str, forwarded: Sequence[str], proxies: int) -> str:
    """Return the address to count: that of the peer, or the one that the outermost trusted proxy saw.

    `forwarded` holds the X-Forwarded-For headers in their order. Each proxy adds the address that it sees at the end,
    so that of the entries only the last `proxies` are to be believed. An IPv6 address counts as its /64 network: a
    household has a whole one.
    """
    entries = [entry.strip() for header in forwarded for entry in header.split(",")]
    found = entries[-proxies] if 0 < proxies <= len(entries) else peer
    try:
        known = ipaddress.ip_address(found)
    except ValueError:
        return peer
    if isinstance(known, ipaddress.IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((known, 64), strict=False).network_address)
    return str(known)
