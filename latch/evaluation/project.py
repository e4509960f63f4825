"""A cut-down copy of the project, to train on part of its data."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import yaml

from latch.content.intents import FOLDERS
from latch.content.load import TOPICS, topic_files

DATA = Path("data")
_WHOLE = ("articles", "safety", "lexicon")


def copy_project(project: Path, topics: int, examples: int | None = None, others: bool = True) -> list[str]:
    """Write a project with so many topics, evenly spread, into a folder; return their ids.

    `examples` cuts each topic's examples to the first so many; `others` takes the other intents along, whole.
    """
    files = topic_files(DATA)
    kept = files[:: max(1, len(files) // topics)][:topics]
    names = [path.stem for path in kept]
    for folder in (*_WHOLE, *(FOLDERS if others else ())):
        for path in sorted((DATA / folder).rglob("*.yml")):
            _write(project / path, _without_offers(path.read_text(encoding="utf-8"), names))
    for number, path in enumerate(kept):
        file = yaml.safe_load(path.read_text(encoding="utf-8"))
        near = [name for name in file["topic"]["related"] if name in names]
        file["topic"]["related"] = near or [names[number - 1]]
        lines = file["nlu"][0]["examples"].splitlines()[:examples]
        file["nlu"][0]["examples"] = "\n".join(lines) + "\n"
        target = project / DATA / TOPICS / path.parent.name / path.name
        _write(target, yaml.safe_dump(file, sort_keys=False, allow_unicode=True))
    for name in ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml"):
        _write(project / name, Path(name).read_text(encoding="utf-8"))
    (project / "models").mkdir()
    (project / "models" / "encoder").symlink_to(Path("models/encoder").resolve())
    return names


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _without_offers(text: str, names: Collection[str]) -> str:
    """Return a file without the offers of topics that are not there."""
    if "\noffers:" not in f"\n{text}":
        return text
    file = yaml.safe_load(text)
    kept = {name: [topic for topic in topics if topic in names] for name, topics in file.pop("offers").items()}
    offers = {name: topics for name, topics in kept.items() if topics}
    return str(yaml.safe_dump({**file, **({"offers": offers} if offers else {})}, sort_keys=False, allow_unicode=True))
