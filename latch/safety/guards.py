"""When words of danger are no danger: denied, over and done, somebody else's, or asked about in general."""

from __future__ import annotations

import re

# A new subject begins a clause of its own: "I can't take it I want to die" denies nothing.
_CLAUSE_END = re.compile(
    r"[,;:.!?\n—]|\b(?:but|and|because|cos|cause|although|though|then|so|i|he|she|we|they|it|im|hes|shes|ive)\b",
    re.IGNORECASE,
)
_NEGATION = (
    r"(?:\b(?:no|not|never|without|nor|neither|cannot|none|nothing|nobody|zero|ruled out|"
    r"(?:is|are|was|were|do|does|did|has|have|had|ca|wo|would)n['’]?t)\b)"
    r"(?!\s+(?:only|just|sure|know|sleeping|eating|stop|stopping|stopped)\b)"
)
_DENIAL = re.compile(rf"{_NEGATION}(?:\s+[\w'’-]+){{0,3}}\s*$", re.IGNORECASE)
_OVER_AND_DONE = re.compile(
    r"\b(?:years? (?:ago|back)|yrs? (?:ago|back)|ages ago|last year|in (?:19|20)\d\d|in (?:spring|summer|autumn"
    r"|winter|the fall)"
    r"|in (?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r"|last month|a month (?:ago|back)|months ago|as a (?:child|kid|teenager|baby)|back then|previously had|used to"
    r"|way back|long ago"
    r"|when (?:i|he|she|they) (?:was|were) (?:pregnant|little|a \w+|newborn|born|younger|\d+)"
    r"|with my (?:first|second|last|older|eldest|other)|after my (?:first|last)|in my last pregnancy|before kids"
    r"|all clear|turned out (?:to be|fine|ok|okay|well|it was|that it)|got it out"
    r"|(?<!not )(?<!n't )(?<!n’t )(?<!nt )(?<!very )(?<!too )(?<!really )(?<!feeling )well (?:now|for years)"
    r"|great now|sorted (?:now|since)|long gone|all fine for|months on|a decade ago"
    r"|at (?:1[3-9]|2\d) (?:i|and)|in (?:my )?pregnancy was|the day (?:he|she|they) (?:was|were) born|gone by day)\b",
    re.IGNORECASE,
)
# A time that tells when the baby was born, not when the danger was; and what says that the danger is there now.
_BIRTH = re.compile(
    r"\b(?:born|birth|delivered|since|(?:my|the|her|a) baby|postpartum|pp)\s+(?:\w+\s+)?$", re.IGNORECASE
)
_NOW_BEFORE = re.compile(
    r"\b(?:now|today|tonight|again|suddenly|just|this (?:morning|afternoon|evening))\b[^.!?\n]{0,15}$", re.IGNORECASE
)
_NOW_AFTER = re.compile(
    r"^[^.!?,;\n]{0,10}\b(?:again|right now|today|tonight|this (?:morning|afternoon|evening))\b", re.IGNORECASE
)
_SOMEBODY_ELSE = re.compile(
    r"\b(?:(?:my|her|his|a|our|the|mum['’]?s|saw|read)\s+(?:\w+\s+)?(?:sister|cousin|friend|aunt|auntie"
    r"|neighbou?r|colleague|nan|"
    r"gran|grandma|grandmother|great[ -]\w+|mate|sil|nephew|niece|boss|dog|cat|lady|woman|actress"
    r"|girl at work)(?:['’]s)?"
    r"|(?:read|saw|heard) (?:\w+ ){0,3}(?:about|in|on)|on (?:tiktok|the news|instagram|facebook|tv|a podcast))\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:had|died|was|were|once|lost|got|did|used to|said|about|overdosed|bled|turned)\b", re.IGNORECASE
)
_IN_GENERAL = re.compile(
    r"\b(?:what (?:are|is|were) the (?:signs?|symptoms?)"
    r"|(?<!has )(?<!have )(?<!having )(?<!had )(?<!got )(?<!shows )(?<!showing )(?<!show )"
    r"(?:signs?|symptoms?|risks?|chances?|history|dangers?) of"
    r"|what (?:happens|should i do|do i do|would happen) if|what if|in case"
    r"|how (?:do|would|can|will) i know (?:if|when)|what counts as|when (?:should|do) (?:i|you) (?:worry|call)"
    r"|how (?:do|can) (?:i|you|we) (?:prevent|avoid)|to (?:prevent|avoid)|prevents?|protects?|lowers?"
    r"|(?:can|could|does|do|will|would|might) \w+(?: \w+){0,3} (?:cause|lead to|give|trigger|make)|causes?"
    r"|(?:read|heard|article|leaflet) (?:about|of|that)|(?:worried|scared|afraid|terrified|anxious) (?:about|of)"
    r"|is it true|why (?:do|would|is|are) (?:doctors?|you|babies|a baby|mothers|mums)|what does .{0,40} mean|say a)\b",
    re.IGNORECASE,
)
# Said of the whole message.
_FOR_KNOWLEDGE = re.compile(
    r"\b(?:in general|generally speaking|general question|student (?:midwife|nurse|doctor)|nursing school"
    r"|medical student|"
    r"revision|for (?:my|a) (?:class|course|talk|essay|exam|leaflet|poster)|i(?:['’]m a)? volunteer"
    r"|making a (?:poster|leaflet)|"
    r"hypothetical(?:ly)?|nothing has happened|just making a plan|just curious)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[!?\n]|\.(?!\d)")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
