"""What Prometheus and Grafana are given asks for metrics that exist, can be read, and wakes somebody when it should."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from latch import metrics
from tests.server import ROOT

DASHBOARD = ROOT / "deploy" / "grafana" / "latch.json"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
SETTINGS = ROOT / "deploy" / "prometheus" / "prometheus.yml"
CASES = Path(__file__).with_name("alerts_test.yml")
OPERATIONS = ROOT / "docs" / "operations.md"

SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "info": ("_info",), "gauge": ("",)}
# What Grafana or Prometheus put in themselves.
VARIABLES = {"$__rate_interval": "5m", "$__range": "1h", "$instance": ".*"}
WAKING = {"LatchNoAnswers", "LatchErrors", "LatchSlow", "LatchDoubts", "LatchRetention"}


def existing() -> set[str]:
    """Return the names of all series that a worker serves."""
    assert metrics.MESSAGES
    return {f"{family.name}{suffix}" for family in REGISTRY.collect() for suffix in SUFFIXES.get(family.type, ("",))}


def named(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:latch|process|python)_\w+", expression))


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return found


def panels() -> list[dict[str, Any]]:
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[str]:
    for panel in panels():
        for target in panel["targets"]:
            yield target["expr"]


def promtool(*arguments: str | Path) -> None:
    """Run Prometheus's own check; where it is not installed, the test is skipped, but not in CI."""
    program = shutil.which("promtool")
    if program is None:
        message = "promtool is not installed (apt-get install prometheus)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


class TestAlerts:
    def test_fire_when_they_should_and_not_otherwise(self) -> None:
        promtool("test", "rules", CASES)

    def test_each_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(self) -> None:
        tests = yaml.safe_load(CASES.read_text(encoding="utf-8"))["tests"]
        cases = [(case["alertname"], bool(case["exp_alerts"])) for test in tests for case in test["alert_rule_test"]]
        for name in (alert["alert"] for alert in alerts()):
            assert {(name, True), (name, False)} <= set(cases)

    def test_ask_for_metrics_that_exist(self) -> None:
        assert named(ALERTS.read_text(encoding="utf-8")) - existing() == set()

    def test_have_a_severity_a_time_a_summary_and_a_part_of_the_handbook(self) -> None:
        parts = re.findall(r"^### (\w+)$", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE)
        assert {alert["alert"] for alert in alerts()} >= WAKING
        for alert in alerts():
            assert alert["labels"]["severity"] in ("critical", "warning")
            assert re.fullmatch(r"\d+m", alert["for"])
            assert alert["annotations"]["summary"]
            assert alert["annotations"]["runbook"] == f"docs/operations.md#{alert['alert'].lower()}"
            assert alert["alert"] in parts

    def test_those_of_the_issue_wake_somebody(self) -> None:
        critical = {alert["alert"] for alert in alerts() if alert["labels"]["severity"] == "critical"}
        assert critical >= WAKING

    def test_are_read_by_prometheus(self) -> None:
        promtool("check", "config", SETTINGS)


class TestDashboard:
    def test_has_what_grafana_needs(self) -> None:
        found = dashboard()
        assert found["uid"] == "latch"
        assert found["schemaVersion"] >= 36
        ids = [panel["id"] for panel in found["panels"]]
        assert len(set(ids)) == len(ids)
        for panel in panels():
            assert panel["type"] in ("timeseries", "stat", "bargauge", "table")
            assert panel["title"]
            assert panel["targets"]
            assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}
            references = [target["refId"] for target in panel["targets"]]
            assert len(set(references)) == len(references)

    def test_no_panel_lies_on_another(self) -> None:
        taken: set[tuple[int, int]] = set()
        for panel in dashboard()["panels"]:
            at = panel["gridPos"]
            assert at["x"] + at["w"] <= 24
            cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
            assert not cells & taken
            taken |= cells

    def test_asks_for_metrics_that_exist(self) -> None:
        asked = set().union(*map(named, expressions()))
        assert asked - existing() == set()

    def test_shows_every_metric_of_latch(self) -> None:
        shown = set().union(*map(named, expressions()))
        for family in REGISTRY.collect():
            if family.name.startswith("latch_"):
                assert shown & {f"{family.name}{suffix}" for suffix in SUFFIXES[family.type]}, family.name

    def test_uses_only_variables_that_it_has(self) -> None:
        own = {f"${one['name']}" for one in dashboard()["templating"]["list"]}
        used = {name for expression in expressions() for name in re.findall(r"\$\w+", expression)}
        assert used <= own | set(VARIABLES)

    def test_its_expressions_are_read_by_prometheus(self, tmp_path: Path) -> None:
        rules = []
        for number, expression in enumerate(expressions()):
            for name, instead in VARIABLES.items():
                expression = expression.replace(name, instead)
            rules.append({"record": f"panel:{number}", "expr": expression})
        file = tmp_path / "panels.yml"
        file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
        promtool("check", "rules", file)


def test_the_handbook_lists_every_metric() -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    listed = set(re.findall(r"\b(latch_\w+)", text))
    for family in REGISTRY.collect():
        if family.name.startswith("latch_"):
            assert listed & {f"{family.name}{suffix}" for suffix in ("", *SUFFIXES[family.type])}, family.name
