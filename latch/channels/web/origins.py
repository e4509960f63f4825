"""Origins: which websites' pages may talk to the channel, and how their browsers are told so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

METHODS = "POST, GET"
HEADERS = "Authorization, Content-Type"
EXPOSED = "Retry-After"
PREFLIGHT_SECONDS = "600"


class Origins:
    """The origins on an explicit list, and the server's own."""

    def __init__(self, listed: Iterable[str] = ()) -> None:
        """Take a list of origins, each scheme and host, with a port where it has one.

        Raises:
            ValueError: when one of them is no origin.
        """
        self._listed = frozenset(_origin(entry) for entry in listed)

    def allows(self, origin: str | None, host: str | None) -> bool:
        """Tell whether a request may come from here. `origin` and `host` are its headers.

        Without an Origin header it is no script of another site: browsers send the header with every POST.
        """
        return origin is None or origin in self._listed or _is_own(origin, host)

    def headers(self, origin: str | None) -> Mapping[str, str]:
        """Return the headers that let a page of a listed origin read an answer."""
        vary = {"Vary": "Origin"}
        if origin is None or origin not in self._listed:
            return vary
        return {**vary, "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED}

    def preflight(self, origin: str | None) -> Mapping[str, str]:
        """Return the headers that answer a browser's question whether it may send a request."""
        found = self.headers(origin)
        if "Access-Control-Allow-Origin" not in found:
            return found
        return {
            **found,
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": HEADERS,
            "Access-Control-Max-Age": PREFLIGHT_SECONDS,
        }


def _origin(entry: str) -> str:
    parts = urlsplit(entry.strip().rstrip("/"))
    plain = f"{parts.scheme}://{parts.netloc}".lower()
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or "*" in plain:
        raise ValueError(f"{entry!r} is no origin such as https://www.example.org")
    return plain


def _is_own(origin: str, host: str | None) -> bool:
    """Tell whether a page of this server asks. The scheme is not compared: a proxy may have ended the encryption."""
    try:
        return bool(host) and urlsplit(origin).netloc.lower() == str(host).lower()
    except ValueError:  # "http://[" is no address
        return False
