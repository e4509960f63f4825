"""So many messages are taken in that each is answered soon; the rest are told at once to wait, whatever they say."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from latch.channels.admission import LEAST, MOST, Admission, BusyError
from tests.channels.client import Answer, Client
from tests.channels.stand_in import Bot, serving


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def filled(admission: Admission, clock: Clock, turn: float) -> int:
    """Return how many are let in at once, once turns take so long (seconds)."""
    for _ in range(100):
        with admission.place():
            clock.now += turn
    with ExitStack() as places:
        for number in itertools.count():
            try:
                places.enter_context(admission.place())
            except BusyError:
                return number
    raise AssertionError


@pytest.mark.parametrize(
    ("turn", "most"), [(0.01, 300), (0.05, 60), (0.0001, MOST), (0.2, LEAST), (30.0, LEAST)], ids=str
)
def test_the_slower_the_turns_the_fewer_are_let_in(turn: float, most: int) -> None:
    clock = Clock()
    assert filled(Admission(3.0, clock), clock, turn) == pytest.approx(most, abs=1)


def test_turns_that_pass_one_after_the_other_are_measured_by_how_fast_they_leave() -> None:
    """Each has waited for those before it: that is no time of its own."""
    clock = Clock()
    admission = Admission(3.0, clock)
    for _ in range(10):
        places = [ExitStack() for _ in range(20)]
        for place in places:
            place.enter_context(admission.place())
        for place in places:
            clock.now += 0.01
            place.close()
    assert filled(admission, clock, 0.01) == pytest.approx(300, abs=1)


def test_one_long_wait_for_something_else_shuts_nobody_out_for_long() -> None:
    clock = Clock()
    admission = Admission(3.0, clock)
    filled(admission, clock, 0.01)
    with admission.place():
        clock.now += 60
    assert filled(admission, clock, 0.01) == pytest.approx(300, abs=1)


def test_a_refusal_says_when_to_come_again() -> None:
    admission = Admission(3.0, Clock())
    with ExitStack() as places:
        for _ in range(151):  # at 0.02 s each, until turns are measured
            places.enter_context(admission.place())
        with pytest.raises(BusyError) as busy:
            admission.check()
        assert busy.value.wait == 4
        places.enter_context(admission.place(refused=False))
    admission.check()


@pytest.fixture
def bot() -> Bot:
    found = Bot()
    found.delay = 0.5
    return found


@pytest.fixture
def client(bot: Bot) -> Iterator[Client]:
    with serving(bot, admission=Admission(longest_wait=0.0)) as found:
        yield found


def test_who_comes_above_the_bound_is_told_at_once_to_wait_and_what_to_do_in_an_emergency(
    client: Client, bot: Bot
) -> None:
    people = [client.open() for _ in range(LEAST + 10)]

    def say(person: Client) -> tuple[Answer, float]:
        begun = time.monotonic()
        return person.say("a question"), time.monotonic() - begun

    with ThreadPoolExecutor(len(people)) as pool:
        answers = list(pool.map(say, people))
    refused = [(answer, seconds) for answer, seconds in answers if answer.status == 503]
    assert len(refused) == 10
    for answer, seconds in refused:
        assert answer.code == "busy"
        assert int(answer.headers["retry-after"]) >= 1
        assert "call your local emergency number now" in answer.json["error"]["message"]
        assert seconds < bot.delay, "it does not wait for those that are answered"
    assert len(bot.heard) == LEAST
    assert {person.say("once more").status for person in people} == {200}


def test_a_refused_message_costs_nothing_of_what_a_session_may_send(client: Client) -> None:
    people = [client.open() for _ in range(LEAST)]
    other = client.open()
    with ThreadPoolExecutor(LEAST) as pool:
        waiting = [pool.submit(person.say, "a question") for person in people]
        time.sleep(0.2)
        refused = [other.say("a question").status for _ in range(15)]
        assert {future.result().status for future in waiting} == {200}
    assert 503 in refused
    assert 429 not in refused


def test_a_message_that_is_sent_again_gets_its_answer_however_full_it_is(client: Client) -> None:
    people = [client.open() for _ in range(LEAST)]
    body = {"id": "3f0c2f0e-4f27-4a55-9d0b-6b5a1c5b0a11", "text": "a question"}
    with ThreadPoolExecutor(LEAST + 1) as pool:
        waiting = [pool.submit(person.post, "message", body) for person in people]
        time.sleep(0.2)
        assert people[0].post("message", body).status == 200
        assert {future.result().status for future in waiting} == {200}
