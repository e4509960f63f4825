"""The images: linted, small in what they hold, and enough to run."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from latch.cluster.processes import free_port, stop, wait_until_started
from tests.channels.client import Client, texts
from tests.deploy.manifests import DEPLOY, ROOT
from tests.missing import missing

DOCKERFILE = DEPLOY / "Dockerfile"
TEXT = DOCKERFILE.read_text(encoding="utf-8")
# Where what other stages make is on this machine.
MADE = {"model": ("/build/", ROOT), "widget": ("/build/", ROOT / "widget")}


def stage(name: str) -> str:
    """Return the lines of a stage."""
    found = re.search(rf"^FROM \S+ AS {name}\n(.*?)(?=^FROM |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert found
    return found.group(1)


def copies(name: str) -> list[tuple[str | None, list[str], str]]:
    """Return what a stage copies: from which other stage, if from one, what, and to where."""
    lines = re.findall(r"^COPY (?:--from=(\w+) )?(.*)$", stage(name), re.MULTILINE)
    return [(origin or None, words.split()[:-1], words.split()[-1]) for origin, words in lines]


def test_the_linter_finds_nothing() -> None:
    linter = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if linter is None:
        missing("hadolint is not installed")
    done = subprocess.run([linter, str(DOCKERFILE)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", ["proxy", "latch"])
def test_an_image_runs_as_nobody_special_and_is_asked_how_it_is(name: str) -> None:
    users = re.findall(r"^USER (\d+):\d+$", stage(name), re.MULTILINE)
    assert len(users) == 1
    assert int(users[0]) > 0
    assert "HEALTHCHECK" in stage(name)


@pytest.mark.parametrize("name", ["proxy", "latch"])
def test_an_image_installs_nothing_by_itself(name: str) -> None:
    assert not re.search(r"apt-get|apk |pip |npm |curl |gcc|build-essential", stage(name))


def test_packages_are_installed_by_hash() -> None:
    assert len(re.findall(r"pip (?:install|sync)", TEXT)) == TEXT.count("--require-hashes") == 3


def test_all_that_is_copied_is_in_what_docker_is_given() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    given = [line.removeprefix("!") for line in lines if line.startswith("!")]
    names = ("environment", "model", "widget", "proxy", "latch")
    wanted = [source for name in names for origin, sources, _ in copies(name) if origin is None for source in sources]
    outside = [
        source
        for source in wanted
        if not any(fnmatch.fnmatch(source, one) or source.startswith(f"{one}/") for one in given)
    ]
    assert outside == []
    assert [source for source in wanted if not (ROOT / source).exists()] == []
    assert "*" in lines, "all else stays out: models, databases, credentials of this machine"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """Return a folder with what the final stage copies into the image's own."""
    folder = tmp_path / "app"
    (folder / "var").mkdir(parents=True)
    for origin, sources, target in copies("latch"):
        if origin == "environment":
            continue  # the packages: those that run this
        prefix, base = MADE[origin] if origin else ("", ROOT)
        place = folder / target
        for source in sources:
            found = sorted(base.glob(source.removeprefix(prefix)))
            assert found, f"{source} is not there"
            for path in found:
                into = place / path.name if target.endswith("/") else place
                into.parent.mkdir(parents=True, exist_ok=True)
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(path, into, ignore=ignored) if path.is_dir() else shutil.copy(path, into)
    return folder


def started(image: Path, entrypoint: list[str], more: dict[str, str]) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LATCH_", "PYTHON"))}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "HOME": "/nonexistent", "TMPDIR": str(image.parent), **more}
    with (image.parent / "log").open("ab") as log:
        return subprocess.Popen([sys.executable, *entrypoint], cwd=image, env=environment, stdout=log, stderr=log)


def test_what_is_in_the_image_is_enough_to_answer_and_nothing_else_is_written(model: Path, image: Path) -> None:
    before = {path for path in image.rglob("*") if "var" not in path.relative_to(image).parts}
    entrypoint = json.loads(re.findall(r"^ENTRYPOINT (.*)$", stage("latch"), re.MULTILINE)[0])
    command = json.loads(re.findall(r"^CMD (\[.*)$", stage("latch"), re.MULTILINE)[-1])
    assert (entrypoint, command) == (["python", "-m", "latch"], ["worker", "--host", "0.0.0.0"])
    port, actions_port = free_port(), free_port()
    settings = {"LATCH_ACTIONS_URL": f"http://127.0.0.1:{actions_port}/webhook"}
    own = [*entrypoint[1:], command[0], "--host", "127.0.0.1", "--port", str(port)]
    action_server = ["-m", "rasa_sdk", "--actions", "actions", "--port", str(actions_port)]
    log = image.parent / "log"
    processes = [
        started(image, own, settings),
        started(image, action_server, {"SANIC_HOST": "127.0.0.1"}),
    ]
    try:
        for process, address in zip(processes, (f"{port}/readyz", f"{actions_port}/health")):
            wait_until_started(address, lambda where=address: answers(where), process, log, 180)
        client = Client(f"http://127.0.0.1:{port}").open()
        assert "oxytocin" in " ".join(texts(client.say("what is let down")))
        assert texts(client.say("that helped"))
        assert client.request("GET", "/latch-chat.js").status == 200
    finally:
        for process in processes:
            stop(process)
    assert processes[0].returncode == 0
    after = {path for path in image.rglob("*") if "var" not in path.relative_to(image).parts}
    assert after == before, "the root file system of the container is read-only"
    assert (image / "var" / "feedback.sqlite3").exists(), "the action server of LATCH_ACTIONS_URL was asked"


def answers(where: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{where}", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
