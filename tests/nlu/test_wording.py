"""Wording: texts of the same words and letters have close vectors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from latch.nlu.wording import TABLES_FILE, WEIGHTS_FILE, Wording

TEXTS = [
    "how is milk produced",
    "how is breast milk made",
    "my baby bites when nursing",
    "the baby bites and it hurts",
    "can I pump at work",
]


@pytest.fixture(scope="module")
def wording() -> Wording:
    """Return the wording of a few texts."""
    return Wording.fit(TEXTS)


def test_there_is_one_row_a_text(wording: Wording) -> None:
    assert wording.vectors(TEXTS).shape[0] == len(TEXTS)


def test_words_and_letters_weigh_the_same(wording: Wording) -> None:
    """Two kinds of n-gram, each of length 1."""
    lengths = np.asarray(wording.vectors(TEXTS).power(2).sum(axis=1)).ravel()
    assert lengths == pytest.approx([2.0] * len(TEXTS), rel=1e-5)


def test_a_misspelt_text_is_nearest_to_its_like(wording: Wording) -> None:
    close = (wording.vectors(["baby bitess wen nursin"]) @ wording.vectors(TEXTS).T).toarray()[0]
    assert TEXTS[int(close.argmax())] == "my baby bites when nursing"


def test_case_makes_no_difference(wording: Wording) -> None:
    difference = wording.vectors(["HOW is Milk produced"]) - wording.vectors(["how is milk produced"])
    assert abs(difference).sum() == 0


@pytest.mark.parametrize("text", ["", "😢", "母乳"])
def test_a_text_of_unknown_letters_is_a_row_of_zeros(wording: Wording, text: str) -> None:
    row = wording.vectors([text])
    assert row.shape[0] == 1
    assert row.nnz == 0


def test_what_is_saved_is_loaded(wording: Wording, tmp_path: Path) -> None:
    wording.save(tmp_path)
    loaded = Wording.load(tmp_path)
    unseen = [*TEXTS, "does nursing hurt at work", ""]
    assert abs(loaded.vectors(unseen) - wording.vectors(unseen)).max() < 1e-6


def test_only_plain_tables_are_stored(wording: Wording, tmp_path: Path) -> None:
    wording.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([TABLES_FILE, WEIGHTS_FILE])
    words, letters = json.loads((tmp_path / TABLES_FILE).read_text(encoding="utf-8"))
    assert "milk produced" in words
    assert "milk" in letters
    with np.load(tmp_path / WEIGHTS_FILE, allow_pickle=False) as weights:
        assert [len(weights[name]) for name in sorted(weights)] == [len(words), len(letters)]


@pytest.mark.parametrize("text", ["", "how is milk produced, how?", "Zebedee!", "the the the baby"])
def test_rows_are_those_of_scikit_learn(wording: Wording, text: str) -> None:
    theirs = sparse.hstack([vectorizer.transform([text]) for vectorizer in wording._vectorizers])
    ours = wording.vectors([text, text])
    assert ours.toarray() == pytest.approx(np.vstack([theirs.toarray()] * 2), abs=1e-6)
    directions = np.random.default_rng(0).random((ours.shape[1], 3), dtype=np.float32)
    assert wording.projected([text], directions) == pytest.approx(theirs @ directions, abs=1e-5)


@given(
    st.lists(st.sampled_from([*" ".join(TEXTS).split(), "Milk?", "pump-pump", "ẞÄ", "a" * 60, "\u00a0", "\n", "😢"]))
)
def test_vectors_are_those_of_scikit_learn(wording: Wording, words: list[str]) -> None:
    text = " ".join(words)
    expected = sparse.hstack([vectorizer.transform([text]) for vectorizer in wording._vectorizers])
    assert abs(wording.vectors([text]) - expected).max() < 1e-6
