"""When words of danger are no danger: denied, over and done, somebody else's, asked about in general, or a cold."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A new subject begins a clause of its own: "I can't take it I want to die" denies nothing.
_CLAUSE_END = re.compile(
    r"[,;:.!?\n—]|\b(?:but|and|because|cos|cause|although|though|then|so|i|he|she|we|they|it|im|hes|shes|ive)\b",
    re.IGNORECASE,
)
_TAKES_NOTHING_BACK = "only|just|sure|know|sleeping|eating|stop|stopping|stopped"  # "he won't stop shaking"
_NEGATION = (
    r"(?:\b(?:no|not|never|without|nor|neither|cannot|none|nothing|nobody|zero|ruled out|"
    r"(?:is|are|was|were|do|does|did|has|have|had|ca|wo|would)n['’]?t)\b)"
    rf"(?!\s+(?:{_TAKES_NOTHING_BACK})\b)"
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
    r"|great now|sorted (?:now|since)|long gone|all fine for|months on(?! the| my| his| her)|a decade ago"
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
# "He can't breathe through his nose when he drinks" is a cold; through nose and mouth, it is none.
_BREATHE = re.compile(r"\bbreath\w*$", re.IGNORECASE)
_THROUGH_THE_NOSE = re.compile(
    r"\s+(?:well\s+|properly\s+|out\s+)?(?:through|thru|from|by)\s+(?:(?:his|her|their|its|the)\s+)?(?:\w+\s+)?"
    r"(?:nose|nostrils?)\b(?!\s*(?:or|and|nor|,|/)\s*(?:\w+\s+)?mouth)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[!?\n]|\.(?!\d)")
_PUNCTUATION = re.compile(r"[,;:.!?\n—]|\b(?:but|because|although)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
_NEAR = 60
_FIRST_WORD = re.compile(r"[\w'’-]+")
# "My sister had it and now I": the person speaks of herself again.
_BACK_TO_ME = re.compile(
    r"(?:\b(?:and|but|so|now|because|today|tonight)|[,;—-])\s*(?:(?:now|then|today|tonight|that)\s+)?"
    r"(?:i|i['’]?m|i['’]?ve|my (?:own )?(?:baby|son|daughter|lo|newborn|twins?|husband|partner|wife))\b",
    re.IGNORECASE,
)
# "My friend was here when my baby turned blue": a possession of the person's own comes back without "and", too.
_OUR_BABY = (
    r"(?:my|our|mine)(?:\s+(?!mum|mom|sister|friend|cousin|aunt|neighbou?r|mother|dog|cat)[\w'’-]+)?\s+"
    r"(?:baby|bab(?:e|ies)|newborn|infant|son|daughter|boy|girl|twins?|lo|child|kid|toddler|ds|dd)(?!['’]?s?\s+(?:friend"
    r"|cousin|nursery|class|shower))\b"
)
_BACK_TO_BABY = re.compile(rf"\b{_OUR_BABY}", re.IGNORECASE)
# "My sister says I should": what others say is about the person, unless they say it of themselves.
_REPORTED = re.compile(
    r"\s+(?:just\s+|always\s+|also\s+)?(?:says?|said|thinks?|thought|tells?|told|asks?|asked|reckons?|suggests?|suggested"
    r"|wants?|recommends?|recommended|advise[sd]?|keeps? (?:saying|telling))\b"
    r"(?!\s+(?:me\s+|us\s+)?(?:that\s+)?(?:she|he|her|his|they|it|about)\b)",
    re.IGNORECASE,
)
_BACK_TO_NOW = re.compile(r"\b(?:now|today|tonight|again|this (?:morning|afternoon|evening))\b", re.IGNORECASE)
# A statement of how somebody here is at present; "if he is", "when I have" are none.
_HE = r"(?:i|he|she|they|we|it|mine|(?:baby|lo|bub|newborn|ds|dd|bubs))"
_PRESENT = re.compile(
    rf"(?P<who>\b(?:{_OUR_BABY}|(?:my|our|his|her)\s+(?:[\w'’-]+\s+){{0,1}}[\w-]+|{_HE}))"
    r"(?:['’](?:s|m|re|ve)\b|\s+(?:\w+ly\s+|just\s+|now\s+|still\s+|also\s+|suddenly\s+)?"
    r"(?:is|are|am|has|have|['’]s|(?:is|are|was|do|does|has|have|wo|ca)n['’]?t|cannot|keeps?|looks?|feels?|seems?|turns?"
    r"|sounds?|turned|went|fell|swallowed|stopped|collapsed|started|refuses)\b)"
    r"|\b(?:hes|shes|im|ive|theyre)\b",
    re.IGNORECASE,
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|when|whenever|whether|once|until|unless|how|what|where|which|why|suppose|imagine|say|in case|does|do|can"
    r"|could|should|would)\s+(?:or not\s+)?(?:\w+\s+)?$|\b(?:a|an|any|every|some|your|their)\s+$",
    re.IGNORECASE,
)
# Between the person and the words of danger: "I am a student writing about", "he is over".
_ONLY_TALK = re.compile(
    r"[,;:.!?\n—]|\b(?:about|of course|student|volunteer|writ\w+|learn\w*|read\w*|stud\w+|curious|ask\w*|wonder\w*|exam"
    r"|essay|course|class|questions?|how|what|which|why|when|if|whether|signs?|symptoms?|have to|has to|need|know"
    r"|sister|friend|cousin|neighbou?r|but|because|scared|afraid|worried|terrified|anxious|risk|prevent|avoid"
    r"|had|was|were|used to|years? ago|last (?:year|month))\b",
    re.IGNORECASE,
)
# "I am a student midwife and my baby has gone blue": stated of somebody here, now.
_HERE_NOW = re.compile(
    rf"(?<!if )(?<!when )\b(?:{_OUR_BABY}|i|he|she)(?:['’](?:s|m|ve)|\s+(?:is|am|has|have))\s+(?:gone\b"
    r"|[^.!?,;:\n]{0,40}\b(?:now|tonight|today|again|this (?:morning|afternoon|evening))\b)",
    re.IGNORECASE,
)
# Words of a line that say nothing of a state: in "I had a stroke years ago, I am fine now", "now" is no danger.
_NO_STATE = re.compile(r"now|today|tonight|again|just|well|fine|help|please|think|i|me|my|he|she", re.IGNORECASE)
# That it is there again: "he had one last month and again now", "It is back".
_RETURNED = re.compile(
    r"(?:\b(?:and|but|then|now)|[,—])\s*(?:now\s+|then\s+)?again\b(?!\s+(?:in|when|to|and|please|for)\b)"
    r"|\b(?:it|this)(?:['’]?s|\s+is|\s+has|\s+has come|\s+came)"
    r"\s+(?:back|happening again|there again|again)\b(?!\s+to\b)",
    re.IGNORECASE,
)
_RETURN_NEAR = 80  # characters behind the danger in which it may be said to be back
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


def excused(
    text: str, start: int, end: int, of_others: bool = True, parts: Sequence[tuple[int, int]] = ()
) -> str | None:
    """Return why the words from `start` to `end` of a text are no danger; None where they may be one.

    `of_others` tells whether it is an excuse that somebody else is meant, or that it is asked for knowledge: in a
    crisis people write for a friend. `parts` are the places of words that stand apart.
    """
    parts = parts or ((start, end),)
    if any(_denied(text, *part) for part in parts):
        return "denied"
    # Only of what is not denied: whatever else is said in the message, somebody is in that state now.
    if any(_present(text, *part) for part in parts):
        return None
    sentence_start = max((match.end() for match in _SENTENCE_END.finditer(text, 0, start)), default=0)
    sentence_end = next((match.start() for match in _SENTENCE_END.finditer(text, end)), len(text))
    if _over_and_done(text, sentence_start, sentence_end) and not _now(text, sentence_start, start, end, sentence_end):
        return "over and done"
    if of_others and _FOR_KNOWLEDGE.search(text):
        return "for knowledge"
    first = _FIRST_WORD.match(text, start)
    begun = first.end() if first else start
    if of_others and _somebody_else(text, sentence_start, begun, end, sentence_end):
        return "somebody else"
    general = _IN_GENERAL.search(text, max(sentence_start, start - _NEAR), start)
    if general and not (
        _NEW_CLAUSE.search(text, general.end(), start) or _BACK_TO_ME.search(text, general.end(), begun)
    ):
        return "in general"
    return None


def is_blocked_nose(text: str, end: int) -> bool:
    """Tell whether what ends here, and says that somebody does not breathe, is said of the nose alone."""
    return bool(_BREATHE.search(text, 0, end) and _THROUGH_THE_NOSE.match(text, end))


def _denied(text: str, start: int, end: int) -> bool:
    last = _LAST_WORD.search(text, start, end)
    places = {start}
    if last and not re.match(rf"(?:{_TAKES_NOTHING_BACK})\b", last.group(), re.IGNORECASE):
        places.add(last.start())
    return any(_DENIAL.search(_CLAUSE_END.split(text[max(0, place - _NEAR) : place])[-1]) for place in places)


def _present(text: str, start: int, end: int) -> bool:
    """Tell whether the words belong to a statement of how a person or a baby is at present."""
    last = _LAST_WORD.search(text, start, end)
    until = last.start() if last else start
    before = max(0, start - _NEAR)
    stated = None
    for match in _PRESENT.finditer(text, before, end):
        if match.start() <= until and not _HYPOTHETICAL.search(text[before : match.start()]):
            stated = match
    if stated is None or _NO_STATE.fullmatch(text, start, end):
        return False
    if stated.group().lower().startswith(("his ", "her ")) and _SOMEBODY_ELSE.search(text[before : stated.start()]):
        return False
    if _ONLY_TALK.search(text[stated.end() : until]):
        return False
    clause = _PUNCTUATION.split(text[stated.start() :], maxsplit=1)[0]
    return not _OVER_AND_DONE.search(clause) and not _SOMEBODY_ELSE.search(text[stated.start() : end])


def _now(text: str, sentence_start: int, start: int, end: int, sentence_end: int) -> bool:
    """Tell whether something says that the danger is there now, or is back."""
    return bool(
        _NOW_BEFORE.search(text, sentence_start, start)
        or _NOW_AFTER.search(text[end:sentence_end])
        or _RETURNED.search(text, sentence_start, end + _RETURN_NEAR)
    )


def _somebody_else(text: str, sentence_start: int, begun: int, end: int, sentence_end: int) -> bool:
    """Tell whether a sentence is about somebody else, and has not come back to the person or the baby."""
    subject = _SOMEBODY_ELSE.search(text, sentence_start, end)
    return bool(
        subject
        and _PAST.search(text, subject.start(), sentence_end)
        and not _REPORTED.match(text, subject.end())
        and not _BACK_TO_ME.search(text, subject.end(), begun)
        and not _BACK_TO_BABY.search(text, subject.end(), end)
    )


def without_excused(text: str, of_others: bool = True) -> str:
    """Return the text without what it denies, and without what it says of the past or of somebody else."""
    if of_others and _FOR_KNOWLEDGE.search(text) and not _HERE_NOW.search(text):
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
