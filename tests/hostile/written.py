"""All that a server has written, wherever it is, and the forms in which a word may stand there."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

from tests.channels.telegram_server import TelegramBot
from tests.server import ROOT

# Of the project: what tests and tools make themselves.
_NOT_OF_THE_SERVER = {".git", ".venv", ".tools", ".hypothesis", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
_NOT_OF_THE_SERVER |= {"tests", "reports", "results", "node_modules", "__pycache__"}


def written(bot: TelegramBot) -> Iterator[tuple[str, bytes]]:
    """Yield each thing that a server has written, by name: its files, what it changed in the project, its metrics."""
    begun = Path(f"/proc/{bot.server.process.pid}").stat().st_mtime - 1
    for folder, since in ((bot.server.log.parent, 0.0), (ROOT, begun)):
        for path in _files(folder):
            if path.stat().st_mtime >= since:
                yield str(path), path.read_bytes()
    with urlopen(bot.metrics, timeout=10) as answer:
        yield bot.metrics, answer.read()


def open_for_writing(bot: TelegramBot) -> set[Path]:
    """Return the files, outside the server's own folder, that its processes have open and may write to."""
    found = set()
    for pid in _processes(bot.server.process.pid):
        for opened in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = opened.readlink()
                flags = (
                    Path(f"/proc/{pid}/fdinfo/{opened.name}").read_text(encoding="ascii").split("flags:")[1].split()[0]
                )
            except FileNotFoundError:  # closed meanwhile
                continue
            is_file = target.is_absolute() and not str(target).startswith("/dev/")
            if is_file and int(flags, 8) & os.O_ACCMODE and not target.is_relative_to(bot.server.log.parent):
                found.add(target)
    return found


def holding(word: str, contents: Iterator[tuple[str, bytes]] | list[tuple[str, bytes]]) -> list[str]:
    """Return the names of the contents in which a word stands, in any form."""
    return [name for name, content in contents if any(form in content.lower() for form in _forms(word))]


def _forms(word: str) -> set[bytes]:
    """Return a word in lower case as bytes: plain, in UTF-16, as JSON escapes, in hexadecimal and in base 64."""
    found = set()
    for one in {word, word.lower(), word.upper()}:
        found |= {one.encode(), one.encode("utf-16-le"), one.encode("utf-16-be"), one.encode().hex().encode()}
        found.add("".join(f"\\u{ord(letter):04x}" for letter in one).encode())
        for before in range(3):
            # What of its base 64 depends on no neighbour.
            packed = base64.b64encode(b"\0" * before + one.encode()).decode()
            found.add(packed[(8 * before + 5) // 6 : (before + len(one)) * 8 // 6].encode())
    return {form.lower() for form in found}


def _files(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NOT_OF_THE_SERVER]
        yield from (path for path in (Path(where, name) for name in names) if path.is_file())


def _processes(pid: int) -> list[int]:
    """Return a process and those that it started."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [pid, *map(int, listed.stdout.split())]
