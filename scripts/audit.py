"""`make audit`: are vulnerabilities known of the packages that the locks pin? pip-audit asks PyPI, npm its registry.

A finding that audit-exceptions.yml does not hold fails it. What the services do not tell is said to be not audited, and
fails nothing: without a network there is nothing to be learnt.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

LOCKS = ("requirements.txt", "requirements-export.txt", "requirements-dev.txt", "requirements-uv.txt")
WIDGET = Path("widget")
EXCEPTIONS = Path("audit-exceptions.yml")
KEYS = {"package", "ids", "judged", "reason"}
SECONDS = 600


@dataclass(frozen=True)
class Finding:
    """A vulnerability of a pinned package, under all names that it has."""

    package: str
    version: str
    ids: frozenset[str]
    fixed: str

    def __str__(self) -> str:
        fixed = f", fixed in {self.fixed}" if self.fixed else ""
        return f"{self.package} {self.version}: {', '.join(sorted(self.ids))}{fixed}"


@dataclass(frozen=True)
class Asked:
    """What one service told: findings, how many packages it knew, and why it told nothing of others."""

    findings: list[Finding]
    audited: int
    silent: list[str]


@dataclass(frozen=True)
class Accepted:
    """An exception: a package, and names of vulnerabilities of it that Latch does not reach."""

    package: str
    ids: frozenset[str]

    def covers(self, finding: Finding) -> bool:
        """Tell whether a finding is one of these."""
        return self.package == finding.package and bool(self.ids & finding.ids)


def main(arguments: list[str] | None = None) -> int:
    """Ask, print, and return the exit code: 1 where a finding has no exception."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pip-audit", default=".tools/audit/bin/pip-audit")
    parser.add_argument("--npm", default="npm")
    parser.add_argument("--exceptions", type=Path, default=EXCEPTIONS)
    options = parser.parse_args(arguments)
    try:
        accepted = exceptions(options.exceptions)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    open_findings = 0
    for name, asked in (("Python", _python(options.pip_audit)), ("npm", _npm(options.npm))):
        left = [one for one in asked.findings if not any(entry.covers(one) for entry in accepted)]
        for one in left:
            print(f"{name}: {one}: upgrade it, or judge it and write it into {options.exceptions}.")
        print(f"{name}: {_told(asked, len(left))}")
        open_findings += len(left)
    return 1 if open_findings else 0


def exceptions(file: Path) -> list[Accepted]:
    """Return the exceptions.

    Raises:
        ValueError: when one has no package, names, reason or date; the message says which.
        OSError: when there is no file.
    """
    found = []
    for number, entry in enumerate(yaml.safe_load(file.read_text(encoding="utf-8")) or [], 1):
        if not isinstance(entry, dict) or set(entry) != KEYS or not entry["ids"] or not str(entry["reason"]).strip():
            raise ValueError(f"{file}: entry {number} must have {', '.join(sorted(KEYS))}.")
        date.fromisoformat(str(entry["judged"]))
        found.append(Accepted(str(entry["package"]), frozenset(map(str, entry["ids"]))))
    return found


def _told(asked: Asked, left: int) -> str:
    excused = len(asked.findings) - left
    told = f"{asked.audited} packages audited, {left} findings without an exception, {excused} with one."
    if asked.silent:
        told += f" NOT AUDITED, since the service did not tell: {_shortened(asked.silent)}."
    return told


def _shortened(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _python(program: str) -> Asked:
    locks = [option for lock in LOCKS for option in ("-r", lock)]
    command = [program, *locks, "--require-hashes", "--no-deps", "--disable-pip", "--format", "json"]
    report, why = _report(command, Path())
    if report is None or "dependencies" not in report:
        return Asked([], 0, [f"all of them ({why})"])
    told = [one for one in report["dependencies"] if "skip_reason" not in one]
    silent = sorted(one["name"] for one in report["dependencies"] if "skip_reason" in one)
    findings = [
        Finding(one["name"], one["version"], frozenset({bug["id"], *bug["aliases"]}), " or ".join(bug["fix_versions"]))
        for one in told
        for bug in one["vulns"]
    ]
    return Asked(_once(findings), len(told), silent)


def _npm(program: str) -> Asked:
    report, why = _report([program, "audit", "--json"], WIDGET)
    if report is None or "vulnerabilities" not in report:
        return Asked([], 0, [f"all of them ({(report or {}).get('message') or why})"])
    findings = [
        Finding(bug["name"], bug["range"], frozenset({bug["url"].rpartition("/")[2]}), "")
        for one in report["vulnerabilities"].values()
        for bug in one["via"]
        if isinstance(bug, dict)  # else the name of another package, which stands in the report itself
    ]
    return Asked(_once(findings), int(report["metadata"]["dependencies"]["total"]), [])


def _once(findings: Iterable[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))


def _report(command: list[str], folder: Path) -> tuple[dict[str, Any] | None, str]:
    """Return what a program prints as JSON, None where it prints none; and its last line of complaint."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"{Path(command[0]).name}: {type(error).__name__}"
    complaint = (done.stderr.strip().splitlines() or [f"{command[0]} ended with {done.returncode}"])[-1]
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return None, complaint
    return (found if isinstance(found, dict) else None), complaint


if __name__ == "__main__":
    sys.exit(main())
