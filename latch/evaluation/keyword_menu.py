"""A menu bot, to compare with: it knows the words in the titles of topics, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer


class KeywordMenu:
    """Answers with the topic whose title shares the weightiest words with a message; without one, shows its menu."""

    def __init__(self, titles: Mapping[str, str], categories: Mapping[str, str]) -> None:
        self._topics = list(titles)
        names = [f"{titles[topic]} {categories[topic].replace('_', ' ')}" for topic in self._topics]
        self._words = TfidfVectorizer(stop_words="english", sublinear_tf=True)
        self._rows = self._words.fit_transform(names)

    def ranking(self, text: str) -> list[str]:
        """Return the topics that share a word with the message, the nearest first; none: the menu is shown."""
        closeness = np.asarray((self._rows @ self._words.transform([text]).T).todense()).ravel()
        order = np.argsort(-closeness, kind="stable")
        return [self._topics[index] for index in order if closeness[index] > 0]
