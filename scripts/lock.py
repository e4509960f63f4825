"""`make lock`: resolves pyproject.toml and writes each pin, with hashes, into exactly one requirements file.

requirements.txt runs Latch; requirements-export.txt and requirements-dev.txt hold what those need besides.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HEAD = "# Written by `make lock` from pyproject.toml. Every package stands in one requirements file only.\n"
COMPILE = ("pip", "compile", "--quiet", "--upgrade", "--python-version", "3.10", "--no-annotate", "--no-header")


def main(uv: str) -> int:
    """Write the three requirements files with this uv; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        everything = Path(folder) / "everything.txt"
        _compile(uv, everything, "--extra", "export", "--extra", "dev")
        taken: set[str] = set()
        for name, extra in (
            ("requirements.txt", ()),
            ("requirements-export.txt", ("export",)),
            ("requirements-dev.txt", ("dev",)),
        ):
            found = Path(folder) / name
            options = [option for one in extra for option in ("--extra", one)]
            _compile(uv, found, "--constraints", str(everything), "--generate-hashes", *options)
            pins = [pin for pin in _pins(found) if pin.split("==")[0] not in taken]
            taken |= {pin.split("==")[0] for pin in pins}
            Path(name).write_text(HEAD + "".join(pins), encoding="utf-8")
    return 0


def _compile(uv: str, target: Path, *options: str) -> None:
    subprocess.run([uv, *COMPILE, *options, "pyproject.toml", "-o", str(target)], check=True, env=os.environ)


def _pins(path: Path) -> list[str]:
    """Return each pin with its hashes, as written."""
    pins: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith((" ", "\t")):
            pins[-1] += line
        elif line.strip() and not line.startswith("#"):
            pins.append(line)
    return pins


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
