"""Settings and ports: what deploy/ names is there, and the same everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from latch.cluster import proxy
from latch.run import ACTION_PORT
from latch.server import METRICS_PORT
from tests.deploy.manifests import DEPLOY, ROOT, Object, compose, containers, rendered

FILES = [path for path in sorted(DEPLOY.rglob("*")) if path.is_file()]
TEMPLATES = sorted((DEPLOY / "nginx" / "templates").glob("*.template"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
# What only the compose file and its example know.
OF_COMPOSE = {"LATCH_ADDRESS", "LATCH_DATABASE_PASSWORD", "LATCH_CERTIFICATE", "LATCH_CERTIFICATE_KEY", "LATCH_VERSION"}
WORKER, METRICS, HTTP, HTTPS, DATABASE = 5005, 9100, 8080, 8443, 5432


def named_in(path: Path) -> set[str]:
    return set(re.findall(r"\bLATCH_[A-Z0-9_]*[A-Z0-9]\b", path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_each_setting_is_one_of_the_code_or_of_the_proxy(path: Path) -> None:
    source = "".join(one.read_text(encoding="utf-8") for one in (ROOT / "latch").rglob("*.py"))
    of_templates = set.union(*map(named_in, TEMPLATES))
    for name in named_in(path) - OF_COMPOSE - {"LATCH_PROXY"}:
        if name.startswith("LATCH_PROXY_"):
            assert name in of_templates
        else:
            assert f'"{name}"' in source


def test_each_setting_is_explained() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    pages += (DEPLOY / ".env.example").read_text(encoding="utf-8")
    assert sorted(name for name in set.union(*map(named_in, FILES)) - {"LATCH_PROXY"} if f"{name}" not in pages) == []


def test_each_value_of_a_template_has_one_in_compose_and_in_kubernetes() -> None:
    needed = {name for path in TEMPLATES for name in re.findall(r"\$\{(LATCH_\w+)\}", path.read_text(encoding="utf-8"))}
    stage = DOCKERFILE.split(" AS proxy")[1].split("\nFROM")[0]
    of_image = dict(re.findall(r"(LATCH_PROXY_\w+)=(\S+)", stage))
    assert needed - set(of_image) == set(compose()["services"]["proxy"]["environment"])
    objects = {(one["kind"], one["metadata"]["name"]): one for one in rendered()}
    (container,) = containers(objects["Deployment", "proxy"])
    given = set(objects["ConfigMap", "latch-proxy"]["data"]) | {entry["name"] for entry in container["env"]}
    assert needed - set(of_image) - given == set()
    assert given - needed == {"NAMESPACE"}
    assert (of_image["LATCH_PROXY_RATE"], of_image["LATCH_PROXY_BURST"]) == (proxy.RATE, proxy.BURST)


def test_a_worker_that_fails_is_treated_alike_everywhere() -> None:
    options = proxy.SERVER.format("", "").removeprefix("server ").rstrip(";").strip()
    for path in (DEPLOY / "compose.yaml", DEPLOY / "kubernetes" / "base" / "proxy.yaml"):
        lines = re.findall(r"^ +server (.*);$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(lines) >= 4
        assert all(options in line for line in lines)


def test_ports_agree() -> None:
    services = compose()["services"]
    assert re.findall(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE) == [f"{HTTP} {HTTPS}", f"{WORKER} {METRICS}"]
    assert services["proxy"]["ports"] == [f"80:{HTTP}", f"443:{HTTPS}"]
    worker: Object = services["worker-1"]
    assert worker["environment"][METRICS_PORT] == str(METRICS)
    assert f":{WORKER}/readyz" in str(worker["healthcheck"]["test"])
    assert str(ACTION_PORT) in services["actions"]["command"]
    assert worker["environment"]["LATCH_ACTIONS_URL"] == f"http://actions:{ACTION_PORT}/webhook"
    objects = {(one["kind"], one["metadata"]["name"]): one for one in rendered()}
    settings = objects["ConfigMap", "latch"]["data"]
    assert settings[METRICS_PORT] == str(METRICS)
    assert settings["LATCH_ACTIONS_URL"] == worker["environment"]["LATCH_ACTIONS_URL"]
    listening = {
        name: [port["containerPort"] for one in containers(found) for port in one.get("ports", ())]
        for (kind, name), found in objects.items()
        if kind in ("StatefulSet", "Deployment")
    }
    assert listening == {"worker": [WORKER, METRICS], "proxy": [HTTP, HTTPS], "actions": [ACTION_PORT]}
    for (kind, name), found in objects.items():
        if kind == "NetworkPolicy" and name in listening:
            opened = [port["port"] for rule in found["spec"]["ingress"] for port in rule["ports"]]
            assert opened == listening[name]


def test_the_command_line_has_the_ports_of_the_images() -> None:
    source = (ROOT / "latch" / "cli.py").read_text(encoding="utf-8")
    defaults = dict(re.findall(r'"--(port|https|http)", type=int, default=(\d+)', source))
    assert defaults == {"port": str(WORKER), "https": str(HTTPS), "http": str(HTTP)}
