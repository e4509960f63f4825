"""Pages of other sites may talk to the channel only where they are on the list."""

from __future__ import annotations

import pytest

from latch.channels.limits import Rate
from latch.channels.web.origins import Origins
from latch.channels.web.settings import Settings

LISTED = Origins(["https://www.example.org", "http://localhost:8000/"])
HOST = "latch.example.org"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("https://www.example.org", True),
        ("http://localhost:8000", True),
        ("https://latch.example.org", True),
        ("http://latch.example.org", True),  # a proxy may end the encryption
        ("http://www.example.org", False),
        ("https://www.example.org:8443", False),
        ("https://example.org", False),
        ("https://www.example.org.evil.example", False),
        ("https://evil.example/?https://www.example.org", False),
        ("https://evil.example", False),
        ("http://localhost:8001", False),
        ("null", False),
        ("", False),
        ("http://[", False),
        ("https://latch.example.org@evil.example", False),
    ],
)
def test_listed_and_own_origins_are_allowed(origin: str | None, allowed: bool) -> None:
    assert LISTED.allows(origin, HOST) is allowed


def test_by_default_there_is_no_other_origin_than_the_own() -> None:
    assert not Origins().allows("https://www.example.org", HOST)
    assert Origins().allows("https://latch.example.org", HOST)
    assert not Origins().allows("https://latch.example.org", None)


def test_a_listed_origin_is_named_in_the_answer_and_no_other_is() -> None:
    assert LISTED.headers("https://www.example.org")["Access-Control-Allow-Origin"] == "https://www.example.org"
    for origin in (None, "https://evil.example", "https://latch.example.org"):
        assert LISTED.headers(origin) == {"Vary": "Origin"}
        assert LISTED.preflight(origin) == {"Vary": "Origin"}


@pytest.mark.parametrize(
    "entry", ["*", "https://*.example.org", "example.org", "ftp://a.b", "https://a.b/path", "null"]
)
def test_what_is_no_origin_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="no origin"):
        Origins([entry])


def test_settings_come_from_the_file_and_first_from_the_environment() -> None:
    written = {"origins": ["https://a.example"], "proxies": 1, "session_rate": {"burst": 2, "per_minute": 3}}
    found = Settings.read(written, {})
    assert found.origins.allows("https://a.example", None)
    assert (found.proxies, found.session_rate) == (1, Rate(2, 3))
    over = {"LATCH_WEB_ORIGINS": "https://b.example, https://c.example", "LATCH_WEB_PROXIES": "2"}
    found = Settings.read(written, over)
    assert [found.origins.allows(f"https://{one}.example", None) for one in "abc"] == [False, True, True]
    assert found.proxies == 2


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ({"origin": []}, "origin"),
        ({"origins": "https://a.example"}, "origins must be a list"),
        ({"session_rate": {"burst": 1}}, "session_rate"),
        ({"address_rate": {"burst": 1, "per_minute": 1, "x": 1}}, "address_rate"),
    ],
)
def test_a_wrong_setting_is_named(written: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Settings.read(written, {})
