"""`latch cluster`, as `make cluster` starts it: one worker, so that it costs little."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from latch.cluster.processes import free_port
from tests.channels.client import Client, texts
from tests.missing import missing
from tests.postgres import wait_until
from tests.server import ROOT


def test_it_says_where_it_is_starts_a_killed_worker_again_or_all_anew_and_stops_with_all_that_it_started(
    model: Path, tmp_path: Path
) -> None:
    https, http = free_port(), free_port()
    command = [sys.executable, "-m", "latch", "cluster", "--workers", "1", "--https", str(https), "--http", str(http)]
    printed = tmp_path / "printed"
    with printed.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, start_new_session=True)

    def said(pattern: str) -> re.Match[str] | None:
        return re.search(pattern, printed.read_text(encoding="utf-8"), re.MULTILINE)

    try:
        wait_until(lambda: said("^Its certificate is") or process.poll() is not None, 180)
        certificate = said(r"^Its certificate is (\S+);")
        if said("apt-get"):
            missing(printed.read_text(encoding="utf-8"))
        assert certificate, printed.read_text(encoding="utf-8")
        assert said(rf"^Latch is ready\. .* https://localhost:{https}/$")
        client = Client(f"https://localhost:{https}", authority=Path(certificate[1]))
        person = client.open()
        assert texts(person.say("what is let down"))
        (worker,) = children(process.pid, "latch.server")
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: said(r"^worker-1 ended with code -9 and is started again\.$"))
        wait_until(lambda: client.request("GET", "/readyz").status == 200, 180)
        assert person.say("tell me more").json["replies"][0]["topic"] == "let_down"
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: said(r"^All workers were started anew\.$"), 180)
        assert children(process.pid, "latch.server") != [worker]
        started = children(process.pid)
        assert len(started) >= 3, "worker, nginx, action server"
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(60)
    assert code == 0
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []
    assert not Path(certificate[1]).parent.exists()


def children(pid: int, what: str = "") -> list[int]:
    """Return the processes that a process has started and that run `what`."""
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if what in line and "ps -o" not in line]


def test_a_port_in_use_is_one_line_that_names_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "latch", "cluster", "--https", port, "--http", str(free_port())]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if "apt-get" in done.stderr:
        missing(done.stderr)
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is in use: stop what listens there, or choose another port.\n"
