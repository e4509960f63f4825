"""Rasa's own HTTP API can change models and read conversations: no route of it answers on the real server."""

from __future__ import annotations

import re

import pytest
from rasa.server import create_app

from tests.server import Server

# Each route of the API as Rasa makes it, with a value in each of its fields; the server's root is Latch's own page.
ROUTES = sorted(
    {
        (method, "/" + re.sub(r"<[^>]*>", "Zebedee", route.path))
        for route in create_app().router.routes
        for method in route.methods
        if route.path and method != "OPTIONS"
    }
)


def test_the_api_has_routes() -> None:
    assert {path for _, path in ROUTES} >= {"/model", "/status", "/domain", "/conversations/Zebedee/tracker"}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_of_the_api_is_not_there(latch_server: Server, method: str, path: str) -> None:
    for address in (path, f"{path}?token=", f"{path}?token=Zebedee"):
        answer = latch_server.client.request(method, address, b"{}", {"Content-Type": "application/json"})
        assert (answer.status, answer.code) == (404, "not_found")
