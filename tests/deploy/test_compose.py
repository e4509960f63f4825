"""The compose file: of the right form, closed, and agreeing with itself. No container engine is needed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from tests.deploy.manifests import DEPLOY, Object, compose

# From github.com/compose-spec/compose-spec: see THIRD-PARTY.md.
SCHEMA = Path(__file__).with_name("compose-spec.json")
COMPOSE = compose()
SERVICES = COMPOSE["services"]
TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")


def faults(found: Object) -> list[str]:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(found)]


def test_it_has_the_form_of_a_compose_file() -> None:
    assert faults(COMPOSE) == []


def test_the_schema_finds_what_is_wrong() -> None:
    worker = {**SERVICES["worker-1"], "readonly": True}
    assert len(faults({**COMPOSE, "services": {**SERVICES, "worker-1": worker}})) == 1


@pytest.mark.parametrize("name", SERVICES)
class TestEveryService:
    def test_may_do_nothing_but_its_work(self, name: str) -> None:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert int(service["user"].partition(":")[0]) > 0
        assert "privileged" not in service

    def test_has_limits_a_health_check_and_is_started_again(self, name: str) -> None:
        service = SERVICES[name]
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
        assert service["healthcheck"]["test"]
        assert service["restart"] == "unless-stopped"

    def test_only_the_proxy_can_be_reached_from_outside(self, name: str) -> None:
        assert ("ports" in SERVICES[name]) == (name == "proxy")
        assert ("edge" in SERVICES[name]["networks"]) == (name == "proxy" or name.startswith("worker"))
        assert name != "proxy" or SERVICES[name]["networks"] == ["edge"]

    def test_gets_its_secrets_from_outside(self, name: str) -> None:
        for variable, value in SERVICES[name].get("environment", {}).items():
            if re.search("SECRET|TOKEN|PASSWORD", variable):
                assert value.startswith("${")


def test_the_proxy_passes_on_to_each_worker_at_its_address() -> None:
    addresses = [
        f"{service['networks']['edge']['ipv4_address']}:5005"
        for name, service in SERVICES.items()
        if name.startswith("worker")
    ]
    environment = SERVICES["proxy"]["environment"]
    assert re.findall(r"server (\S+)", environment["LATCH_PROXY_WORKERS"]) == addresses
    assert re.findall(r"server (\S+)", environment["LATCH_PROXY_TELEGRAM"]) == addresses
    assert re.findall(r"server (\S+) [^;]*backup;", environment["LATCH_PROXY_TELEGRAM"]) == addresses[1:]


def test_what_is_needed_is_empty_in_the_example_and_refused_when_it_is_left_so() -> None:
    given = dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    used = dict(re.findall(r"\$\{(\w+)(:?[?-])?", TEXT))
    assert set(given) == set(used)
    needed = {name for name, form in used.items() if form == ":?"}
    empty = {name for name, value in given.items() if not value}
    assert empty - needed == {"LATCH_WEB_ORIGINS", "LATCH_TELEGRAM_TOKEN"}, "these may stay so"
    assert needed <= empty
    assert {"LATCH_SECRET", "LATCH_DATABASE_PASSWORD", "LATCH_CERTIFICATE_KEY"} <= needed
    assert re.findall(r"\$\{LATCH_SECRET[^:]", TEXT) == [], "it is refused wherever it stands"
