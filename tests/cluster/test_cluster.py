"""Two workers behind the proxy, with one PostgreSQL, as parents meet them."""

from __future__ import annotations

import http.client
import json
import shutil
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from latch.channels.web.refusals import TOO_LONG, TOO_MANY, RefusalError
from latch.cluster.cluster import Cluster
from latch.cluster.worker import Worker
from latch.model import write_checksum
from tests.channels.client import PATH, Answer, Client, new_address, texts
from tests.cluster.http2 import post_without_waiting
from tests.faults.conftest import stored
from tests.postgres import wait_until

Logged = Callable[[], list[dict[str, Any]]]
TURNS = ("what is let down", "tell me more", "what is colostrum", "tell me more", "who says so?")
TELEGRAM = "/webhooks/telegram/webhook"
TOPICS = ["let_down", "let_down", "what_is_colostrum", "what_is_colostrum"]


def count(client: Client, cluster: Cluster) -> int:
    """Return how many messages were said in a conversation, as the database has it."""
    state = stored(client, cluster.database.url)
    return int(state.said["count"]) if state else 0


def workers_of(entries: list[dict[str, Any]], route: str = "message") -> list[str]:
    return [entry["worker"] for entry in entries if entry["route"] == PATH + route]


def topics(answers: list[Answer]) -> list[str | None]:
    return [answer.json["replies"][0]["topic"] for answer in answers]


class TestRouting:
    def test_a_conversation_stays_at_one_worker_and_conversations_are_spread(
        self, client: Client, cluster: Cluster, logged: Logged
    ) -> None:
        people = [client.open() for _ in range(12)]
        said = [[one.say(turn).headers["x-request-id"] for turn in TURNS[:3]] for one in people]
        wait_until(lambda: len(workers_of(logged())) == 12 * 3)  # the proxy logs behind the answer
        answered_by = {entry["request"]: entry["worker"] for entry in logged()}
        used = [{answered_by[request] for request in requests} for requests in said]
        assert [len(workers) for workers in used] == [1] * 12
        assert set.union(*used) == {f"127.0.0.1:{worker.port}" for worker in cluster.workers}
        assert len(set(workers_of(logged(), "session"))) == 2, "requests for a session are spread as well"

    def test_bursts_of_five_from_forty_people_are_answered_once_and_in_order(
        self, client: Client, cluster: Cluster, logged: Logged
    ) -> None:
        with ThreadPoolExecutor(40) as pool:
            people = list(pool.map(lambda _: client.open(), range(40)))
            begun = time.perf_counter()
            bursts = list(pool.map(burst, people))
            seconds = time.perf_counter() - begun
        print(f"200 messages in bursts of five: {seconds:.2f} s")
        whole = 0
        for person, answers in zip(people, bursts):
            # A machine that is busy with something else may be too slow for all of them: the excess is told to wait.
            refused = [answer for answer in answers if answer.status != 200]
            assert {(answer.status, answer.code) for answer in refused} <= {(503, "busy")}
            assert count(person, cluster) == len(TURNS) - len(refused)
            if refused:
                continue
            whole += 1
            # Each depends on what was said before it.
            assert topics(answers)[:4] == TOPICS
            assert "rests on these sources" in " ".join(texts(answers[4]))
            assert len({reply["id"] for answer in answers for reply in answer.json["replies"]}) >= len(TURNS)
        assert whole >= len(people) / 2
        wait_until(lambda: len(workers_of(logged())) == len(people) * len(TURNS))
        assert [workers for workers in workers_of(logged()) if "," in workers] == [], "no busy worker is taken for gone"


def burst(person: Client) -> list[Answer]:
    """Send five messages in a quarter of a second, without waiting for an answer; return the answers.

    A worker sees each on a connection of its own. Two that come to it within the same few milliseconds have no order.
    """
    bodies = [{"id": str(uuid.uuid4()), "text": text} for text in TURNS]
    return post_without_waiting(person, "message", bodies, gap=0.06)


