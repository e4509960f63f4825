"""The real server while its clock is set: an answer each time, and what is too old by the clock is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from tests.channels.client import Client, texts
from tests.faults.conftest import Serve, goes_on, in_danger, stored, url
from tests.faults.processes import Clock
from tests.postgres import wait_until
from tests.server import Server


def set_clock(clock: Clock, server: Server, hours: int) -> None:
    """Set the server's clock to so many hours ahead, and wait until it shows in when a new session ends."""
    clock.set(f"{hours:+}h")
    expected = datetime.now(timezone.utc) + timedelta(hours=24 + hours)

    def is_set() -> bool:
        ends = server.client.post("session", {}).json["expires"]
        return abs(datetime.fromisoformat(ends.replace("Z", "+00:00")) - expected) < timedelta(minutes=5)

    wait_until(is_set)


def asks_another(client: Client) -> None:
    """Ask something else than in `goes_on`, and then more on it."""
    assert texts(client.say("what is let down"))
    assert client.say("tell me more").json["replies"][0]["topic"] == "let_down"


def test_a_day_ahead_then_back_then_a_day_behind(serve: Serve, tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    with serve(**clock.environment) as server:
        before = server.client.open()
        goes_on(before)

        set_clock(clock, server, 25)
        ended = before.say("tell me more")
        assert (ended.status, ended.code) == (401, "session_expired"), "an honest line, and a new session"
        ahead = server.client.open()
        goes_on(ahead)
        assert in_danger(server.client.open())

        set_clock(clock, server, 0)
        # The session is from tomorrow, and good; what was said in it is of no known time.
        assert texts(ahead.say("tell me more"))
        for client in (ahead, before, server.client.open()):
            asks_another(client)

        set_clock(clock, server, -25)
        behind = server.client.open()
        for client in (behind, before, ahead):
            goes_on(client)
        assert in_danger(server.client.open())

        set_clock(clock, server, 0)
        assert server.client.request("GET", "/readyz").status == 200
        goes_on(server.client.open())
        state = stored(before, url(server))
        assert state is not None
        assert "Quillfeather" not in server.printed()
