"""Training examples: enough of them, long ones among them, none twice, none from an evaluation set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from latch.content.intents import other_examples, response_kinds
from latch.content.load import load
from latch.content.rules import examples


def _reasons(data: Any, *evaluation: Path) -> list[str]:
    topics = load(data.folder).topics.values()
    found = sorted(examples.faults(topics, other_examples(data.folder), evaluation))
    return [str(fault).removeprefix(f"{data.folder}/") for fault in found]


def _first_example(data: Any) -> str:
    return load(data.folder).topics["milk_made"].examples[0].text


def test_good_examples_have_no_fault(data: Any) -> None:
    assert _reasons(data) == []


def test_too_few_examples_are_counted(data: Any) -> None:
    for who in ("my sister", "the midwife"):
        data.spoil(data.made, f"    - tell {who} where milk comes from\n", "")
    assert _reasons(data) == [f"{data.made}:2: 19 examples; at least 20 are needed"]


def test_a_third_of_the_examples_must_be_long(data: Any) -> None:
    data.spoil(data.made, _first_example(data), "milk from where")
    assert _reasons(data) == [f"{data.made}:2: 6 of 21 examples are longer than 12 words; a third is needed"]


def test_an_example_must_not_be_a_novel(data: Any) -> None:
    _, line = data.spoil(data.made, _first_example(data), "where does milk come from " + "very " * 60)
    assert f"{data.made}:{line}: an example of more than 60 words" in _reasons(data)


def test_square_brackets_are_named(data: Any) -> None:
    _, line = data.spoil(data.made, "- tell my sister", "- tell [my sister]")
    assert _reasons(data) == [f"{data.made}:{line}: square brackets would be read as an entity"]


def test_an_example_in_two_topics_is_named_with_both_places(data: Any) -> None:
    text = _first_example(data)
    line = data.line(data.made, text)
    data.spoil(data.often, load(data.folder).topics["feeds_often"].examples[0].text, f"{text.upper()}!")
    other = data.line(data.often, f"{text.upper()}!")
    assert _reasons(data) == [f"{data.made}:{line}: the example stands also at {data.folder / data.often}:{other}"]


def test_almost_the_same_example_is_named(data: Any) -> None:
    data.spoil(data.made, "- tell the midwife where milk comes from", "- tell my sisters where milk comes from")
    (reason,) = _reasons(data)
    assert "almost the same example as" in reason


def test_an_example_of_the_conversation_counts_too(data: Any) -> None:
    data.write(
        "conversation/greet.yml",
        (data.folder / "conversation/greet.yml").read_text().replace("hello", _first_example(data)),
    )
    assert [
        reason for reason in _reasons(data) if reason.startswith("conversation/greet.yml:5: the example stands also at")
    ]


def test_examples_and_kinds_of_the_conversation_are_read(data: Any) -> None:
    found = list(other_examples(data.folder))
    assert [(example.text, example.place.line) for example in found] == [("hello", 5), ("good morning", 6)]
    assert response_kinds(data.folder) == {"utter_greet": "conversation"}


def test_an_evaluation_message_must_not_be_trained_on(data: Any, tmp_path: Path) -> None:
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "core.yml").write_text(f"- text: {_first_example(data)}?\n", encoding="utf-8")
    line = data.line(data.made, _first_example(data))
    assert f"{data.made}:{line}: copies or nearly copies an evaluation message ({folder / 'core.yml'})" in _reasons(
        data, folder
    )


def test_the_turns_of_a_conversation_are_evaluation_messages(tmp_path: Path) -> None:
    (tmp_path / "turns.yml").write_text("- turns:\n  - user: how is milk made\n  - user: thanks\n", encoding="utf-8")
    (tmp_path / "empty.yml").write_text("", encoding="utf-8")
    assert [message.text for message in examples.evaluation_messages(tmp_path)] == ["how is milk made", "thanks"]
