"""Bots to measure: Latch and the stock pipeline, each with a model and a folder for what its server writes."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

from latch.assistant import newest_model
from latch.content.load import TOPICS
from latch.evaluation.project import DATA, copy_project
from latch.run import environment, program

LATCH, STOCK = "Latch", "rasa init"
STOCK_CONFIG = Path(__file__).with_name("stock.yml")
ALL_TOPICS = 10_000
LAST_LINES = 10


class TrainingError(Exception):
    """A bot cannot be trained; the message ends with what Rasa said."""


@dataclass(frozen=True)
class Bot:
    """One of the two bots: the folder that its server writes to, and its model."""

    name: str
    folder: Path
    model: Path

    @property
    def is_latch(self) -> bool:
        """Tell whether it is Latch."""
        return self.name == LATCH

    @property
    def home(self) -> Path:
        """The folder that its server runs in."""
        return Path.cwd() if self.is_latch else self.folder

    def endpoints(self, database: str) -> Path:
        """Return the bot's endpoints with its conversations in a database: a URL of SQLite or PostgreSQL."""
        if self.is_latch:  # the environment names the database
            return Path("endpoints.yml").resolve()
        kind = database.partition(":")[0]
        path = self.folder / f"endpoints-{kind}.yml"
        store = {"type": "SQL", "dialect": kind, **_located(database)}
        path.write_text(yaml.safe_dump({"tracker_store": store}), encoding="utf-8")
        return path


def latch(folder: Path, model: Path) -> Bot:
    """Return Latch with a model."""
    folder.mkdir(parents=True, exist_ok=True)
    return Bot(LATCH, folder, model.resolve())


def stock(folder: Path, topics: int = ALL_TOPICS, examples: int | None = None) -> Bot:
    """Train the stock pipeline on so many topics, in a folder; return the bot.

    Raises:
        TrainingError: when Rasa does not train it.
    """
    _write_project(folder, topics, examples)
    shutil.copy(STOCK_CONFIG, folder / "config.yml")
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    return Bot(STOCK, folder, _trained(folder))


def unadapted(folder: Path, topics: int, examples: int) -> Bot:
    """Train Latch on so many topics, with the sentence encoder as it comes: it costs the same; return the bot.

    Raises:
        TrainingError: when Rasa does not train it.
    """
    project = folder / "project"
    _write_project(project, topics, examples)
    config = yaml.safe_load((project / "config.yml").read_text(encoding="utf-8"))
    for component in config["pipeline"]:
        if "rounds" in component:
            component["rounds"] = 0.0
    (project / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return latch(folder / "server", _trained(project))


def _write_project(folder: Path, topics: int, examples: int | None) -> None:
    names = copy_project(folder, topics, examples)
    files = sorted((folder / DATA / TOPICS).rglob("*.yml"))
    for number in range(len(names), topics if topics < ALL_TOPICS else 0):
        _write_made_up(files, number)


def _write_made_up(files: list[Path], number: int) -> None:
    """Write one more topic, of halves of the examples of two: as long as they are, and like no other."""
    first, second = files[number % len(files)], files[(number * 7 + number // len(files)) % len(files)]
    topic = yaml.safe_load(first.read_text(encoding="utf-8"))
    other = yaml.safe_load(second.read_text(encoding="utf-8"))["nlu"][0]["examples"].splitlines()
    name = f"{first.stem[:30]}_{number}"
    topic["topic"]["title"] = f"{topic['topic']['title'].rstrip('?')} ({number})?"
    topic["nlu"][0]["intent"] = name
    halves = [
        " ".join((*mine.split()[: 1 + len(mine.split()) // 2], *its.split()[1 + len(its.split()) // 2 :], str(number)))
        for mine, its in zip(topic["nlu"][0]["examples"].splitlines(), other)
    ]
    topic["nlu"][0]["examples"] = "\n".join(halves) + "\n"
    topic["responses"] = {key.replace(first.stem, name): said for key, said in topic["responses"].items()}
    first.with_name(f"{name}.yml").write_text(yaml.safe_dump(topic, sort_keys=False, allow_unicode=True), "utf-8")


def _trained(folder: Path) -> Path:
    command = [program("rasa"), "train", "--force", "--augmentation", "0", "--out", "models"]
    done = subprocess.run(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise TrainingError(f"Training in {folder} failed:\n" + "\n".join(done.stdout.splitlines()[-LAST_LINES:]))
    return newest_model(folder / "models").resolve()


def _located(database: str) -> dict[str, str | int]:
    """Return where Rasa's SQL store finds a database."""
    if database.startswith("sqlite:///"):
        return {"db": database.removeprefix("sqlite:///")}
    user, _, rest = database.removeprefix("postgresql://").partition("@")
    host, _, name = rest.partition("/")
    return {"username": user, "url": host.partition(":")[0], "port": int(host.partition(":")[2]), "db": name}
