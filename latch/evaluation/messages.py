"""Evaluation messages: files of what people type, with what is right to answer.

The form of an entry shows in its keys, wherever it stands, so that a folder of one's own and one of somebody else's
are read alike. docs/evaluation.md lists the forms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from latch.content.yaml_file import YamlFile, read_yaml

DEFAULT_FOLDER = Path("tests/questions")

# Subjects by the names that they have in other people's files.
SUBJECT_NAMES = {
    "beyond_12_months": "nursing_beyond_12_months",
    "breast_cancer": "breast_cancer_breastfeeding",
    "nipple_twiddling": "nipple_tuning",
    "expressing_storage": "expressing_and_storage",
    "formula_mixed": "formula_and_mixed_feeding",
    "life_rights": "life_and_rights",
    "medicines_substances": "medicines_and_substances",
}
# Every subject that a label may name: those that Latch answers and their neighbours. Which is which, the topics tell.
SUBJECTS = frozenset(SUBJECT_NAMES.values()) | {
    "babys_health",
    "breast_problems",
    "distracted_baby",
    "enough_milk",
    "getting_started",
    "milk_production",
    "mothers_health",
    "twins_mixed_feeding",
    "weaning",
}

NEAR = "near"
FAR = "far"
# What is outside lies near the subject, as a question that Latch has no checked answer to, or far from it.
KINDS = {
    "near": NEAR,
    "far": FAR,
    "clinc_oos": FAR,
    "health": FAR,
    "neighbour_health": FAR,
    "adversarial": FAR,
    "chitchat": FAR,
}

# How fast help is needed; equal numbers are equally fast.
URGENCIES = {"soon": 1, "same_day": 2, "emergency": 3, "crisis": 3}
_URGENCY_NAMES = {"crisis_mental_health": "crisis"}
NOISY = "noisy"


class Form(Enum):
    """What an entry asks of Latch."""

    SUBJECT = "asks something of a subject"
    OUTSIDE = "asks something that Latch does not answer"
    DANGER = "holds a danger sign"
    HARMLESS = "sounds alarming and is not"
    LANGUAGE = "is in another language"


class FormError(Exception):
    """An entry whose form is not known; the message names file and id."""


@dataclass(frozen=True)
class HeldOut:
    """One message and what is right to answer.

    Of a message about a subject, `topic` is the topic that answers it, where the file says which; `also` are topics
    that are right too. `urgencies` are those that are right for a danger, the file's own first.
    """

    id: str
    text: str
    file: str
    form: Form
    topic: str | None = None
    also: tuple[str, ...] = ()
    category: str | None = None
    kind: str | None = None
    urgencies: tuple[str, ...] = ()
    sign: str | None = None
    style: str | None = None
    language: str | None = None
    noisy: bool = False
    redirect_is_right: bool = False

    def right(self, topic: str) -> bool:
        """Tell whether this topic answers the message."""
        return topic == self.topic or topic in self.also


@dataclass(frozen=True)
class Turn:
    """What a person says in a conversation, what is expected to come of it, and what is right too."""

    text: str
    expect: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """The turns of one person, in order."""

    id: str
    file: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Questions:
    """Everything in a folder."""

    messages: tuple[HeldOut, ...]
    conversations: tuple[Conversation, ...]


def read_questions(folder: Path = DEFAULT_FOLDER) -> Questions:
    """Return the messages and the conversations of a folder's files.

    Raises:
        FormError: when an entry has a form that is not known, or there is no entry.
        ContentError: when a file is not YAML.
    """
    messages: list[HeldOut] = []
    conversations: list[Conversation] = []
    for path in sorted(folder.glob("*.yml")):
        file = read_yaml(path)
        if not isinstance(file.data, list):
            raise FormError(f"{path}: a list of entries is expected")
        for entry in file.data:
            if not isinstance(entry, dict):
                raise FormError(f"{path}: an entry is a mapping, this is none: {entry!r}")
            if "turns" in entry:
                conversations.append(_conversation(entry, path))
            else:
                messages.append(_message(entry, file))
    if not messages and not conversations:
        raise FormError(f"{folder}: there are no messages")
    return Questions(tuple(messages), tuple(conversations))


def read_messages(folder: Path = DEFAULT_FOLDER) -> list[HeldOut]:
    """Return the single messages of a folder; conversations are left out."""
    return list(read_questions(folder).messages)


def subject(name: str) -> str:
    """Return the name of a subject, whatever its file calls it."""
    return SUBJECT_NAMES.get(name, name)


def urgency(name: str) -> str:
    """Return the name of an urgency, whatever its file calls it."""
    return _URGENCY_NAMES.get(name, name)


def _message(entry: Mapping[str, Any], file: YamlFile) -> HeldOut:
    reader = next((_READERS[key] for key in _READERS if key in entry), None)
    if reader is None:
        raise _error(file.path, entry, f"the form is not known; it has none of the keys {', '.join(_READERS)}, turns")
    try:
        values = reader(entry)
    except ValueError as error:
        raise _error(file.path, entry, str(error)) from None
    return HeldOut(
        id=_text(entry, "id", file.path),
        text=_text(entry, "text", file.path),
        file=file.path.name,
        style=entry.get("style"),
        noisy="of" in entry or entry.get("style") == NOISY,
        redirect_is_right=bool(entry.get("borderline") or entry.get("note")),
        **values,
    )


def _about_topic(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is right for `topic`: a topic's id where the category stands beside it, else a category."""
    if "category" not in entry:
        return _labelled(entry["topic"])
    return {
        "form": Form.SUBJECT,
        "topic": str(entry["topic"]),
        "also": _names(entry.get("also")),
        "category": str(entry["category"]),
    }


