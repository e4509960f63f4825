from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from latch.evaluation import plots
from latch.evaluation.statistics import share

CURVE = [{"threshold": number / 20, "coverage": 1 - number / 20, "error": 0.2 - number / 100} for number in range(20)]
BINS = [{"confidence": 0.3, "right": 0.4, "count": 7}, {"confidence": 0.9, "right": 0.8, "count": 3}]
DRAWN = {
    "bars": lambda: plots.bars({"milk_production": share([True, False]), "<b>": share([True])}, "a & <b>"),
    "curve": lambda: plots.coverage_against_error(CURVE, {"coverage": 0.8, "error": 0.1}, "curve"),
    "reliability": lambda: plots.reliability(BINS, "reliability"),
    "histogram": lambda: plots.histogram([-0.5, 2.1, 2.9, 6.6], {"at most": 8}, "grades"),
}


@pytest.mark.parametrize("kind", DRAWN)
def test_a_picture_is_well_formed_and_asks_for_nothing(kind: str) -> None:
    drawn = DRAWN[kind]()
    assert ElementTree.fromstring(drawn).tag == "svg"
    assert "://" not in drawn
    assert "<script" not in drawn
    assert "<style" not in drawn


@pytest.mark.parametrize("kind", DRAWN)
def test_a_picture_has_the_colours_of_the_page(kind: str) -> None:
    drawn = DRAWN[kind]()
    assert not re.search(r"#[0-9a-f]{6}", drawn.replace("url(#", ""))
    assert set(re.findall(r"var\((--\w+)\)", drawn)) <= {"--ink", "--faint", "--first", "--second"}


def test_a_picture_says_what_it_shows_to_who_cannot_see_it() -> None:
    drawn = ElementTree.fromstring(DRAWN["bars"]())
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label") == "a & <b>"


def test_a_picture_keeps_its_words_as_words() -> None:
    words = "".join(ElementTree.fromstring(DRAWN["bars"]()).itertext())
    assert "milk production" in words
    assert "50 % of 2" in words


def test_the_same_figures_make_the_same_picture() -> None:
    assert DRAWN["curve"]() == DRAWN["curve"]()
