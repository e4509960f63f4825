"""When words of danger are no danger: denied, long ago about somebody else, or asked about in general."""

from __future__ import annotations

import re

# How far before a hit its denial or the question around it is looked for, in characters.
_NEAR = 60
# A new subject begins a clause of its own: "I can't take it I want to die" denies nothing.
_CLAUSE_END = re.compile(
    r"[,;:.!?\n—]|\b(?:but|and|because|cos|cause|although|though|then|so|i|he|she|we|they|it|im|hes|shes|ive)\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\b(?:no|not|never|without|nor|neither|cannot|(?:is|are|was|were|do|does|did|has|have|had|ca|wo|would)n['’]?t)\b"
    r"(?!\s+(?:only|just|sure|know|sleeping|eating|stop|stopping|stopped)\b)(?:\s+[\w'’-]+){0,3}\s*$",
    re.IGNORECASE,
)
_OVER_AND_DONE = re.compile(
    r"\b(?:years? ago|years back|last year|as a (?:child|kid|teenager|baby)|when i was (?:pregnant|little|a \w+)"
    r"|with my (?:first|second|last|older|eldest|other)|in my last pregnancy|back then|months ago|previously)\b",
    re.IGNORECASE,
)
_SOMEBODY_ELSE = re.compile(
    r"\b(?:my|her|his|a|our)\s+(?:sister|cousin|friend|friend['’]?s|aunt|auntie|neighbou?r|colleague|nan|gran|grandma|"
    r"grandmother|great[ -]\w+|mate|sil|nephew|niece|boss|dog|cat)\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:had|died|was|were|once|lost|got|did|used to)\b", re.IGNORECASE)
_IN_GENERAL = re.compile(
    r"\b(?:what (?:are|is|were) the (?:signs?|symptoms?)|(?:signs?|symptoms?|risks?|chances?|history|dangers?) of|"
    r"what (?:happens|should i do|do i do|would happen) if|what if|in case|how (?:do|would|can|will) i know (?:if|when)|"
    r"what counts as|when (?:should|do) (?:i|you) (?:worry|call)|how (?:do|can) (?:i|you|we) (?:prevent|avoid)|to (?:prevent|avoid)|"
    r"prevents?|protects?|lowers?|(?:can|could|does|do|will|would|might) \w+(?: \w+){0,3} (?:cause|lead to|give|trigger|make)|"
    r"causes?|(?:read|heard|article|leaflet|worried|scared|afraid|terrified|anxious) (?:about|of|that)|is it true)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?\n]")


def excused(text: str, start: int, end: int, of_others: bool = True) -> str | None:
    """Return why the words from `start` to `end` of a text are no danger; None where they may be one.

    `of_others` tells whether what befell somebody else is an excuse: of a crisis, a friend may be writing.
    """
    before = text[max(0, start - _NEAR) : start]
    clause = _CLAUSE_END.split(before)[-1]
    if _DENIAL.search(clause):
        return "denied"
    sentence_start = max((match.end() for match in _SENTENCE_END.finditer(text, 0, start)), default=0)
    sentence_end = next((match.start() for match in _SENTENCE_END.finditer(text, end)), len(text))
    sentence = text[sentence_start:sentence_end]
    if _OVER_AND_DONE.search(sentence):
        return "past"
    subject = _SOMEBODY_ELSE.search(text, sentence_start, end)
    if of_others and subject and _PAST.search(text, subject.end(), sentence_end):
        return "somebody else"
    if _IN_GENERAL.search(text, max(sentence_start, start - _NEAR), start):
        return "in general"
    return None
