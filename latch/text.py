"""Small things about text that several parts need."""

from __future__ import annotations

import re
import unicodedata

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')]?\s+|\n+")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NOT_WORD = re.compile(r"[^\w]+")
_ASKS = re.compile(
    r"(?:^|[.,;!\n]|\b(?:and|but|so|or|also)\b)\s*(?:how|what|whats|why|when|where|which|who|can|could|should|shall|do|does|did|"
    r"is|are|am|was|will|would|may|must|any (?:idea|tips|advice))\b",
    re.IGNORECASE,
)
# "And at night?", "is that safe?", "how long then": it leans on what was said before.
_LEANS_BACK = re.compile(
    r"^\W*(?:and|but|so|or|ok|okay|what about|how about|what if|same|then|also|why|how come|since when|really)\b"
    r"|\b(?:that|it|this|these|those|them|then|one|ones|instead|too|either|otherwise|though|else)\b"
    r"|^\W*(?:for )?how (?:long|often|much|many|soon|come)\W*(?:\w+\W*)?$",
    re.IGNORECASE,
)
LIST_MARK = "- "


def sentences(text: str) -> list[str]:
    """Return the sentences and list items of a text that we wrote ourselves, without list marks."""
    pieces = (piece.strip().removeprefix(LIST_MARK).strip() for piece in _SENTENCE_END.split(text))
    return [piece for piece in pieces if piece]


def words(text: str) -> list[str]:
    """Return the words of a text, hyphenated and apostrophed ones whole."""
    return _WORD.findall(text)


def asks(text: str) -> bool:
    """Tell whether a text asks something: by a question mark, or by how a clause of it begins."""
    return "?" in text or bool(_ASKS.search(text))


def leans_back(text: str) -> bool:
    """Tell whether a text has words that only what was said before gives a meaning to."""
    return bool(_LEANS_BACK.search(text))


def folded(text: str) -> str:
    """Return the text without case, accents and punctuation, for a comparison of wording alone."""
    plain = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", ""))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return _NOT_WORD.sub(" ", plain.casefold()).strip()


def clean(text: str) -> str:
    """Return a person's text without what no keyboard types: surrogates, control and format characters.

    Line breaks and tabs become spaces; composed characters are normalised (NFC), so that equal-looking texts are equal.
    """
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if character in "\n\r\t\v\f" or category in ("Zl", "Zp"):
            kept.append(" ")
        elif category == "Cf":
            # The joiner inside an emoji or an Indic word carries meaning; the other format characters do not.
            if character in "\u200c\u200d":
                kept.append(character)
        elif category not in ("Cc", "Cs", "Co", "Cn"):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).strip()
