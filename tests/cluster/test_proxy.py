"""The proxy's configuration, as nginx itself reads it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from latch.channels import pages
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


def test_with_no_worker_left_the_person_is_told_to_wait(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, [free_port(), free_port()], free_port(), free_port())
    proxy.start()
    try:
        client = Client(proxy.url, authority=proxy.certificate)
        for _ in range(3):
            answer = client.post("session", {})
            assert answer.status == 503
            assert answer.json == RefusalError(NOT_READY).body()
            assert answer.headers["retry-after"] == "1"
        assert client.request("GET", "/healthz").status == 200, "the proxy lives"
        assert client.request("GET", "/readyz").status == 503
    finally:
        proxy.stop()
    with pytest.raises(OSError, match="refused"):
        client.request("GET", "/healthz")


def test_it_refuses_in_the_words_of_the_web_channel() -> None:
    text = (TEMPLATES / "errors.conf.template").read_text(encoding="utf-8")
    said = {status: json.loads(body)["error"] for status, body in re.findall(r"return (\d+) '(.*)';", text)}
    own = {str(RefusalError(code).status): RefusalError(code).body()["error"] for code in refusals._SENTENCES}
    own |= {str(status): {"code": code, "message": text} for status, (code, text) in pages._NOTHING_THERE.items()}
    assert len(said) == 7
    assert said == {status: own[status] for status in said}
