"""Errors: what the server answers where no channel does, in the one form that every error has."""

from __future__ import annotations

import logging

from sanic.exceptions import SanicException, ServiceUnavailable
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from latch import logs

TOO_SLOW = 408
FAILED = 500
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_SENTENCES = {
    400: ("malformed", "This request could not be read. Please check it."),
    404: ("not_found", "There is nothing at this address. Please check it."),
    405: ("method", "This address takes no such request. Please look it up in /openapi.json."),
    TOO_SLOW: ("too_slow", "This request took too long to arrive. Please send it again."),
    413: ("too_long", "This request is too long. Please shorten it."),
    417: ("expectation", "This server does not know what the request expects of it. Please leave that out."),
    503: ("not_ready", "The chat is not ready at the moment. Please send it again in a moment."),
    FAILED: ("failed", "Sorry, something went wrong on our side. Please send it again."),
}

logger = logging.getLogger(__name__)


def answer(request: Request, error: Exception) -> HTTPResponse:
    """Return the answer to a request that was refused before a channel had it, or that failed there.

    Of Sanic's own pages some hold what the request held.
    """
    status = _status(request, error)
    if status == FAILED:
        logs.failed(logger, "A request", error)
    code, sentence = _SENTENCES[status]
    headers = {**_HEADERS, **getattr(error, "headers", {})}  # Allow
    return json_response({"error": {"code": code, "message": sentence}}, status=status, headers=headers)


def _status(request: Request, error: Exception) -> int:
    if isinstance(error, ServiceUnavailable) and request.stream and request.stream.request_body:
        return TOO_SLOW  # Sanic calls the time that a body takes to arrive the server's own
    status = error.status_code if isinstance(error, SanicException) else FAILED
    return status if status in _SENTENCES else FAILED