class Load:
    """People who ask one thing after the other; each keeps how often it was answered, and what went wrong."""

    def __init__(self, people: list[Client]) -> None:
        self.answered = {one.token: 0 for one in people}
        self.failed: list[object] = []
        self._people = people
        self._end = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._ask, args=(one,)) for one in self._people]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._end.set()
            for thread in threads:
                thread.join()

    def _ask(self, one: Client) -> None:
        while not self._end.is_set():
            try:
                answer = one.say(("what is let down", "what is colostrum")[self.answered[one.token] % 2])
                if answer.status == 200 and texts(answer):
                    self.answered[one.token] += 1
                else:
                    self.failed.append(answer)
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(error)
            self._end.wait(2.1)  # a person may send 30 messages a minute


class TestWhenAWorkerGoes:
    def test_killed_under_load_it_loses_no_answered_turn_and_its_conversations_go_on_at_the_other(
        self, client: Client, cluster: Cluster, logged: Logged
    ) -> None:
        people = [client.open() for _ in range(24)]
        load = Load(people)
        victim, other = cluster.workers
        telegram = {"Content-Type": "application/json"}
        with load.running():
            client.request("POST", TELEGRAM, b"{}", telegram)
            time.sleep(2.3)
            victim.kill()
            client.request("POST", TELEGRAM, b"{}", telegram)
            time.sleep(4.5)
        try:
            assert load.failed == [], "each message was answered, also those that the killed worker had in work"
            went = [one for one in people if load.answered[one.token]]
            assert len(went) == len(people)
            for one in people:
                # A turn whose worker died between storing and answering it was made again by the other.
                assert 0 <= count(one, cluster) - load.answered[one.token] <= 1
            told = [one.say("tell me more").json["replies"][0]["topic"] for one in people]
            assert told == [("what_is_colostrum", "let_down")[load.answered[one.token] % 2] for one in people]
            assert any("," in worker for worker in workers_of(logged())), "some were sent on to the other worker"
            of_telegram = [entry["worker"].split(", ") for entry in logged() if entry["route"] == TELEGRAM]
            ports = [f"127.0.0.1:{worker.port}" for worker in (victim, other)]
            assert [workers[-1] for workers in of_telegram] == ports, "one has all of Telegram; the other takes over"
        finally:
            victim.start()

    def test_a_rolling_restart_with_a_new_model_drops_no_request(
        self, client: Client, cluster: Cluster, model: Path, tmp_path: Path
    ) -> None:
        new = tmp_path / "new-model.tar.gz"
        shutil.copy(model, new)
        write_checksum(new)
        for worker in cluster.workers:
            worker.wait_until_ready()
        people = [client.open() for _ in range(24)]
        load = Load(people)
        with load.running():
            cluster.roll(new)
        assert load.failed == []
        assert min(load.answered.values()) >= 2, "they asked all the while"
        assert [count(one, cluster) for one in people] == [load.answered[one.token] for one in people]
        assert {model_of(worker) for worker in cluster.workers} == {"new-model.tar.gz"}


def model_of(worker: Worker) -> str:
    with urlopen(f"{worker.url}/readyz") as answer:
        return str(json.load(answer)["model"])


