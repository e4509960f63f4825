"""Everyone is held to a rate, in bounded memory, by an address that nobody can choose."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from latch.channels.limits import Limit, Rate, address


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    clock = Clock()
    limit = Limit(Rate(burst=3, per_minute=30), now=clock)
    assert [limit.wait("a") for _ in range(5)] == [0, 0, 0, 2, 2]
    clock.time += 1.5
    assert limit.wait("a") == 1
    clock.time += 0.5
    assert [limit.wait("a"), limit.wait("a")] == [0, 2]


def test_who_waits_as_long_as_told_is_let_through() -> None:
    clock = Clock()
    limit = Limit(Rate(burst=1, per_minute=7), now=clock)
    assert limit.wait("a") == 0
    for _ in range(20):
        clock.time += limit.wait("a")
        assert limit.wait("a") == 0


def test_one_does_not_use_up_what_is_anothers() -> None:
    limit = Limit(Rate(burst=1, per_minute=1), now=Clock())
    assert [limit.wait("a"), limit.wait("b"), limit.wait("a")] == [0, 0, 60]


def test_a_long_rest_gives_a_burst_and_no_more() -> None:
    clock = Clock()
    limit = Limit(Rate(burst=2, per_minute=60), now=clock)
    clock.time += 10_000
    assert [limit.wait("a") for _ in range(3)] == [0, 0, 1]


def test_a_name_is_forgotten_as_soon_as_it_may_ask_a_whole_burst_again() -> None:
    """The name may be the address of a person."""
    clock = Clock()
    limit = Limit(Rate(burst=3, per_minute=30), now=clock)
    for _ in range(3):
        limit.wait("a")
    clock.time += 5.9
    limit.wait("b")
    assert len(limit) == 2
    clock.time += 0.1
    limit.wait("b")
    assert len(limit) == 1


def test_memory_is_bounded() -> None:
    limit = Limit(Rate(1, 1), most=10, now=Clock())
    for number in range(1000):
        limit.wait(str(number))
    assert len(limit) == 10


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(0, 100), max_size=60), st.integers(1, 5), st.integers(1, 120))
def test_in_any_time_no_more_pass_than_burst_and_rate_allow(pauses: list[float], burst: int, rate: int) -> None:
    clock = Clock()
    limit = Limit(Rate(burst, rate), now=clock)
    passed = 0
    for pause in pauses:
        clock.time += pause
        passed += limit.wait("a") == 0
    assert passed <= burst + (clock.time - 1000) * rate / 60 + 1e-6


@pytest.mark.parametrize("wrong", [(0, 1), (1, 0)])
def test_a_rate_of_nothing_is_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Rate(*wrong)


@pytest.mark.parametrize(
    ("forwarded", "proxies", "expected"),
    [
        ([], 0, "10.0.0.1"),
        (["1.2.3.4"], 0, "10.0.0.1"),  # anybody may write the header
        (["6.6.6.6, 1.2.3.4"], 1, "1.2.3.4"),
        (["6.6.6.6", "1.2.3.4"], 1, "1.2.3.4"),
        (["6.6.6.6, 1.2.3.4, 5.6.7.8"], 2, "1.2.3.4"),
        ([], 1, "10.0.0.1"),
        (["unknown"], 1, "10.0.0.1"),
        (["2001:db8:1:2:aaaa::1"], 1, "2001:db8:1:2::"),
        (["::ffff:1.2.3.4"], 1, "1.2.3.4"),
    ],
)
def test_the_address_is_the_one_that_a_trusted_proxy_saw(forwarded: list[str], proxies: int, expected: str) -> None:
    assert address("10.0.0.1", forwarded, proxies) == expected
