"""The proxy's configuration, as nginx itself reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from latch.channels import errors
from latch.channels.web import refusals
from latch.channels.web.refusals import NOT_READY, RefusalError
from latch.cluster.processes import ClusterError, free_port, program
from latch.cluster.proxy import TEMPLATES, Proxy, fill_in
from tests.channels.client import Client


def test_nginx_finds_nothing_wrong_with_the_templates(tmp_path: Path) -> None:
    assert Proxy(tmp_path, [free_port(), free_port()], free_port(), free_port()).check() == ""


def test_a_wrong_value_is_an_error_that_quotes_nginx(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="set_real_ip_from"):
        Proxy(tmp_path, [free_port()], free_port(), free_port(), trusted="nobody at all").check()


def test_a_template_that_names_an_unknown_value_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "one.conf.template").write_text("listen ${LATCH_PROXY_NOWHERE}; # $host stays", encoding="utf-8")
    with pytest.raises(ClusterError, match="LATCH_PROXY_NOWHERE"):
        fill_in({}, tmp_path, tmp_path)
    fill_in({"LATCH_PROXY_NOWHERE": "80"}, tmp_path, tmp_path)
    assert (tmp_path / "one.conf").read_text(encoding="utf-8") == "listen 80; # $host stays"


def test_a_program_that_is_missing_is_named_with_its_package() -> None:
    with pytest.raises(ClusterError, match=r"^no-such-program is not installed: apt-get install some-package$"):
        program("no-such-program", "some-package")


class StandIn(ThreadingHTTPServer):
    """A worker that answers 200, or breaks every connection off; it keeps the headers of what it was asked."""

    def __init__(self, dies: bool) -> None:
        asked: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                asked.append({name.lower(): value for name, value in self.headers.items()})
                if not dies:
                    self.send_response(200)
                    self.end_headers()
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = asked


@contextmanager
def before(folder: Path, *workers: StandIn) -> Iterator[Client]:
    """Yield a client of a proxy that stands before these workers, or before ports where nobody listens."""
    ports = [int(worker.server_address[1]) for worker in workers] or [free_port(), free_port()]
    proxy = Proxy(folder, ports, free_port(), free_port())
    with ExitStack() as stack:
        for worker in workers:
            stack.callback(worker.server_close)
            Thread(target=worker.serve_forever, daemon=True).start()
            stack.callback(worker.shutdown)
        stack.callback(proxy.stop)
        proxy.start()
        yield Client(proxy.url, authority=proxy.certificate)


def test_a_message_goes_to_the_next_worker_when_one_dies_over_it(tmp_path: Path) -> None:
    dying, living = StandIn(dies=True), StandIn(dies=False)
    with before(tmp_path, dying, living) as client:
        assert [client.post("message", {}, Authorization=f"Bearer {n}").status for n in range(12)] == [200] * 12
    assert len(living.asked) == 12
    assert len(dying.asked) == 1, "after one failure it is left alone for a while"


def test_a_message_that_ends_workers_ends_two_of_them_at_the_most(tmp_path: Path) -> None:
    workers = [StandIn(dies=True) for _ in range(4)]
    with before(tmp_path, *workers) as client:
        assert client.post("message", {}).status == 503
    assert sum(len(worker.asked) for worker in workers) == 2


def test_a_client_cannot_say_that_it_has_another_address(tmp_path: Path) -> None:
    worker = StandIn(dies=False)
    with before(tmp_path, worker) as client:
        assert client.post("session", {}, X_Forwarded_For="203.0.113.7").status == 200
    assert [asked["x-forwarded-for"] for asked in worker.asked] == ["127.0.0.1"]


def test_with_no_worker_left_the_person_is_told_to_wait(tmp_path: Path) -> None:
    with before(tmp_path) as client:
        for _ in range(3):
            answer = client.post("session", {})
            assert answer.status == 503
            assert answer.json == RefusalError(NOT_READY).body()
            assert answer.headers["retry-after"] == "1"
        assert client.request("GET", "/healthz").status == 200, "the proxy lives"
        assert client.request("GET", "/readyz").status == 503
    with pytest.raises(OSError, match="refused"):
        client.request("GET", "/healthz")


def test_it_refuses_in_the_words_of_the_web_channel() -> None:
    text = (TEMPLATES / "errors.conf.template").read_text(encoding="utf-8")
    said = {status: json.loads(body)["error"] for status, body in re.findall(r"return (\d+) '(.*)';", text)}
    own = {str(RefusalError(code).status): RefusalError(code).body()["error"] for code in refusals._SENTENCES}
    # Of an address that no channel has.
    own |= {str(status): dict(zip(("code", "message"), errors._SENTENCES[status])) for status in (404, 405)}
    assert len(said) == 7
    assert said == {status: own[status] for status in said}
