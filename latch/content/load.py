"""Reads articles, danger-sign lines and topics into a Library, with every fault that stops it."""

from __future__ import annotations

import re
from pathlib import Path

from latch.content.model import (
    URGENCIES,
    Article,
    Example,
    Fact,
    HelpLine,
    Library,
    Place,
    Question,
    Source,
    Text,
    Topic,
)
from latch.content.reading import Reading, at, example_lines
from latch.content.signs import add_signs
from latch.content.yaml_file import ContentError, Fault, Key, YamlFile

ARTICLES = "articles"
TOPICS = "topics"
HELP_FILE = Path("safety/when_to_get_help.yml")

CERTAINTIES = ("established", "likely", "debated")
STEM = re.compile(r"[a-z][a-z0-9_]{2,39}")
DATE = re.compile(r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")

_SOURCE_KEYS = {"id", "title", "publisher", "url", "date_published_or_seen", "kind"}
_FACT_KEYS = {"id", "statement", "sources", "certainty", "note"}
_QUESTION_KEYS = {"id", "question", "answer_fact_ids", "red_flags"}
_HELP_KEYS = {"id", "urgency", "text", "facts", "flagged_by"}
_TOPIC_KEYS = {"title", "questions", "facts", "help", "related", "reviewed"}
_FILE_KEYS = {"version", "topic", "nlu", "responses"}


def load(data: Path = Path("data")) -> Library:
    """Return everything in the folder `data`.

    Raises:
        ContentError: with every fault found, each with file and line.
    """
    library, faults = read(data)
    if faults:
        raise ContentError(faults)
    return library


def read(data: Path) -> tuple[Library, list[Fault]]:
    """Return what can be read in the folder `data`, and every fault in it, each with file and line."""
    reading = Reading()
    library = Library()
    for path in sorted((data / ARTICLES).glob("*.yml")):
        file = reading.file(path)
        if file:
            library.articles[path.stem] = _article(reading, file)
    help_file = reading.file(data / HELP_FILE)
    if help_file:
        library.help = {line.id: line for line in _help_lines(reading, help_file, library)}
    for path in topic_files(data):
        file = reading.file(path)
        if file:
            _add_topic(reading, library, file)
    add_signs(reading, library, data)
    for topic in library.topics.values():
        for name in topic.related:
            if name not in library.topics or name == topic.id:
                reading.faults.append(topic.place.fault(f"related: there is no other topic '{name}'"))
    return library, sorted(reading.faults)


def topic_files(data: Path) -> list[Path]:
    """Return the topic files below the folder `data`, in order."""
    return sorted(path for ending in ("yml", "yaml") for path in (data / TOPICS).rglob(f"*.{ending}"))


def _article(reading: Reading, file: YamlFile) -> Article:
    reading.mapping(file, {"topic", "sources", "facts", "questions"}, {"topic"})
    sources: dict[str, Source] = {}
    for index in reading.items(file, "sources"):
        keys = ("sources", index)
        reading.mapping(file, _SOURCE_KEYS, set(), *keys)
        values = {key: reading.text(file, *keys, key) for key in sorted(_SOURCE_KEYS)}
        values["date"] = values.pop("date_published_or_seen")
        if values["id"] in sources:
            reading.faults.append(file.fault(f"source '{values['id']}' stands here twice", *keys))
        if not values["url"].startswith(("https://", "http://")):
            reading.faults.append(file.fault("the url must begin with https:// or http://", *keys, "url"))
        sources[values["id"]] = Source(**values)
    facts = tuple(_fact(reading, file, sources, index) for index in reading.items(file, "facts"))
    questions = tuple(_question(reading, file, index) for index in reading.items(file, "questions"))
    title = file.data.get("topic") if isinstance(file.data, dict) else None
    subject = file.path.stem
    return Article(subject, title or subject.replace("_", " "), facts, questions, file.path)


def _fact(reading: Reading, file: YamlFile, sources: dict[str, Source], index: int) -> Fact:
    keys = ("facts", index)
    reading.mapping(file, _FACT_KEYS, {"note"}, *keys)
    name = reading.text(file, *keys, "id")
    certainty = reading.text(file, *keys, "certainty")
    if certainty not in CERTAINTIES:
        reading.faults.append(file.fault(f"certainty must be one of {', '.join(CERTAINTIES)}", *keys, "certainty"))
    cited = reading.names(file, *keys, "sources")
    if not cited:
        reading.faults.append(file.fault(f"fact '{name}' has no source", *keys))
    for source in cited:
        if source not in sources:
            reading.faults.append(file.fault(f"this file has no source '{source}'", *keys, "sources"))
    note = at(file.data, (*keys, "note"))
    fact = Fact(
        id=name,
        statement=reading.text(file, *keys, "statement"),
        sources=tuple(sources[source] for source in cited if source in sources),
        certainty=certainty,
        note=note if isinstance(note, str) else "",
        place=Place(file.path, file.line(*keys)),
    )
    if name in reading.facts:
        reading.faults.append(file.fault(f"fact '{name}' stands also in {reading.facts[name].place.path}", *keys))
    reading.facts.setdefault(name, fact)
    return fact


def _question(reading: Reading, file: YamlFile, index: int) -> Question:
    keys = ("questions", index)
    reading.mapping(file, _QUESTION_KEYS, {"red_flags"}, *keys)
    return Question(
        id=reading.text(file, *keys, "id"),
        question=reading.text(file, *keys, "question"),
        facts=reading.names(file, *keys, "answer_fact_ids"),
        red_flags=reading.names(file, *keys, "red_flags"),
        place=Place(file.path, file.line(*keys)),
    )


def _help_lines(reading: Reading, file: YamlFile, library: Library) -> list[HelpLine]:
    reading.mapping(file, {"when_to_get_help"}, set())
    lines = []
    for index in reading.items(file, "when_to_get_help"):
        keys = ("when_to_get_help", index)
        reading.mapping(file, _HELP_KEYS, {"facts", "flagged_by"}, *keys)
        flags: list[str] = []
        for name in reading.names(file, *keys, "flagged_by"):
            subject, _, question_id = name.partition("/")
            article = library.articles.get(subject)
            found = [q for q in article.questions if q.id == question_id] if article else []
            if not found:
                reading.faults.append(file.fault(f"no article question '{name}'", *keys, "flagged_by"))
            flags.extend(flag for question in found for flag in question.red_flags)
        line = HelpLine(
            id=reading.text(file, *keys, "id"),
            urgency=reading.text(file, *keys, "urgency"),
            text=reading.text(file, *keys, "text"),
            facts=reading.facts_named(file, *keys, "facts"),
            red_flags=tuple(dict.fromkeys(flags)),
            place=Place(file.path, file.line(*keys)),
        )
        if line.urgency not in URGENCIES:
            reading.faults.append(file.fault(f"urgency must be one of {', '.join(URGENCIES)}", *keys, "urgency"))
        if not line.facts and not line.red_flags:
            reading.faults.append(file.fault(f"'{line.id}' names no fact and no flagged question", *keys))
        lines.append(line)
    return lines


def _add_topic(reading: Reading, library: Library, file: YamlFile) -> None:
    topic = _topic(reading, library, file)
    if topic.id in library.topics:
        other = library.topics[topic.id].place.path
        reading.faults.append(file.fault(f"topic '{topic.id}' stands also in {other}"))
    else:
        library.topics[topic.id] = topic


def _topic(reading: Reading, library: Library, file: YamlFile) -> Topic:
    stem, category = file.path.stem, file.path.parent.name
    reading.mapping(file, _FILE_KEYS, set())
    reading.mapping(file, _TOPIC_KEYS, {"help", "questions"}, "topic")
    if not STEM.fullmatch(stem):
        reading.faults.append(file.fault("a topic's file name is snake_case, 3 to 40 characters"))
    article = library.articles.get(category)
    if article is None:
        reading.faults.append(file.fault(f"its folder '{category}' is not the name of a file in data/articles"))
    questions = []
    for index, name in enumerate(reading.names(file, "topic", "questions")):
        found = [question for question in article.questions if question.id == name] if article else []
        questions.extend(found)
        if not found:
            reading.faults.append(file.fault(f"{category} has no question '{name}'", "topic", "questions", index))
    help_lines = []
    for index, name in enumerate(reading.names(file, "topic", "help")):
        if name in library.help:
            help_lines.append(library.help[name])
        else:
            reading.faults.append(file.fault(f"no danger-sign line '{name}'", "topic", "help", index))
    reviewed = reading.text(file, "topic", "reviewed")
    if not DATE.fullmatch(reviewed):
        reading.faults.append(file.fault('reviewed must be a quoted date, "2026-11-23"', "topic", "reviewed"))
    facts = reading.facts_named(file, "topic", "facts")
    if not facts:
        reading.faults.append(file.fault("an answer rests on at least one fact", "topic", "facts"))
    responses = _responses(reading, file, stem)
    return Topic(
        id=stem,
        category=category,
        title=reading.text(file, "topic", "title"),
        questions=tuple(questions),
        facts=facts,
        help=tuple(
            sorted(help_lines, key=lambda line: URGENCIES.index(line.urgency) if line.urgency in URGENCIES else 0)
        ),
        related=reading.names(file, "topic", "related"),
        reviewed=reviewed,
        examples=_examples(reading, file, stem),
        answer=responses.get("", ()),
        short=responses.get("_short", ()),
        more=responses.get("_more", ()),
        place=Place(file.path, file.line("topic")),
    )


def _examples(reading: Reading, file: YamlFile, stem: str) -> tuple[Example, ...]:
    found: list[Example] = []
    for index in reading.items(file, "nlu"):
        keys = ("nlu", index)
        reading.mapping(file, {"intent", "examples"}, set(), *keys)
        intent = reading.text(file, *keys, "intent")
        if intent != stem:
            reading.faults.append(file.fault(f"the intent must be the file's name, '{stem}'", *keys, "intent"))
        block = reading.text(file, *keys, "examples")
        found += example_lines(reading, file, block, *keys, "examples")
    return tuple(found)


def _responses(reading: Reading, file: YamlFile, stem: str) -> dict[str, tuple[Text, ...]]:
    allowed = {f"utter_{stem}{suffix}": suffix for suffix in ("", "_short", "_more")}
    reading.mapping(file, set(allowed), {f"utter_{stem}_more"}, "responses")
    texts: dict[str, tuple[Text, ...]] = {}
    for name, suffix in allowed.items():
        if not at(file.data, ("responses", name)):
            continue
        texts[suffix] = tuple(
            _text(reading, file, "responses", name, index) for index in reading.items(file, "responses", name)
        )
        if texts[suffix] and all(text.condition for text in texts[suffix]):
            reading.faults.append(file.fault(f"{name} has no variation without a condition", "responses", name))
    return texts


def _text(reading: Reading, file: YamlFile, *keys: Key) -> Text:
    reading.mapping(file, {"text", "condition"}, {"condition"}, *keys)
    conditions = []
    for index in range(len(at(file.data, (*keys, "condition")) or ())):
        place: tuple[Key, ...] = (*keys, "condition", index)
        reading.mapping(file, {"type", "name", "value"}, set(), *place)
        conditions.append((reading.text(file, *place, "name"), reading.text(file, *place, "value")))
    return Text(reading.text(file, *keys, "text"), tuple(conditions), Place(file.path, file.line(*keys, "text")))
