"""Reading grade of a text: Flesch-Kincaid, with the words that cannot be replaced set aside."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from latch.text import sentences

UNAVOIDABLE_WORDS = Path(__file__).with_name("unavoidable_words.txt")
_STAND_IN = "milk"


@lru_cache(maxsize=1)
def _unavoidable() -> re.Pattern[str]:
    lines = UNAVOIDABLE_WORDS.read_text(encoding="utf-8").splitlines()
    found = sorted((line.strip() for line in lines if line.strip() and not line.startswith("#")), key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(found)})(s|ed|ing)?\b", re.IGNORECASE)


def grade(text: str) -> float:
    """Return the US school grade that a text asks for; list items count as sentences.

    Source: Kincaid et al. 1975, in the implementation of textstat.
    """
    import textstat

    plain = ". ".join(sentence.rstrip(".!?:") for sentence in sentences(text)) + "."
    return float(textstat.flesch_kincaid_grade(_unavoidable().sub(_STAND_IN, plain)))
