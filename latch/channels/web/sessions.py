"""Sessions: the server names the conversation and signs the name, so that nobody can take another's."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import jwt

# Conversations of other channels have other names: none of them can be reached from here.
_PREFIX = "web-"
_ALGORITHM = "HS256"
_AUDIENCE = "latch-web"
_LONGEST_TOKEN = 512
# So many sessions that were read are known: to read one again takes longer than much else of a message.
_KNOWN = 1_000


class InvalidSessionError(Exception):
    """The token is missing, forged, expired or of no form at all."""


@dataclass(frozen=True)
class Session:
    """A conversation, and the country that the page said its readers are in (ISO 3166)."""

    conversation: str
    country: str | None
    expires: datetime


class Sessions:
    """Issues sessions and reads them back."""

    def __init__(self, secret: str, lifetime: timedelta) -> None:
        self._secret = secret
        self._lifetime = lifetime
        self._known: OrderedDict[str, Session] = OrderedDict()

    def issue(self, country: str | None = None) -> tuple[str, Session]:
        """Return the token of a new session, and the session."""
        expires = datetime.now(timezone.utc).replace(microsecond=0) + self._lifetime
        session = Session(f"{_PREFIX}{secrets.token_hex(16)}", country, expires)
        claims = {"aud": _AUDIENCE, "sub": session.conversation, "exp": expires, "country": country}
        return jwt.encode(claims, self._secret, _ALGORITHM), session

    def read(self, token: str) -> Session:
        """Return the session of a token.

        Raises:
            InvalidSessionError: when this server did not issue the token, or when it has expired.
        """
        if not token.isascii() or len(token) > _LONGEST_TOKEN:
            raise InvalidSessionError
        session = self._known.get(token) or self._read(token)
        if session.expires <= datetime.now(timezone.utc):
            raise InvalidSessionError
        self._known[token] = session
        self._known.move_to_end(token)
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return session

    def _read(self, token: str) -> Session:
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={"require": ["aud", "sub", "exp"]},
            )
        except (jwt.InvalidTokenError, ValueError, RecursionError):
            raise InvalidSessionError from None
        return Session(claims["sub"], claims["country"], datetime.fromtimestamp(claims["exp"], timezone.utc))
