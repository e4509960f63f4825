"""A data folder is read into a library; whatever is wrong in it is named with file, line and reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from latch.content.load import load, read, topic_files
from latch.content.yaml_file import ContentError

Faults = Callable[[Any], list[str]]


def test_a_valid_folder_has_no_fault(data: Any, faults_of: Faults) -> None:
    assert faults_of(data) == []


def test_a_topic_is_read_with_all_that_belongs_to_it(data: Any) -> None:
    topic = load(data.folder).topics["feeds_often"]
    assert (topic.category, topic.title) == ("milk", "How often does a baby feed?")
    assert [fact.id for fact in topic.facts] == ["feeds-often"]
    assert [question.id for question in topic.questions] == ["q-often"]
    assert [text.text for text in topic.answer] == ["A new baby feeds 8 to 12 times a day."]
    assert len(topic.short) == 1
    assert topic.more == ()
    assert len(topic.examples) == 21


def test_danger_signs_stand_in_the_order_of_their_urgency(data: Any) -> None:
    assert [line.id for line in load(data.folder).topics["feeds_often"].help] == ["floppy_baby", "sleepy_baby"]


def test_the_source_that_leads_each_fact_comes_first(data: Any) -> None:
    topics = load(data.folder).topics
    assert [source.id for source in topics["more_milk"].sources] == ["nhs", "seed-milk"]


def test_a_source_has_the_year_it_was_published_and_none_where_it_was_only_seen(data: Any) -> None:
    topic = load(data.folder).topics["milk_made"]
    assert [source.year for source in topic.sources] == [2020, None]


def test_an_example_knows_its_line(data: Any) -> None:
    example = load(data.folder).topics["milk_made"].examples[1]
    assert example.place.line == data.line(data.made, example.text)


def test_a_danger_sign_carries_the_flags_of_its_questions(data: Any) -> None:
    assert load(data.folder).help["sleepy_baby"].red_flags == ("A baby who is too sleepy to feed needs urgent care.",)


def test_topics_may_end_in_yml_or_yaml(data: Any) -> None:
    (data.folder / data.made).rename((data.folder / data.made).with_suffix(".yaml"))
    assert len(topic_files(data.folder)) == 3
    assert "milk_made" in load(data.folder).topics


# The file, what is spoiled, what it becomes, the line's own text (None: that of what is spoiled), the reason.
BROKEN = [
    ("made", "  title: How is milk made?\n", "", "topic:", "'title' is missing"),
    ("made", "reviewed:", "reveiwed:", None, "unknown key 'reveiwed'"),
    ("made", '"2026-11-23"', "2026-11-23", None, "'reviewed' must be a text (put it in quotes)"),
    ("made", '"2026-11-23"', '"23 Nov 2026"', None, "reviewed must be a quoted date"),
    ("made", "[milk-made]", "[milk-maid]", None, "no article holds a fact 'milk-maid'"),
    ("made", "[milk-made]", "milk-made", None, "'facts' must be a list of texts"),
    ("made", "[milk-made]", "[milk-made, milk-made]", None, "'facts' names something twice"),
    ("made", "[milk-made]", "[]", None, "an answer rests on at least one fact"),
    ("made", "[q-made]", "[q-maid]", None, "milk has no question 'q-maid'"),
    ("made", "more_milk]", "most_milk]", "topic:", "there is no other topic 'most_milk'"),
    ("made", "more_milk]", "milk_made]", "topic:", "there is no other topic 'milk_made'"),
    ("often", "[sleepy_baby", "[sleepless_baby", None, "no danger-sign line 'sleepless_baby'"),
    ("made", "- intent: milk_made", "- intent: milk_maid", None, "the intent must be the file's name, 'milk_made'"),
    ("made", "    - tell my sister", "    tell my sister", None, "an example is a line that begins with '- '"),
    ("made", "utter_milk_made_short:", "utter_milk_made_shrt:", None, "unknown key 'utter_milk_made_shrt'"),
    ("made", "utter_milk_made:", "utter_milk:", None, "unknown key 'utter_milk'"),
    ("made", "  - text: |-", "  - txt: |-", None, "unknown key 'txt'"),
    ("made", "topic:", "topics:", None, "unknown key 'topics'"),
    ("article", "sources: [nhs, seed-milk]", "sources: [nhs, sede]", None, "this file has no source 'sede'"),
    ("article", "sources: [nhs, seed-milk]", "sources: []", "- id: milk-made", "fact 'milk-made' has no source"),
    ("article", "certainty: established", "certainty: sure", None, "certainty must be one of"),
    ("article", "- id: feeds-often", "- id: milk-made", None, "fact 'milk-made' stands also in"),
    ("article", "- id: seed-milk", "- id: nhs", None, "source 'nhs' stands here twice"),
    ("article", "https://www.nhs.uk", "www.nhs.uk", None, "the url must begin with https://"),
    ("article", '"2020"', "2020", None, "'date_published_or_seen' must be a text (put it in quotes)"),
    ("help", "urgency: same_day", "urgency: some_day", None, "urgency must be one of"),
    ("help", "milk/q-often", "milk/q-oft", None, "no article question 'milk/q-oft'"),
    (
        "help",
        "  facts: [feeds-often]\n",
        "",
        "- id: floppy_baby",
        "'floppy_baby' names no fact and no flagged question",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "stands", "reason"), BROKEN, ids=[case[-1] for case in BROKEN])
def test_a_broken_file_is_named_with_line_and_reason(
    data: Any, faults_of: Faults, name: str, old: str, new: str, stands: str | None, reason: str
) -> None:
    file = getattr(data, name)
    line = data.line(file, old if stands is None else stands)
    data.spoil(file, old, new)
    faults = faults_of(data)
    assert any(fault.startswith(f"{file}:{line}: ") and reason in fault for fault in faults), faults


def test_a_folder_that_is_no_subject_is_a_fault(data: Any, faults_of: Faults) -> None:
    (data.folder / "topics/milk").rename(data.folder / "topics/cheese")
    assert any("its folder 'cheese' is not the name of a file in data/articles" in fault for fault in faults_of(data))


def test_a_topic_in_two_folders_is_a_fault(data: Any, faults_of: Faults) -> None:
    data.write("topics/milk/sub/milk_made.yml", (data.folder / data.made).read_text(encoding="utf-8"))
    assert any("topic 'milk_made' stands also in" in fault for fault in faults_of(data))


def test_a_file_name_in_capitals_is_a_fault(data: Any, faults_of: Faults) -> None:
    (data.folder / data.made).rename(data.folder / "topics/milk/Milk-Made.yml")
    assert any("a topic's file name is snake_case" in fault for fault in faults_of(data))


def test_an_answer_for_all_must_be_among_the_variations(data: Any, faults_of: Faults) -> None:
    condition = "  - condition:\n    - type: slot\n      name: babies\n      value: twins\n    text: |-"
    data.spoil(data.made, "  - text: |-", condition)
    assert any("utter_milk_made has no variation without a condition" in fault for fault in faults_of(data))


def test_a_variation_carries_its_condition(data: Any, faults_of: Faults) -> None:
    twins = "  - condition:\n    - type: slot\n      name: babies\n      value: twins\n    text: Twins too.\n"
    data.spoil(data.made, "  - text: |-", twins + "  - text: |-")
    assert faults_of(data) == []
    assert load(data.folder).topics["milk_made"].answer[0].condition == (("babies", "twins"),)


def test_a_missing_help_file_is_a_fault(data: Any, faults_of: Faults) -> None:
    (data.folder / data.help).unlink()
    assert any(fault.startswith(f"{data.help}:1: cannot be read") for fault in faults_of(data))


def test_all_faults_are_told_at_once(data: Any) -> None:
    data.spoil(data.made, "milk-made]", "milk-maid]")
    data.spoil(data.often, "feeds-often]", "feeds-oft]")
    with pytest.raises(ContentError) as caught:
        load(data.folder)
    assert "milk-maid" in str(caught.value)
    assert "feeds-oft" in str(caught.value)


def test_a_topic_that_is_no_yaml_is_named_by_its_file_and_line(data: Any, faults_of: Faults) -> None:
    line = data.line(data.made, "reviewed:")
    data.spoil(data.made, "reviewed:", "reviewed: @")
    assert any(fault.startswith(f"{data.made}:{line}: not valid YAML") for fault in faults_of(data)), faults_of(data)


def test_a_broken_topic_leaves_the_others_readable(data: Any) -> None:
    data.spoil(data.made, "topic:", "topic: [")
    library, faults = read(data.folder)
    assert faults
    assert "feeds_often" in library.topics


@pytest.mark.parametrize("name", ["made", "often", "article", "help"])
@pytest.mark.parametrize(
    "text", ["", "[]", "- a\n", "text\n", "1\n", "topic: 1\n", "facts: [1, {}]\nsources: [x]\nquestions: a\n"]
)
def test_a_file_of_another_shape_is_a_fault_and_no_crash(data: Any, faults_of: Faults, name: str, text: str) -> None:
    data.write(getattr(data, name), text)
    assert faults_of(data)


@pytest.mark.parametrize("value", ["null", "1", "[1]", "{a: 1}", "[[a]]", "[null]", "text"])
@pytest.mark.parametrize("key", ["topic", "nlu", "responses", "version"])
def test_a_part_of_another_shape_is_a_fault_and_no_crash(data: Any, key: str, value: str) -> None:
    import yaml

    content = yaml.safe_load((data.folder / data.made).read_text(encoding="utf-8"))
    content[key] = yaml.safe_load(value)
    data.write(data.made, yaml.safe_dump(content))
    faults = read(data.folder)[1]
    assert key == "version" or faults
