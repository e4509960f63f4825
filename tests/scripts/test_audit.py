"""`make audit` fails for a vulnerability that nobody has judged, and says so where it was told nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.server import ROOT

CLEAN = {"name": "click", "version": "8.5.1", "vulns": []}
# As pip-audit prints them.
FOUND = {
    "name": "aiohttp",
    "version": "3.9.5",
    "vulns": [{"id": "PYSEC-1-2", "aliases": ["GHSA-a-b-c", "CVE-1-2"], "fix_versions": ["3.10"], "description": "x"}],
}
SILENT = {"name": "ruff", "skip_reason": "Dependency not found on PyPI and could not be audited: ruff (0.17.6)"}
# As npm does: the second package is affected by the first.
ADVISORY = {"source": 1, "name": "vite", "url": "https://github.com/advisories/GHSA-x-y-z", "range": "<9"}
OF_NPM = {
    "vulnerabilities": {"vite": {"via": [ADVISORY]}, "vitest": {"via": ["vite"]}},
    "metadata": {"dependencies": {"total": 40}},
}
NOTHING_OF_NPM = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 40}}}
REFUSED = {"message": "405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk"}


class Audit:
    """Runs the audit with programs that print what they are told to, instead of asking."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._exceptions = folder / "exceptions.yml"
        self._exceptions.write_text("[]", encoding="utf-8")

    def accept(self, *entries: Any) -> None:
        self._exceptions.write_text(yaml.safe_dump(list(entries)), encoding="utf-8")

    def run(self, *dependencies: Any, npm: Any = NOTHING_OF_NPM) -> subprocess.CompletedProcess[str]:
        python = json.dumps({"dependencies": list(dependencies), "fixes": []}) if dependencies else ""
        return subprocess.run(
            [
                *(sys.executable, "scripts/audit.py", "--exceptions", str(self._exceptions)),
                *("--pip-audit", self._program("pip-audit", python), "--npm", self._program("npm", json.dumps(npm))),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def _program(self, name: str, printed: str) -> str:
        path = self._folder / name
        path.write_text(
            f"#!/bin/sh\ncat <<'END'\n{printed}\nEND\necho no route to host >&2\nexit 1\n", encoding="utf-8"
        )
        path.chmod(0o755)
        return str(path)


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return Audit(tmp_path)


def entry(package: str, *ids: str) -> dict[str, Any]:
    return {"package": package, "ids": list(ids), "judged": "2026-11-23", "reason": "It is not reached."}


def test_packages_without_a_finding_pass(audit: Audit) -> None:
    done = audit.run(CLEAN)
    assert done.returncode == 0
    assert "Python: 1 packages audited, 0 findings" in done.stdout
    assert "npm: 40 packages audited, 0 findings" in done.stdout
    assert "NOT AUDITED" not in done.stdout


def test_a_finding_that_nobody_judged_fails_and_is_named(audit: Audit) -> None:
    done = audit.run(CLEAN, FOUND)
    assert done.returncode == 1
    assert "aiohttp 3.9.5: CVE-1-2, GHSA-a-b-c, PYSEC-1-2, fixed in 3.10" in done.stdout


def test_a_finding_of_the_widget_fails_once(audit: Audit) -> None:
    done = audit.run(CLEAN, npm=OF_NPM)
    assert done.returncode == 1
    assert done.stdout.count("GHSA-x-y-z") == 1


@pytest.mark.parametrize("name", ["PYSEC-1-2", "GHSA-a-b-c", "CVE-1-2"])
def test_a_finding_passes_that_was_judged_under_any_of_its_names(audit: Audit, name: str) -> None:
    audit.accept(entry("aiohttp", name), entry("vite", "GHSA-x-y-z"))
    done = audit.run(CLEAN, FOUND, npm=OF_NPM)
    assert done.returncode == 0, done.stdout
    assert "0 findings without an exception, 1 with one" in done.stdout


def test_an_exception_is_for_one_package(audit: Audit) -> None:
    audit.accept(entry("click", "CVE-1-2"))
    assert audit.run(CLEAN, FOUND).returncode == 1


def test_packages_of_which_nothing_was_told_are_named_and_fail_nothing(audit: Audit) -> None:
    done = audit.run(CLEAN, SILENT)
    assert done.returncode == 0
    assert "1 packages audited" in done.stdout
    assert "NOT AUDITED, since the service did not tell: ruff." in done.stdout


def test_services_that_cannot_be_reached_are_said_to_be_and_fail_nothing(audit: Audit) -> None:
    done = audit.run(npm=REFUSED)
    assert done.returncode == 0
    assert "Python: 0 packages audited" in done.stdout
    assert "all of them (no route to host)" in done.stdout
    assert "all of them (405 Method Not Allowed" in done.stdout


@pytest.mark.parametrize("missing", ["package", "ids", "judged", "reason"])
def test_an_exception_without_all_of_its_parts_fails(audit: Audit, missing: str) -> None:
    whole = entry("aiohttp", "CVE-1-2")
    audit.accept({name: value for name, value in whole.items() if name != missing})
    done = audit.run(CLEAN)
    assert done.returncode == 1
    assert "entry 1 must have ids, judged, package, reason" in done.stderr


def test_every_exception_is_for_a_package_that_is_pinned() -> None:
    locks = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("requirements*.txt"))
    pinned = set(re.findall(r"^([a-z0-9-]+)==", locks, re.MULTILINE))
    pinned |= {name.rpartition("node_modules/")[2] for name in _of_the_widget()}
    entries = yaml.safe_load((ROOT / "audit-exceptions.yml").read_text(encoding="utf-8"))
    assert [one["package"] for one in entries if one["package"] not in pinned] == []
    names = [(one["package"], name) for one in entries for name in one["ids"]]
    assert len(names) == len(set(names))


def _of_the_widget() -> list[str]:
    return list(json.loads((ROOT / "widget" / "package-lock.json").read_text(encoding="utf-8"))["packages"])
