"""WordReader: writes shorthand and slips of the thumb out in full, and marks a text that is no English."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from symspellpy import SymSpell, Verbosity

from latch.english import english_words
from latch.nlu.constants import FOREIGN, SAID, UNKNOWN_WORDS, UNREADABLE
from latch.nlu.tongues import language, prepare

WORDS_FILE = "words.json"
_KEPT = "kept"
SHORTHAND = "shorthand"  # the look-up table of entries "bf=breastfeed"

# Letters beside a digit are a unit or a name ("4mo", "h1n1"), no word.
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’][^\W\d_]+)*(?!\w)")
_ADDRESS = re.compile(
    r"(?<![\w.+-])(?:https?://|www\.|[\w.+-]+@|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|gov|edu|info|uk)(?=[/?#:]|\W|$))\S*",
    re.IGNORECASE,
)

# A word is put right when so many of the examples have it, and only into one of the same beginning.
FREQUENT = 4
SHORTEST = 5
TWO_SLIPS = 8  # from so many letters on, two slips are put right

# English where more of its words than this are known; of the others the language is looked for.
ENGLISH_SHARE = 0.6


class Vocabulary:
    """The words of the training examples, and what people write for them."""

    def __init__(self, counts: Mapping[str, int], shorthand: Mapping[str, str]) -> None:
        self._counts = dict(counts)
        self._shorthand = dict(shorthand)
        self._readable = _readable(self._shorthand)
        self._speller = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word, count in self._counts.items():
            if count >= FREQUENT and len(word) >= SHORTEST - 1:
                self._speller.create_dictionary_entry(word, count)

    @classmethod
    def of(cls, texts: Iterable[str], shorthand: Mapping[str, str]) -> Vocabulary:
        """Return the vocabulary of some texts."""
        counts = Counter(word for text in texts for word in _words(text))
        return cls(counts, shorthand)

    def plain(self, text: str) -> str:
        """Return the text with shorthand and slips written out."""
        return self._readable.sub(self._written_out, text)

    def known(self, text: str) -> float:
        """Return the share of a text's words that stand in an example; 0 without a word."""
        words = _words(text)
        return sum(word in self._counts for word in words) / len(words) if words else 0.0

    def packed(self) -> dict[str, Any]:
        """Return all that is needed to make it again, as plain data."""
        return {"counts": self._counts, "shorthand": self._shorthand}

    def _written_out(self, match: re.Match[str]) -> str:
        found = match.group()
        if match.lastgroup == _KEPT:
            return found
        after = match.string[match.end() : match.end() + 1]
        # "w/formula": the slash also stood for the space.
        return self._plain(found) + (" " if found.endswith("/") and after.isalnum() else "")

    def _plain(self, word: str) -> str:
        lower = word.casefold().replace("’", "'")
        if lower in self._shorthand:
            return self._shorthand[lower]
        if len(lower) < SHORTEST or not lower.isalpha() or lower in self._counts or lower in english_words():
            return word
        distance = 1 if len(lower) < TWO_SLIPS else 2
        near = self._speller.lookup(lower, Verbosity.TOP, max_edit_distance=distance)
        return near[0].term if near and near[0].term[0] == lower[0] else word


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class WordReader(GraphComponent):
    """Rewrites `text` in plain words; what was typed stays under SAID.

    A text with no known word, or in another language, is marked `unreadable` (see latch.nlu.constants).
    """

    @staticmethod
    def required_packages() -> list[str]:
        """Return what must be installed."""
        return ["symspellpy", "py3langid", "spacy_lookups_data"]

    def __init__(self, model_storage: ModelStorage, resource: Resource, vocabulary: Vocabulary | None = None) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._vocabulary = vocabulary

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WordReader:
        """Return a reader that knows no word yet."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> WordReader:
        """Return the reader with the words that the model archive holds."""
        with model_storage.read_from(resource) as folder:
            written = json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))
        prepare()  # else the first message would wait for it
        return cls(model_storage, resource, Vocabulary(written["counts"], written["shorthand"]))

    def train(self, training_data: TrainingData) -> Resource:
        """Take the words of all examples, and the look-up table of shorthand."""
        entries: Sequence[str] = [
            entry for table in training_data.lookup_tables if table["name"] == SHORTHAND for entry in table["elements"]
        ]
        shorthand = dict(entry.split("=", 1) for entry in entries)
        texts = [example.get(TEXT) for example in training_data.training_examples if example.get(TEXT)]
        self._vocabulary = Vocabulary.of([*texts, *shorthand.values()], shorthand)
        with self._model_storage.write_to(self._resource) as folder:
            written = json.dumps(self._vocabulary.packed(), ensure_ascii=False)
            (folder / WORDS_FILE).write_text(written, encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Write the training examples in plain words, as messages are."""
        for example in training_data.training_examples:
            if example.get(TEXT) and self._vocabulary:
                example.set(TEXT, self._vocabulary.plain(example.get(TEXT)))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Write each message in plain words, or mark it."""
        for message in messages:
            text = message.get(TEXT) or ""
            if message.get(SAID) is None:
                message.set(SAID, text)
            if message.get(UNREADABLE) or self._vocabulary is None:
                continue
            plain = self._vocabulary.plain(text)
            share = self._vocabulary.known(plain)
            foreign = language(text) if share <= ENGLISH_SHARE else None
            if foreign is not None:
                message.set(UNREADABLE, f"{FOREIGN}_{foreign}" if foreign else FOREIGN, add_to_output=True)
            elif not share:
                message.set(UNREADABLE, UNKNOWN_WORDS, add_to_output=True)
            else:
                message.set(TEXT, plain, add_to_output=True)
        return messages


def _readable(shorthand: Mapping[str, str]) -> re.Pattern[str]:
    """Return what finds whatever may be written out: shorthand of more than letters, and words; addresses are kept."""
    odd = sorted((short for short in shorthand if not _WORD.fullmatch(short)), key=len, reverse=True)
    parts = [f"(?P<{_KEPT}>{_ADDRESS.pattern})", *map(_odd, odd), _WORD.pattern]
    return re.compile("|".join(parts), re.IGNORECASE)


def _odd(short: str) -> str:
    """Return the pattern of shorthand with digits or marks in it ("b4", "c/s", "w/")."""
    end = "" if short.endswith("/") else r"(?!\w|['’/]\w)"
    # "a 2day old" tells an age.
    age = r"(?!\W?old\b)" if short[0].isdigit() else ""
    letters = re.escape(short).replace("'", "['’]")
    return rf"(?<![\w/'’]){letters}{end}{age}"


def _words(text: str) -> list[str]:
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