class TestTheProxy:
    def test_speaks_tls_alone_and_sends_all_else_there(self, client: Client, cluster: Cluster) -> None:
        plain = Client(cluster.proxy.plain_url)
        moved = plain.request("GET", "/webhooks/web/?a=b")
        assert (moved.status, moved.headers["location"]) == (308, f"{client.url}/webhooks/web/?a=b")
        assert plain.request("GET", "/healthz").status == 200
        assert client.request("GET", "/healthz").headers["content-type"] == "application/json"
        old = ssl.create_default_context(cafile=client.authority)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.raises(ssl.SSLError):
            http.client.HTTPSConnection(client.url.removeprefix("https://"), context=old).connect()

    @pytest.mark.parametrize("page", ["/", "/demo.css", "/latch-chat.js"])
    def test_gives_the_widget_and_its_page_as_a_worker_does(self, client: Client, cluster: Cluster, page: str) -> None:
        by_worker = Client(cluster.workers[0].url).request("GET", page)
        by_proxy = client.request("GET", page)
        assert by_proxy.status == by_worker.status == 200
        assert by_proxy.content == by_worker.content
        own = {"etag", "connection", "content-length", "keep-alive", "vary", "x-request-id"}
        missing = {name: value for name, value in by_worker.headers.items() if name not in own}
        assert {name: by_proxy.headers.get(name) for name in missing} == missing
        assert "max-age" in by_proxy.headers["strict-transport-security"]

    def test_gives_the_widget_packed(self, client: Client) -> None:
        packed = client.request("GET", "/latch-chat.js", headers={"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert len(packed.content) < 40_000

    @pytest.mark.parametrize("path", ["/metrics", "/version", "/status", "/model", "/webhooks/rest/webhook", "/../etc"])
    def test_shows_nothing_else(self, client: Client, path: str) -> None:
        answer = client.request("GET", path)
        assert answer.status in (400, 404)
        assert answer.code in ("not_found", "malformed")

    def test_refuses_a_long_body_in_words_that_a_page_of_any_site_can_read(self, client: Client) -> None:
        answer = client.post("session", b"x" * 32_001, Origin="https://www.example.org")
        assert answer.status == 413
        assert answer.json == RefusalError(TOO_LONG).body()
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["strict-transport-security"]

    def test_holds_an_address_to_one_rate_over_all_workers(self, client: Client, logged: Logged) -> None:
        client.address = new_address()
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: client.post("session", {}), range(160)))
        refused = [answer for answer in answers if answer.status != 200]
        assert 160 - len(refused) >= 100
        assert refused
        assert {answer.status for answer in refused} == {429}
        assert all(answer.json == RefusalError(TOO_MANY).body() for answer in refused)
        assert all(1 <= int(answer.headers["retry-after"]) <= 5 for answer in refused)
        assert [entry for entry in logged() if entry["limit"] == "REJECTED"], "it is the proxy's count"
        assert client.open().token, "another address is not held to it"

    def test_counts_the_addresses_of_an_ipv6_network_together(self, client: Client) -> None:
        def ask(number: int) -> int:
            return client.post("session", {}, X_Forwarded_For=f"2001:db8:1:2:{number:x}:7::9").status

        with ThreadPoolExecutor(16) as pool:
            assert 429 in set(pool.map(ask, range(1, 160)))
        assert client.post("session", {}, X_Forwarded_For="2001:db8:1:3::9").status == 200

    def test_writes_no_word_address_or_session_anywhere(self, client: Client, cluster: Cluster) -> None:
        person = client.open()
        person.address = "203.0.113.77"
        long = "Zebedee Quillfeather asks " + "what is let down " * 100
        assert texts(person.say(long))
        person.request("ZEBEDEE", "/Quillfeather?Zebedee", b"Quillfeather", {"User-Agent": "Zebedee"})
        person.post("message", b"Zebedee" * 6_000)
        half = person.connect()
        half.request("POST", PATH + "message", b"Zebedee", {"Content-Length": "20000"})
        half.close()
        files = [path for path in cluster.proxy.folder.rglob("*") if path.is_file() and "database" not in path.parts]
        content = b"".join(path.read_bytes() for path in files)
        assert b"worker_status" in content, "the access log is among them"
        words = ("Zebedee", "ZEBEDEE", "Quillfeather", "203.0.113", person.token or "none")
        assert [word for word in words if word.encode() in content] == []
        kept = [list((cluster.proxy.folder / name).iterdir()) for name in ("bodies", "answers")]
        assert kept == [[], []]
