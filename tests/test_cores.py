"""How many cores a server may use comes from the environment, else from the machine."""

from __future__ import annotations

import os

import pytest

from latch.cores import CORES, cores


def test_without_a_setting_it_is_what_the_machine_gives() -> None:
    assert cores({}) == cores({CORES: ""}) == len(os.sched_getaffinity(0))


def test_a_setting_holds() -> None:
    assert cores({CORES: "1"}) == 1


@pytest.mark.parametrize("wrong", ["0", "-1", "two", "1.5", " "])
def test_a_wrong_setting_is_refused_with_its_name(wrong: str) -> None:
    with pytest.raises(ValueError, match=CORES):
        cores({CORES: wrong})
