from __future__ import annotations

from latch.evaluation.keyword_menu import KeywordMenu
from tests.evaluation.texts import CATEGORIES, TITLES

MENU = KeywordMenu(TITLES, CATEGORIES)


def test_the_topic_whose_words_are_asked_comes_first() -> None:
    assert MENU.ranking("nipple? he bites!")[0] == "bites"
    assert MENU.ranking("MILK!")[0] == "made"


def test_the_words_of_the_category_count_too() -> None:
    assert set(MENU.ranking("production")) == {"made", "more"}


def test_without_a_common_word_the_menu_is_shown() -> None:
    assert MENU.ranking("what time is it") == []
    assert MENU.ranking("") == []