_NEAR = 60
_FIRST_WORD = re.compile(r"[\w'’-]+")
# "My sister had it and now I": the person speaks of herself again.
_BACK_TO_ME = re.compile(
    r"(?:\b(?:and|but|so|now|because|today|tonight)|[,;—-])\s*(?:(?:now|then|today|tonight|that)\s+)?"
    r"(?:i|i['’]?m|i['’]?ve|my (?:own )?(?:baby|son|daughter|lo|newborn|twins?|husband|partner|wife))\b",
    re.IGNORECASE,
)
_BACK_TO_NOW = re.compile(r"\b(?:now|today|tonight|again|this (?:morning|afternoon|evening))\b", re.IGNORECASE)
# What stands behind a comma or "but" is not what was asked about in general: "worried about her, she is floppy".
_NEW_CLAUSE = re.compile(r"[,;:—]|\b(?:but|because|cos|although)\b", re.IGNORECASE)
_LAST_WORD = re.compile(r"[\w'’-]+\W*$")

# What people say they do not see; only these are taken out as denied, for a thing that is not there can be the danger
# itself: no wet nappies, not breathing, won't wake.
_SYMPTOM = (
    r"(?:fevers?|temp(?:erature)?s?|feverish|blood|bleeding|bloody|redness|red|rash|floppy|limp|lethargic"
    r"|drowsy|sleepy|"
    r"depress\w+|suicid\w+|jaundiced?|yellow|chok\w+|violent|violence|blue|grey|gray|pale|sick|vomit\w*|shak\w+"
    r"|overdos\w+|sepsis|"
    r"strok\w*|pains?|painful|sore|clots?|unwell|ill|poorly|losing weight|lost weight|struggling|alcohol|drunk"
    r"|hurt\w*|swelling|"
    r"swollen|lumps?|pus|hot|infect\w+|mastitis|dehydrat\w+|constipat\w+|green|psycho\w*|faint\w*|dizz\w+"
    r"|headaches?|seizures?|"
    r"fits?|fall|fell|hit (?:his|her|their) head|bump\w*|trouble breathing|breathing (?:trouble|problems?)"
    r"|anxious|abus\w+|"
    r"cough\w*|wheez\w*|allerg\w+|hives|discharge|odou?r|smell\w*|worr\w+|concerns?|scary|thoughts)"
)
_BETWEEN = (
    r"(?:\s+(?:a|an|any|the|my|his|her|been|being|be|had|have|has|got|get|feel|feeling|had|high|really|very|so"
    r"|that|much|signs?|of|"
    r"actually|even|more|at all|in|for|him|her|it|look|looking|seem|turned|turn|go|went|had any|drop of|cut"
    r"|hot)){0,4}"
)
_DENIED = re.compile(
    rf"{_NEGATION}{_BETWEEN}\s+{_SYMPTOM}(?:(?:\s+or|\s+nor|\s+and|\s*/|,)\s*(?:no\s+|any\s+)?{_SYMPTOM})*"
    r"(?:\s+(?:or|and)\s+anything(?:\s+like\s+that)?)?",
    re.IGNORECASE,
)


def excused(text: str, start: int, end: int, of_others: bool = True) -> str | None:
    """Return why the words from `start` to `end` of a text are no danger; None where they may be one.

    `of_others` tells whether it is an excuse that somebody else is meant, or that it is asked for knowledge: in a
    crisis people write for a friend.
    """
    last = _LAST_WORD.search(text, start, end)
    for place in dict.fromkeys((start, last.start() if last else start)):
        clause = _CLAUSE_END.split(text[max(0, place - _NEAR) : place])[-1]
        if _DENIAL.search(clause):
            return "denied"
    sentence_start = max((match.end() for match in _SENTENCE_END.finditer(text, 0, start)), default=0)
    sentence_end = next((match.start() for match in _SENTENCE_END.finditer(text, end)), len(text))
    now = _NOW_BEFORE.search(text, sentence_start, start) or _NOW_AFTER.search(text[end:sentence_end])
    if not now and _over_and_done(text, sentence_start, sentence_end):
        return "over and done"
    if of_others and _FOR_KNOWLEDGE.search(text):
        return "for knowledge"
    first = _FIRST_WORD.match(text, start)
    begun = first.end() if first else start
    subject = _SOMEBODY_ELSE.search(text, sentence_start, end)
    others = of_others and subject and _PAST.search(text, subject.start(), sentence_end)
    if subject and others and not _BACK_TO_ME.search(text, subject.end(), begun):
        return "somebody else"
    general = _IN_GENERAL.search(text, max(sentence_start, start - _NEAR), start)
    if general and not (
        _NEW_CLAUSE.search(text, general.end(), start) or _BACK_TO_ME.search(text, general.end(), begun)
    ):
        return "in general"
    return None


def without_excused(text: str, of_others: bool = True) -> str:
    """Return the text without what it denies, and without what it says of the past or of somebody else."""
    if of_others and _FOR_KNOWLEDGE.search(text):
        return ""
    kept = [_here_and_now(match.group(), of_others) for match in _SENTENCE.finditer(_DENIED.sub(" ", text))]
    return re.sub(r"\s+", " ", "".join(kept)).strip(" ,;")


def _here_and_now(sentence: str, of_others: bool) -> str:
    """Return a sentence; of one about the past or somebody else, what comes back to now and to the person."""
    subject = _SOMEBODY_ELSE.search(sentence)
    if of_others and subject and _PAST.search(sentence, subject.start()):
        back = _BACK_TO_ME.search(sentence, subject.end())
        return sentence[back.start() :] if back else ""
    over = _over_and_done(sentence, 0, len(sentence))
    if over:
        back = _BACK_TO_NOW.search(sentence, over.end())
        return sentence[back.start() :] if back else ""
    return sentence


def _over_and_done(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return what says in a stretch of text that something is over; "born last month" does not."""
    found = _OVER_AND_DONE.finditer(text, start, end)
    return next((match for match in found if not _BIRTH.search(text[start : match.start()])), None)
