"""Pages: what the server shows at its root: health, the widget's file, a page that tries it, the API's description."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, raw
from sanic.response import json as json_response
from sanic_cors.core import SANIC_CORS_EVALUATED

from latch.channels import errors
from latch.channels.turns import OnNewMessage
from latch.golden import Golden

WIDGET = Path("widget")
OPENAPI = Path(__file__).parent / "web" / "openapi.yml"

HTML = "text/html; charset=utf-8"
# Nothing but this server's own files; the widget brings its styles in its script.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_PAGE = {**_SECURITY, "Content-Security-Policy": CSP, "X-Frame-Options": "DENY", "Cache-Control": "no-cache"}
# Pages of every site may load the widget; it changes with a release, and is asked after each time.
_SCRIPT = {
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
}
_PACKED = (("br", ".br"), ("gzip", ".gz"))


class Pages(InputChannel):
    """Takes no messages. Rasa's server has no other place for a route of one's own than a channel."""

    def __init__(self, widget: Path = WIDGET) -> None:
        self._widget = widget

    @classmethod
    def name(cls) -> str:
        """Return the channel's name."""
        return "pages"

    def url_prefix(self) -> str:
        """Return the server's root."""
        return "/"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("latch_pages")
        golden = Golden()
        described = json.dumps(yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))).encode()

        async def healthz(_: Request) -> HTTPResponse:
            return json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})

        async def readyz(request: Request) -> HTTPResponse:
            agent: Any = getattr(request.app.ctx, "agent", None)
            if not await golden.answered(agent):
                return json_response({"status": "starting"}, status=503, headers={"Cache-Control": "no-store"})
            found = {"status": "ready", "model": agent.model_name}
            return json_response(found, headers={"Cache-Control": "no-store"})

        async def script(request: Request) -> HTTPResponse:
            return self._file(request, "dist/latch-chat.js", "text/javascript; charset=utf-8", _SCRIPT)

        async def style(request: Request) -> HTTPResponse:
            return self._file(request, "demo/demo.css", "text/css; charset=utf-8", _PAGE)

        async def page(request: Request) -> HTTPResponse:
            return self._file(request, "demo/index.html", HTML, _PAGE)

        async def openapi(request: Request) -> HTTPResponse:
            return _content(request, described, "application/json", _SECURITY)

        async def take_root(app: Sanic, _: object) -> None:
            # Rasa's greeting has the root already, and the router takes no second route.
            for route in app.router.routes:
                if route.path == "" and "GET" in route.methods:
                    route.handler = page
            app.error_handler.add(Exception, errors.answer)

        routes.add_route(healthz, "/healthz", methods=["GET", "HEAD"])
        routes.add_route(readyz, "/readyz", methods=["GET", "HEAD"])
        routes.add_route(script, "/latch-chat.js", methods=["GET", "HEAD"])
        routes.add_route(style, "/demo.css", methods=["GET", "HEAD"])
        routes.add_route(openapi, "/openapi.json", methods=["GET", "HEAD"])
        routes.listener("before_server_start")(take_root)
        return routes

    def _file(self, request: Request, name: str, content_type: str, headers: Mapping[str, str]) -> HTTPResponse:
        path = self._widget / name
        if not path.is_file():
            sentence = "The chat widget is not built: run `make widget`."
            return json_response({"error": {"code": "not_built", "message": sentence}}, status=404)
        content, found = path.read_bytes(), {**headers, "Vary": "Accept-Encoding"}
        accepted = request.headers.get("accept-encoding") or ""
        for encoding, suffix in _PACKED:
            packed = path.with_name(path.name + suffix)
            # `make widget` writes them beside the file; one that is older than it is of another build.
            if encoding in accepted and packed.is_file() and packed.stat().st_mtime >= path.stat().st_mtime:
                content, found["Content-Encoding"] = packed.read_bytes(), encoding
                break
        return _content(request, content, content_type, found)


def _content(request: Request, content: bytes, content_type: str, headers: Mapping[str, str]) -> HTTPResponse:
    """Return the content, or that what the client has is still the same."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    found: dict[str, Any] = {**headers, "ETag": tag}
    setattr(request.ctx, SANIC_CORS_EVALUATED, "1")  # or the server's own list of origins adds to them
    if tag in (request.headers.get("if-none-match") or ""):
        return empty(304, headers=found)
    return raw(content, headers=found, content_type=content_type)
