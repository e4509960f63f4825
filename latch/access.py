"""Access: an id, a line in the log and a count for each HTTP request, whatever answers it.

Of a request its method, its route (`/webhooks/web/message`, never the path as it was asked for), the status of the
answer and the time are told: no address, no query, no header, no body.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from latch import logs, metrics

REQUEST_ID = "X-Request-Id"
NO_ROUTE = "none"
# What asks all the time whether the server lives; its lines would drown the others.
PROBES = ("/healthz", "/readyz")

# Whoever asks may write any word as the method.
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

logger = logging.getLogger(__name__)


async def observe(app: Sanic, _: object) -> None:
    """Let every request be told of; a listener of the server's start."""
    # Around all others: some of them answer by themselves.
    app.request_middleware.appendleft(_begin)
    app.response_middleware.append(_end)


async def _begin(request: Request) -> None:
    request.ctx.latch_begun = time.perf_counter()
    request.ctx.latch_id = logs.begin_request()


async def _end(request: Request, answer: BaseHTTPResponse) -> None:
    begun = getattr(request.ctx, "latch_begun", None)
    if begun is None:  # it came before the start was done
        return
    seconds = time.perf_counter() - begun
    answer.headers[REQUEST_ID] = request.ctx.latch_id
    route = f"/{request.route.path}" if request.route else NO_ROUTE
    method = request.method if request.method in _METHODS else "other"
    metrics.REQUESTS.labels(route, method, str(answer.status)).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)
    about: dict[str, Any] = {
        "method": method,
        "route": route,
        "status": answer.status,
        "milliseconds": round(seconds * 1_000, 1),
    }
    logger.log(logging.DEBUG if route in PROBES else logging.INFO, "request", extra={"fields": about})