def _labelled(name: Any) -> dict[str, Any]:
    if subject(str(name)) not in SUBJECTS:
        raise ValueError(f"there is no subject {name!r}")
    return {"form": Form.SUBJECT, "category": subject(str(name))}


def _outside(entry: Mapping[str, Any]) -> dict[str, Any]:
    if entry["kind"] not in KINDS:
        raise ValueError(f"there is no kind {entry['kind']!r}; there are {', '.join(KINDS)}")
    return {"form": Form.OUTSIDE, "kind": entry["kind"]}


def _danger(entry: Mapping[str, Any]) -> dict[str, Any]:
    found = [urgency(str(name)) for name in (entry["urgency"], *_names(entry.get("also")))]
    if str(entry.get("within", "")).startswith("days"):
        found.append("soon")
    for name in found:
        if name not in URGENCIES:
            raise ValueError(f"there is no urgency {name!r}; there are {', '.join(URGENCIES)}")
    return {"form": Form.DANGER, "urgencies": tuple(found), "sign": entry.get("sign")}


def _conversation(entry: Mapping[str, Any], path: Path) -> Conversation:
    turns = []
    for turn in entry["turns"] or ():
        if not isinstance(turn, dict) or "user" not in turn or "expect" not in turn:
            raise _error(path, entry, "a turn has `user` and `expect`")
        also = _names(turn.get("also")) + _names(turn.get("also_ok"))
        turns.append(Turn(str(turn["user"]), str(turn["expect"]), also))
    if not turns:
        raise _error(path, entry, "a conversation has at least one turn")
    return Conversation(_text(entry, "id", path), path.name, tuple(turns))


def _names(value: Any) -> tuple[str, ...]:
    """Return one name or a list of names as a tuple."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(name) for name in value)


def _text(entry: Mapping[str, Any], key: str, path: Path) -> str:
    if entry.get(key) in (None, ""):
        raise _error(path, entry, f"`{key}` is missing")
    return str(entry[key])


def _error(path: Path, entry: Mapping[str, Any], reason: str) -> FormError:
    return FormError(f"{path}, entry {entry.get('id', 'without an id')}: {reason}")


# The first of these keys that an entry has tells its form: a harmless message may name a subject as well.
_READERS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "urgency": _danger,
    "why_not_urgent": lambda entry: {"form": Form.HARMLESS, "sign": entry.get("sign")},
    "language": lambda entry: {"form": Form.LANGUAGE, "language": str(entry["language"])},
    "kind": _outside,
    "topic": _about_topic,
    "label": lambda entry: _labelled(entry["label"]),
}
