"""Which language a text is in that is not English: by its script, by short common words, and by an identifier."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from runpy import run_path

import spacy.lang
from py3langid.langid import MODEL_FILE, LanguageIdentifier
from spacy.lang.en.stop_words import STOP_WORDS

from latch.english import english_words, frequent_words

ENGLISH = "en"
LANGUAGES = (ENGLISH, "es", "fr", "de", "pt", "ar", "hi")
OTHER_LANGUAGES = ("it", "nl", "pl", "tr", "ru", "zh", "ro", "uk", "vi", "id", "sv")
OTHER = ""  # a language that has no line of its own

SURE = 0.9  # from here on the identifier is believed
ENOUGH_WORDS = 4  # of fewer words it is believed only where a common word of a language, or a foreign letter, agrees
SHORT = 3  # a word alone of no more letters tells no language
ENGLISH_SHARE = 0.75  # a text with more English words than this is English, whatever the identifier says

_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[a-zA-ZÀ-ɏḀ-ỿ]")
_WORD = re.compile(r"[^\W_]+")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_NOT_ARABIC = re.compile("[پچژگٹڈڑںےکی]")  # letters of Persian and Urdu that Arabic lacks
# "3ala", "bird3": digits stand for letters in typed Arabic; "4mo", "10oz", "l8r", "b12" are English.
_ARABIC_DIGIT = re.compile(r"(?:[a-z]+[2357][a-z]+|[a-z]{2,}[357]|[2357][a-z]{3,})[2357a-z]*\Z")
_ENGLISH_DIGIT = re.compile(
    r"\d(?:days?|weeks?|wks?|months?|mths?|mos|years?|yrs?|hours?|hrs?|mins?|nites?|nights?|times|feeds?)\Z"
)

_STOP_WORDS = ("es", "fr", "de", "pt", "it", "nl", "pl", "tr", "ro", "vi", "id", "sv")  # spaCy's lists
# What spaCy's lists lack: greetings, and the common words of languages that people type in Latin letters.
_ADDED: Mapping[str, str] = {
    "es": "hola gracias buenas ayuda necesito quiero hace mi mis bebé bebe leche pecho",
    "fr": "bonjour bonsoir salut merci aide besoin bébé bebe lait sein mon mes c'est",
    "de": "hallo danke bitte hilfe brauche mein meine milch brust stillen",
    "pt": "olá oi obrigada obrigado ajuda preciso quero meu minha bebê leite peito tenho",
    "it": "ciao grazie aiuto bambino latte seno",
    "hi": (
        "hai hain ho hu hoon hun tha thi kya kyu kyun kyon kaise kaisa kaisi kab kahan kaun kitna kitni kitne nahi "
        "nahin nai mat mera meri mere mujhe hume hum aap aapka aapki aapke apna apni apne uska uski uske usko unka "
        "unki iska iski iske isko ka ki ke ko se mein mai bhi aur lekin agar toh phir abhi bahut bohot zyada jyada "
        "thoda thodi raha rahi rahe gaya gayi gaye karna karu karun karo kare karti karta kar sakta sakti sakte "
        "chahiye hota hoti hote hua hui huye liye wala wali wale baad pehle tak roz din raat ghante mahine saal "
        "bachcha bachche bacha bache bacche bacchi beta beti doodh dudh pilana pilati pilaye peeta peeti piti pita "
        "deti dena dete kuch koi namaste namaskar dhanyavad shukriya kripya madad accha acha theek thik"
    ),
    "ar": (
        "ana enti inti enta inta huwa ibni ebni binti benti bint walad tifl tefl tifli wa wla wala aw bas lakin "
        "mish mesh msh mosh mafi mafish la2 laa fi fe feeh fih min mn ila 3ala 3la 3an ma3 el al il shu shou sho eh "
        "eih leh leish lesh laysh kif keef kayf kaif ezay izzay izay ezzay emta imta mata ayna wen fein fen kam "
        "adesh addesh ad2eh hal mumkin momken mumken lazim lazem 3indi 3andi 3endi a3mil a3mel a3mal ba3d abl 2abl "
        "kol kull kul elli illi elly hada hatha da di dah deh ya3ni yani shukran shokran salam marhaba halib haleeb "
        "7alib 7aleeb laban sadr rida3a reda3a ridaa yom youm leil lel"
    ),
}


def language(text: str) -> str | None:
    """Return the language of a text that is surely not English: one of LANGUAGES, "" for another; None for English."""
    letters = _LETTER.findall(text)
    if not letters:
        return None
    latin = sum(bool(_LATIN.match(letter)) for letter in letters)
    return _by_script(text) if latin < len(letters) / 2 else _by_words(text)


def prepare() -> None:
    """Load the identifier and the lists of words, which are loaded once."""
    _identifier()
    _common()
    english_words()
    frequent_words()


def _by_script(text: str) -> str:
    arabic, devanagari = len(_ARABIC.findall(text)), len(_DEVANAGARI.findall(text))
    if arabic > devanagari:
        return OTHER if _NOT_ARABIC.search(text) else "ar"
    return "hi" if devanagari else OTHER


def _by_words(text: str) -> str | None:
    """Return the language of a text in Latin letters; None where it may be English."""
    words = [word for word in _WORD.findall(text.casefold()) if not word.isdigit()]
    votes = _votes(words)
    english = sum(_is_english(word) for word in words)
    identified, confidence = _identifier().classify(text)
    heard = _heard(votes, identified)
    if heard and _outvotes(votes[heard], english, words):
        return _named(heard)
    if identified == ENGLISH or confidence < SURE:
        return None
    if votes[identified]:
        return _named(identified) if english <= ENGLISH_SHARE * len(words) else None
    # Names of drugs and brands look like any language.
    plain = all(letter.isascii() for letter in _LETTER.findall(text))  # a curly apostrophe tells nothing
    doubtful = plain and (len(set(words)) < ENOUGH_WORDS or 2 * english >= len(words))
    return None if doubtful else _named(identified)


def _named(code: str) -> str:
    """Return the code of a language that has a line of its own, OTHER for another."""
    return code if code in LANGUAGES else OTHER


def _votes(words: list[str]) -> Counter[str]:
    """Return how much of each language is heard: one for a common word, half for one that English has, too."""
    votes: Counter[str] = Counter()
    for word in words:
        for code in _common().get(word, ()):
            votes[code] += 1 if word in english_words() else 2
        if _ARABIC_DIGIT.match(word) and not _ENGLISH_DIGIT.search(word):
            votes["ar"] += 2
    return Counter({code: count / 2 for code, count in votes.items()})


def _heard(votes: Counter[str], identified: str) -> str | None:
    """Return the language that most votes are for; among equals the identified one, then one with a line."""
    return max(votes, key=lambda code: (votes[code], code == identified, code in LANGUAGES), default=None)


def _outvotes(votes: float, english: int, words: list[str]) -> bool:
    """Tell whether a language is heard more than English; a short word alone tells nothing."""
    if len(words) < 2:
        return votes >= 1 and len(words[0]) > SHORT
    return (votes >= 2 and votes > english) or (votes >= 1 and not english and len(words) >= ENOUGH_WORDS)


def _is_english(word: str) -> bool:
    if word in _common():
        return False
    return word in _english_stop_words() or word in english_words() or word in frequent_words()


@lru_cache(maxsize=1)
def _english_stop_words() -> frozenset[str]:
    return frozenset(STOP_WORDS)


@lru_cache(maxsize=1)
def _common() -> dict[str, frozenset[str]]:
    """Return the short common words that English lacks, with the languages that have them."""
    found: dict[str, set[str]] = {}
    for code in {*_STOP_WORDS, *_ADDED}:
        for word in (*_stop_words(code), *_ADDED.get(code, "").split()):
            # Who types in haste leaves accents out.
            for spelling in (word.casefold(), _without_accents(word.casefold())):
                found.setdefault(spelling, set()).add(code)
    return {word: frozenset(codes) for word, codes in found.items() if word not in _english_stop_words()}


def _stop_words(code: str) -> Collection[str]:
    """Return spaCy's stop words of a language, without the rest of it: loading French alone takes three seconds."""
    if code not in _STOP_WORDS:
        return ()
    found: Collection[str] = run_path(str(Path(spacy.lang.__path__[0]) / code / "stop_words.py"))["STOP_WORDS"]
    return found


def _without_accents(word: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", word) if not unicodedata.combining(one))


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*LANGUAGES, *OTHER_LANGUAGES])
    return identifier
