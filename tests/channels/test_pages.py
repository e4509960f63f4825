"""What the server shows at its root."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from latch.channels.pages import CSP, OPENAPI, Pages
from tests.channels.client import Client
from tests.channels.stand_in import Bot, serving

SCRIPT = b"customElements.define('latch-chat', class extends HTMLElement {});"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    widget = tmp_path_factory.mktemp("widget")
    for name, content in {
        "dist/latch-chat.js": SCRIPT,
        "dist/latch-chat.js.gz": gzip.compress(SCRIPT),
        "dist/latch-chat.js.br": b"of another build",
        "demo/index.html": b"<!doctype html><title>Demo</title>",
        "demo/demo.css": b"body { margin: 0 }",
    }.items():
        (widget / name).parent.mkdir(exist_ok=True)
        (widget / name).write_bytes(content)
    os.utime(widget / "dist" / "latch-chat.js.br", (0, 0))
    with serving(Bot(), pages=Pages(widget)) as client:
        yield client


def test_the_root_is_the_demo_page_under_a_strict_policy(server: Client) -> None:
    page = server.request("GET", "/")
    assert page.status == 200
    assert page.content.startswith(b"<!doctype html>")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == CSP
    assert not [word for word in ("unsafe", "*", "http:", "https:", "data:") if word in CSP]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["x-frame-options"] == "DENY"
    assert "referrer-policy" in page.headers
    assert "set-cookie" not in page.headers


def test_the_style_of_the_page_is_there(server: Client) -> None:
    style = server.request("GET", "/demo.css")
    assert (style.status, style.headers["content-type"]) == (200, "text/css; charset=utf-8")


def test_every_site_may_load_the_widget_and_keeps_it(server: Client) -> None:
    script = server.request("GET", "/latch-chat.js", headers={"Origin": "https://any.example"})
    assert (script.status, script.content) == (200, SCRIPT)
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["access-control-allow-origin"] == "*"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age" in script.headers["cache-control"]
    same = server.request("GET", "/latch-chat.js", headers={"If-None-Match": script.headers["etag"]})
    assert (same.status, same.content) == (304, b"")
    assert server.request("GET", "/latch-chat.js", headers={"If-None-Match": '"other"'}).status == 200


def test_who_takes_it_packed_gets_it_packed(server: Client) -> None:
    script = server.request("GET", "/latch-chat.js", headers={"Accept-Encoding": "br, gzip"})
    assert (gzip.decompress(script.content), script.headers["content-encoding"]) == (SCRIPT, "gzip")  # the .br is old
    assert script.headers["vary"] == "Accept-Encoding"
    assert script.headers["etag"] != server.request("GET", "/latch-chat.js").headers["etag"]


def test_a_widget_that_is_not_built_says_how_it_is_built(tmp_path: Path) -> None:
    with serving(Bot(), pages=Pages(tmp_path)) as server:
        for path in ("/", "/latch-chat.js"):
            answer = server.request("GET", path)
            assert answer.status == 404
            assert "make widget" in answer.json["error"]["message"]


def test_the_description_of_the_api_is_served(server: Client) -> None:
    served = server.request("GET", "/openapi.json")
    assert served.json == json.loads(json.dumps(yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))))
    assert served.json["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    "path", ["/../pyproject.toml", "/..%2fpyproject.toml", "/dist/latch-chat.js", "/demo/index.html"]
)
def test_nothing_else_is_served(server: Client, path: str) -> None:
    assert server.request("GET", path).status == 404
