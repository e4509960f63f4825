"""spaCy pipelines of rules and tables alone, with which Latch reads English everywhere."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import spacy
import srsly
from spacy.language import Language
from spacy.util import compile_suffix_regex, registry

LEMMAS = "lemma_lookup"  # spaCy's table of English words and their lemmas
# "14mo", "38.5C", "4oz", "18m/o": the unit is a word of its own.
# SymSpell's list of English words, with how often each stands in Google's books.
_COUNTS = "frequency_dictionary_en_82_765.txt"
_OFTEN = 1_000_000  # rarer are also words that people do not mean: "brest"
_UNIT_AFTER_NUMBER = r"(?<=[0-9½¼¾])[A-Za-z]+(?:/[A-Za-z]+)?"


def english_tokens() -> Language:
    """Return a spaCy pipeline that only tokenizes, as Latch does everywhere."""
    nlp = spacy.blank("en")
    suffixes = [*(nlp.Defaults.suffixes or ()), _UNIT_AFTER_NUMBER]
    nlp.tokenizer.suffix_search = compile_suffix_regex(suffixes).search
    return nlp


def blank_english() -> Language:
    """Return a spaCy pipeline of rules and tables alone: tokenizer, sentence ends, lemmas by look-up."""
    nlp = english_tokens()
    nlp.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", "…", "...", "?!", "!?", "؟", "।"]})
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    nlp.initialize()
    return nlp


@lru_cache(maxsize=1)
def lemmas() -> dict[str, str]:
    """Return spaCy's table of English words and their lemmas."""
    # A loaded table knows its words by their hashes only; its file has them written out.
    path = Path(registry.lookups.get("en")[LEMMAS])
    table: dict[str, str] = srsly.read_gzip_json(path.with_name(f"{path.name.removesuffix('.gz')}.gz"))
    return table


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Return the words that spaCy's table of English lemmas knows, inflected ones and lemmas."""
    return frozenset(lemmas()) | frozenset(lemmas().values())


@lru_cache(maxsize=1)
def frequent_words() -> frozenset[str]:
    """Return the words that English texts often hold, those without inflections too: the table of lemmas has none."""
    lines = files("symspellpy").joinpath(_COUNTS).read_text(encoding="utf-8-sig").splitlines()
    return frozenset(word for word, count in (line.split() for line in lines) if int(count) >= _OFTEN)
