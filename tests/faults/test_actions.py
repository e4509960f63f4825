"""The real server while the action server talks nonsense, is slow or is gone: the answer comes without it."""

from __future__ import annotations

import time

from tests.channels.client import Client, texts
from tests.faults.actions import OWN_WORDS, SLOW, SLOW_SECONDS, actions
from tests.faults.conftest import Serve, in_danger


def helped(client: Client) -> list[str]:
    """Say that an answer helped: the one message that an action answers."""
    return texts(client.say("that helped"))


def test_nonsense_then_silence_then_nobody_there(serve: Serve) -> None:
    with actions() as stand_in, serve(LATCH_ACTIONS_URL=stand_in.url) as server:
        client = server.client.open()
        assert texts(client.say("what is let down"))
        usual = helped(client)
        assert stand_in.asked == 1

        stand_in.answers = "a text of its own"
        said = " ".join(helped(client))
        assert stand_in.asked == 2
        assert said
        assert OWN_WORDS not in said
        assert client.say("tell me more").json["replies"][0]["topic"] == "let_down", "no event of its own is believed"

        stand_in.answers = SLOW
        begun = time.monotonic()
        assert helped(server.client.open())
        other = server.client.open()
        assert [len(helped(other)) > 0 for _ in range(3)] == [True] * 3
        assert in_danger(other)
        assert time.monotonic() - begun < SLOW_SECONDS / 2
        assert stand_in.asked == 3, "it is left alone for a while"
        assert OWN_WORDS not in server.printed()
    assert usual
