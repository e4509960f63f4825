"""The words that the patterns of all danger signs share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """Named groups of words, and fillers, which patterns pass over (data/safety/words.yml)."""

    groups: Mapping[str, Sequence[str]]
    fillers: Sequence[str]
