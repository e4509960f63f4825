"""Finds the danger signs in a message: patterns that always catch one, joined with a trained recogniser."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latch.nlu.intent_model import IntentModel, Matrix
from latch.safety.guards import excused, is_blocked_nose, without_excused
from latch.safety.patterns import Hit, PatternBook
from latch.text import words

SIGNS_FILE = "signs.json"
# The most urgent first. A crisis is as urgent as an emergency; where both are found, the emergency is said.
URGENCIES = ("emergency", "crisis", "same_day", "soon")
URGENT = URGENCIES[:2]
HARMLESS = "harmless"
# The encoder reads no more than about so many words of a text.
WHOLE_WORDS = 90

Encode = Callable[[Sequence[str]], Matrix]

PATTERN = "pattern"
RECOGNISER = "recogniser"


@dataclass(frozen=True)
class Sign:
    """What the detector knows of a sign: its urgency, the ages in months between which it holds, what comes before it.

    It steps back where a sign that it `yields_to` is found, too: what comforts one person would harm another.
    """

    urgency: str
    age_from: float | None = None
    age_under: float | None = None
    yields_to: Sequence[str] = ()

    def holds_at(self, months: float | None) -> bool:
        """Tell whether it holds at an age; where none is known, only a sign of any age does."""
        if self.age_from is None and self.age_under is None:
            return True
        if months is None:
            return False
        return (self.age_from is None or months >= self.age_from) and (
            self.age_under is None or months < self.age_under
        )


@dataclass(frozen=True)
class Danger:
    """A sign that was found: how urgent it is, the words that show it, by what, and how sure the recogniser is."""

    sign: str
    urgency: str
    words: str
    by: str
    confidence: float


class Detector:
    """Patterns and recogniser of all signs."""

    def __init__(
        self,
        signs: Mapping[str, Sign],
        patterns: PatternBook,
        recogniser: IntentModel,
        threshold: float,
        urgent_share: float,
    ) -> None:
        """Take the signs and what finds them.

        The recogniser's word counts from a probability of danger of `threshold` on; it is taken for urgent where urgent
        signs have at least `urgent_share` of that probability.
        """
        self._signs = dict(signs)
        self._patterns = patterns
        self._recogniser = recogniser
        self._threshold = threshold
        self._urgent_share = urgent_share
        self._index = {name: position for position, name in enumerate(recogniser.intents)}

    def dangers(
        self, texts: Sequence[str], vectors: Matrix, months: float | None, said: str, encode: Encode
    ) -> list[Danger]:
        """Return the dangers in a message, the most urgent first, each sign once.

        `texts` are the whole message and its parts as the encoder read them, `vectors` their meanings, shape
        (len(texts), dimensions); `months` is the baby's age where it is known; `said` is the message as typed; `encode`
        gives further texts their meaning.
        """
        likely = self._likely(texts, vectors, months)
        found = {hit.sign: self._by_pattern(hit, likely) for hit in reversed(self.hits(said, months))}
        recognised = self._recognised(texts, likely)
        if recognised and recognised.sign not in found:
            recognised = self._looked_at_again(recognised, texts[0], months, encode)
            if recognised:
                found.setdefault(recognised.sign, recognised)
        return self._ordered(found)

    def certain(self, said: str, months: float | None) -> list[Danger]:
        """Return the dangers that patterns alone find, as `dangers` does: in a message that is not understood."""
        nothing = np.zeros((1, len(self._index)), dtype=np.float32)
        return self._ordered({hit.sign: self._by_pattern(hit, nothing) for hit in reversed(self.hits(said, months))})

    def _ordered(self, found: Mapping[str, Danger]) -> list[Danger]:
        kept = [one for one in found.values() if not any(name in found for name in self._signs[one.sign].yields_to)]
        return sorted(kept, key=lambda danger: (URGENCIES.index(danger.urgency), -danger.confidence))

    def hits(self, said: str, months: float | None) -> list[Hit]:
        """Return the lines of patterns that hold and are not excused."""
        return [
            hit
            for hit in self._patterns.hits(said)
            if self._signs[hit.sign].holds_at(months)
            and not (is_blocked_nose(said, hit.end) if hit.absence else self._excused(said, hit))
        ]

    def _excused(self, said: str, hit: Hit) -> bool:
        crisis = self._signs[hit.sign].urgency == "crisis"
        return excused(said, hit.start, hit.end, not crisis, hit.parts) is not None

    def _likely(self, texts: Sequence[str], vectors: Matrix, months: float | None) -> npt.NDArray[np.float32]:
        """Return the probability of each sign in each text, shape (len(texts), signs and harmless).

        A sign of another age is left out; where no age is known, an urgent one is not.
        """
        likely = self._recogniser.probabilities(self._recogniser.scores(texts, vectors))
        for name, sign in self._signs.items():
            if name in self._index and not sign.holds_at(months) and (months is not None or sign.urgency not in URGENT):
                likely[:, self._index[name]] = 0.0
        return likely

    def _by_pattern(self, hit: Hit, likely: npt.NDArray[np.float32]) -> Danger:
        confidence = float(likely[:, self._index[hit.sign]].max()) if hit.sign in self._index else 0.0
        return Danger(hit.sign, self._signs[hit.sign].urgency, hit.words, PATTERN, confidence)

    def _recognised(self, texts: Sequence[str], likely: npt.NDArray[np.float32]) -> Danger | None:
        """Return the sign of the text in which danger is likeliest; None where it is not likely enough.

        The whole message tells, as in training: a part may sound alarming that the rest explains. A part counts by
        itself, and must be surer then, where the encoder could not read the whole.
        """
        signs = [name for name in self._recogniser.intents if name != HARMLESS]
        shares = likely[:, [self._index[name] for name in signs]]
        together = shares.sum(axis=1)
        parts = together[1:] * (0.5 + 0.5 * together[0])
        loudest = 1 + int(parts.argmax()) if len(parts) else 0
        by_part = len(words(texts[0])) > WHOLE_WORDS and parts.max(initial=0.0) > together[0]
        confidence = float(parts.max() if by_part else together[0])
        if confidence < self._threshold:
            return None
        row = shares[loudest if by_part else 0]
        urgent = np.array([self._signs[name].urgency in URGENT for name in signs])
        if urgent.any() and row[urgent].sum() >= self._urgent_share * row.sum():
            row = np.where(urgent, row, 0.0)
        sign = signs[int(row.argmax())]
        return Danger(sign, self._signs[sign].urgency, texts[loudest], RECOGNISER, confidence)

    def _looked_at_again(self, danger: Danger, text: str, months: float | None, encode: Encode) -> Danger | None:
        """Return the danger that is left without what the text denies, or says of the past or of others."""
        rest = without_excused(text, of_others=danger.urgency != "crisis")
        if rest == text:
            return danger
        return self._recognised([rest], self._likely([rest], encode([rest]), months)) if rest else None

    def save(self, folder: Path) -> None:
        """Write the detector into `folder`, without code."""
        self._recogniser.save(folder)
        written: dict[str, Any] = {
            "signs": {name: asdict(sign) for name, sign in self._signs.items()},
            "patterns": self._patterns.packed(),
            "threshold": self._threshold,
            "urgent_share": self._urgent_share,
        }
        (folder / SIGNS_FILE).write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Detector:
        """Return the detector that `folder` holds."""
        written = json.loads((folder / SIGNS_FILE).read_text(encoding="utf-8"))
        return cls(
            {name: Sign(**sign) for name, sign in written["signs"].items()},
            PatternBook.unpacked(written["patterns"]),
            IntentModel.load(folder),
            written["threshold"],
            written["urgent_share"],
        )
