"""Scrub: takes out of a question what may tell who asked, before an editor sees it.

What has a form of its own (addresses of all kinds, numbers, dates) is known by its form. A name has none: what is not
surely an ordinary word is taken for one. How people write a word in general, with a capital or without, tells
"ibuprofen" from "siobhan"; where a word is both ("grace"), the words around it tell.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from pathlib import Path

import srsly
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.util import registry

from latch.english import english_words
from latch.text import clean

LONGEST = 300  # characters: a question, no diary
NAME = "[name]"

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_WHOSE = r"(?:my|his|her|their|our|the|baby['’]?s?|babies|son['’]?s|daughter['’]?s|husband['’]?s|partner['’]?s)"
_STREET = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|court|ct|crescent|terrace|place|pl|square|sq|boulevard|"
    r"blvd|way|grove|gardens|park|row|hill|mews|walk|green|quay|parade|highway|hwy)"
)
_MEASURE = r"(?:we?e?ks?|mo?n?ths?|mo|days?|hou?rs?|times?|ye?a?rs?|oz|ml|min(?:ute)?s?|lbs?|kg|and|of|or|is|to|can|,)"
_ENDS = r"(?:com|org|net|co|uk|ie|eu|info|gov|edu|io|me|app|blog|us|ca|au|nz|in|de|fr)"
# A date within more digits is none: that is a phone number, and goes as a whole.
_NO_DIGIT_BEFORE = r"(?<![\w+(])(?<!\d[-/.)])(?<!\d [-/.)] )(?<!\d[-/.)] )(?<!\d )"
_NO_DIGIT_BEHIND = r"(?!\w)(?! ?[-/.()]? ?\d)"
_DIGIT_WORD = r"(?:zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|double|triple)"
# In this order: what is most surely known by its form comes first.
_FORMS = tuple(
    (re.compile(pattern, re.IGNORECASE), f"[{name}]")
    for pattern, name in (
        (r"[\w.+'-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w-]+)+", "email"),
        (rf"[\w+'-]+(?:(?:\.| dot )[\w+'-]+)* at [\w-]+(?: ?(?:\.| dot ) ?[\w-]+)*? ?(?:\.| dot ) ?{_ENDS}\b", "email"),
        (r"(?:https?://|www\.)\S+", "link"),
        (rf"\b[\w-]+(?:\.[\w-]+)*\.{_ENDS}\b(?:/\S*)?", "link"),
        (r"(?<!\w)@\w{2,}(?:\.\w+)*", "name"),
        (rf"{_NO_DIGIT_BEFORE}\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}{_NO_DIGIT_BEHIND}", "date"),
        (rf"{_NO_DIGIT_BEFORE}\d{{1,2}} ?[-/.] ?\d{{1,2}} ?[-/.] ?(?:\d{{4}}|\d{{2}}){_NO_DIGIT_BEHIND}", "date"),
        (rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)?[ -]?{_MONTH}(?:[ ,'-]{{0,2}}\d{{2,4}})?\b", "date"),
        (rf"\b{_MONTH}[ -](?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b(?:,? ?\d{{4}})?", "date"),
        (rf"\b{_MONTH} '?\d{{2,4}}\b", "date"),
        (r"(?<=\bborn )(?:on )?(?:the )?\d{1,2}(?:st|nd|rd|th|[/.-]\d{1,2})\b", "date"),
        (r"\b(?:flat|apartment|apt|unit|house|no\.?) ?#?\d+[a-z]?\b,?", "address"),
        (rf"\b\d+[a-z]?,? (?!{_MEASURE}\b)(?:[\w'’.-]+ ){{1,4}}?{_STREET}\b\.?", "address"),
        (r"\bp\.?\s?o\.? box \d+\b", "address"),
        (r"\b[a-z]{2} ?\d\d ?\d\d ?\d\d ?[a-d]\b", "number"),  # British national insurance
        (r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", "address"),  # British postcode
        (r"\b[a-z]\d[\dw] ?[a-z\d]{4}\b", "address"),  # Eircode
        (r"\b[a-z]\d[a-z] ?\d[a-z]\d\b", "address"),  # Canadian postcode
        (r"(?<![\w.])(?:\+|00)?\(?\d(?:[ ()./-]{0,3}\d){6,}(?!\w)", "phone"),
        (rf"\b{_DIGIT_WORD}\b(?:[\s,-]+{_DIGIT_WORD}\b){{5,}}", "phone"),
        (r"\w*\d{5}(?:-\d{4})?\w*", "number"),  # a ZIP code, and all long numbers
    )
)
_LED = re.compile(
    rf"(?P<lead>\b{_WHOSE}(?: \w+['’]s)? (?:\w+ )?(?:nick|sur|last |first |middle )?names?(?: is|['’]s| are|:)"
    r"|\bname(?: is|:)|\bcalled (?:him|her|them|it)(?= (?-i:[A-Z]))"
    r"|\bcalled(?! (?:it|back|him|her|them|me|us|a|an|the|for)\b)|\bnamed|\bcall me"
    r"|\b(?:this is|i am|i['’]?m)(?= (?-i:[A-Z])))"
    r" +(?P<name>[^\W\d_][\w'’-]*(?: (?:and )?(?-i:[A-Z])[\w'’-]*)*)",
    re.IGNORECASE,
)
_HOME = re.compile(
    r"(?P<lead>\b(?:lives?(?: just)? (?:in|at|on|near|outside)|(?:living|staying|based) (?:in|at|near)) (?:the )?)"
    r"(?P<name>(?!a\b|an\b|my\b|our\b|with\b|same\b)[^\W\d_][\w'’-]*"
    r"(?: (?!with\b|and\b|but\b|so\b|is\b|can\b|where\b|if\b)[^\W\d_][\w'’-]*){0,2})",
    re.IGNORECASE,
)
_TAKEN_OUT = re.compile(r"(\[[a-z]+\])")
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’][^\W\d_]+)?(?!\w)")
# Whom people name: what follows may be a name that is also a word.
_PERSON = re.compile(
    r"\b(?:daughter|son|baby|girl|boy|child|toddler|newborn|twins?|lo|dd|ds|dh|husband|wife|partner|fiancee?|boyfriend|"
    r"girlfriend|mother|mum|mom|father|dad|sister|brother|aunt|auntie|uncle|nan|nanny|granny|friend|doctor|dr|gp|nurse|"
    r"midwife|visitor|consultant|doula|mr|mrs|ms|miss|and|,)\.? $",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?:n['’]t|['’](?:s|m|re|ve|ll|d))$", re.IGNORECASE)  # "don't", "Amelie's"
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?\n]\s*|[\"“(]\s*)$")
# No name of a person or of a place to live, whatever the tables say.
_NO_NAMES = """
monday tuesday wednesday thursday friday saturday sunday mon tues thurs january february march april may june july
august september october november december christmas easter ramadan english british irish american european mum mom
mummy daddy dad gp nhs hse who uk us usa eu ireland britain england scotland wales america canada australia internet
google facebook instagram tiktok youtube ok ibclc dmer hiv covid vitamin o'clock ca wo im ive id hes shes its whats dont
cant wont didnt doesnt isnt arent wasnt hasnt havent hadnt couldnt wouldnt shouldnt youre theyre weve thats
theres lets
"""
_PLAIN = STOP_WORDS | frozenset(_NO_NAMES.split())

# Natural logarithms of how often a word stands with a capital, against without: above this it is a name in general;
# above the next, it may be one; a word in no list of English is kept only where it is surely no name.
_NAME_IN_GENERAL = 1.0
_MAY_BE_NAME = -1.5
_SURELY_NONE = -0.5


def scrubbed(text: str) -> str:
    """Return a text without e-mail addresses, links, numbers, names, dates and addresses, and not too long."""
    text = clean(text)
    for pattern, instead in _FORMS:
        text = pattern.sub(instead, text)
    for led in (_LED, _HOME):
        text = led.sub(lambda found: f"{found['lead']}{'' if found['lead'].endswith(' ') else ' '}{NAME}", text)
    text = "".join(
        part if _TAKEN_OUT.fullmatch(part) else _without_names(part, before)
        for part, before in _with_what_stands_before(_TAKEN_OUT.split(text))
    )
    text = re.sub(rf"{re.escape(NAME)}(?:[ ,]+{re.escape(NAME)})+", NAME, " ".join(text.split()))
    return text[:LONGEST]


def prepare() -> None:
    """Read the tables of words, which takes a second or two."""
    _capitals()
    english_words()


def _with_what_stands_before(parts: list[str]) -> list[tuple[str, str]]:
    return [(part, parts[number - 1] if number else "") for number, part in enumerate(parts)]


def _without_names(text: str, before: str) -> str:
    def word(found: re.Match[str]) -> str:
        ahead = before + text[: found.start()]
        return NAME if _is_name(found.group(), ahead) else found.group()

    return _WORD.sub(word, text)


def _is_name(written: str, ahead: str) -> bool:
    """Tell whether a word may be a name; `ahead` is what stands before it."""
    word = _ENDING.sub("", written)
    plain = word.casefold()
    if len(word) == 1 or plain in _PLAIN:
        return False
    capitals = _capitals()
    if plain not in english_words():
        return plain not in capitals
    ratio = capitals.get(plain, -math.inf)
    begins = bool(_SENTENCE_BEGINS.search(ahead))
    of_a_person = bool(_PERSON.search(ahead))
    if ratio >= _NAME_IN_GENERAL:
        return True
    if word[0].isupper() and word[1:].islower() and not begins:
        return of_a_person or ratio >= _MAY_BE_NAME
    return of_a_person and not ahead.endswith(("and ", ", ")) and ratio >= _MAY_BE_NAME


@lru_cache(maxsize=1)
def _capitals() -> dict[str, float]:
    """Return how much more often words stand with a capital than without (natural logarithm of the ratio).

    It holds English words, and of others those that are surely no names; from spaCy's table of how often words are
    written on the web.
    """
    path = Path(registry.lookups.get("en")["lexeme_prob"])
    table: dict[str, float] = srsly.read_gzip_json(path.with_name(f"{path.name.removesuffix('.gz')}.gz"))
    least = min(table.values())
    english = english_words()
    found: dict[str, float] = {}
    for word, often in table.items():
        if word.isalpha() and word.islower():
            ratio = table.get(word.capitalize(), least) - often
            if word in english or ratio <= _SURELY_NONE:
                found[word] = ratio
    # Of English words that nobody writes without a capital.
    found.update((word, -least) for word in english if word not in table and word.capitalize() in table)
    return found
