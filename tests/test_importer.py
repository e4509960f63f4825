"""Topic files become what Rasa trains on; broken ones stop the training with file, line and reason."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.importers.importer import TrainingDataImporter

from latch.content.load import topic_files
from latch.importer import ContentFault, TopicImporter
from latch.plan import SAY_SHORTER
from latch.responses import Book
from tests.content.conftest import CONVERSATION, MADE_FILE, OFTEN_FILE, Data

ROOT = Path(__file__).parents[1]
DOMAIN = 'version: "3.1"\n'
CONFIG = "recipe: default.v1\nassistant_id: test\nlanguage: en\nimporters:\n- name: latch.importer.TopicImporter\n"


@pytest.fixture
def data(tmp_path: Path) -> Data:
    """Return a small valid data folder, with configuration and domain beside it."""
    (tmp_path / "config.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    return Data(tmp_path / "data")


def _importer(data: Data) -> TrainingDataImporter:
    """Return the importer as Rasa builds it from the configuration."""
    folder = data.folder.parent
    return TrainingDataImporter.load_from_config(
        str(folder / "config.yml"), str(folder / "domain.yml"), [str(data.folder)]
    )


def _steps(importer: TrainingDataImporter) -> list[list[str]]:
    """Return the intents and actions of each story."""
    with contextlib.redirect_stderr(io.StringIO()):
        stories = importer.get_stories().story_steps
    return [
        [
            str(event.intent_name if isinstance(event, UserUttered) else event.action_name)
            for event in story.events
            if isinstance(event, UserUttered | ActionExecuted)
        ]
        for story in stories
    ]


def test_every_topic_and_conversation_file_gives_an_intent(data: Data) -> None:
    intents = _importer(data).get_domain().intents
    assert {"milk_made", "feeds_often", "more_milk", "greet"} <= set(intents)


def test_a_topics_title_is_one_of_its_examples(data: Data) -> None:
    examples = _importer(data).get_nlu_data().intent_examples
    assert ("milk_made", "How is milk made?") in {(example.get("intent"), example.get("text")) for example in examples}


def test_a_topics_answer_carries_what_is_said_of_the_topic(data: Data) -> None:
    found = Book(_importer(data).get_domain().responses).metadata("utter_feeds_often")
    assert found["kind"] == "topic"
    assert found["topic"] == "feeds_often"
    assert found["category"] == "milk"
    assert found["title"] == "How often does a baby feed?"
    assert found["reviewed"] == "2026-11-23"
    assert found["related"] == ["milk_made", "more_milk"]
    assert found["sources"] == [
        {"title": "All about milk", "publisher": "The Milk Site", "url": "https://milk.example/all", "year": None}
    ]


def test_the_most_urgent_danger_sign_stands_first(data: Data) -> None:
    found = Book(_importer(data).get_domain().responses).metadata("utter_feeds_often")
    assert [line["urgency"] for line in found["when_to_get_help"]] == ["emergency", "same_day"]


def test_a_topics_short_form_is_that_topics(data: Data) -> None:
    book = Book(_importer(data).get_domain().responses)
    assert book.metadata("utter_milk_made_short")["topic"] == "milk_made"
    assert not book.is_topic("milk_made_short")


def test_what_is_no_topic_is_marked_by_its_folder(data: Data) -> None:
    data.write("outside/far.yml", CONVERSATION.replace("greet", "weather").replace("hello", "is it going to rain"))
    book = Book(_importer(data).get_domain().responses)
    assert book.kind("greet") == "conversation"
    assert book.kind("weather") == "outside"


def test_a_condition_becomes_one_of_rasa(data: Data) -> None:
    data.spoil(
        MADE_FILE,
        "  - text: |-\n",
        "  - condition: [{type: slot, name: babies, value: twins}]\n    text: Two drink more.\n  - text: |-\n",
    )
    first, second = _importer(data).get_domain().responses["utter_milk_made"]
    assert first["condition"] == [{"type": "slot", "name": "babies", "value": "twins"}]
    assert "condition" not in second


def test_a_story_shows_what_answers_each_intent(data: Data) -> None:
    steps = _steps(_importer(data))
    assert ["greet", "utter_greet"] in steps
    assert ["milk_made", "utter_milk_made", SAY_SHORTER, "utter_milk_made_short"] in steps


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("facts: [milk-made]", "facts: [milk-mad]", "milk-mad"),
        ('reviewed: "2026-11-23"', "reviewed: 2026-11-23", "quoted"),
        ("related: [feeds_often", "related: [feeds_oftn", "feeds_oftn"),
        ("- intent: milk_made", "- intent: milk_maid", "the file's name"),
        ("utter_milk_made_short:", "utter_milk_made_brief:", "utter_milk_made_brief"),
    ],
)
def test_a_broken_topic_file_stops_with_file_line_and_reason(data: Data, old: str, new: str, reason: str) -> None:
    path, _ = data.spoil(MADE_FILE, old, new)
    with pytest.raises(ContentFault) as caught:
        _importer(data).get_nlu_data()
    told = [fault for fault in str(caught.value).splitlines() if re.match(rf"{path}:\d+: ", fault)]
    assert any(reason in fault for fault in told), str(caught.value)


def test_the_line_named_is_that_of_the_fault(data: Data) -> None:
    path, line = data.spoil(MADE_FILE, "facts: [milk-made]", "facts: [milk-mad]")
    with pytest.raises(ContentFault, match=f"{path}:{line}: "):
        _importer(data).get_nlu_data()


def test_a_file_that_is_no_yaml_stops_with_file_line_and_reason(data: Data) -> None:
    path, _ = data.spoil(MADE_FILE, "topic:", "topic: [")
    with pytest.raises(ContentFault, match=f"{path}:\\d+: "):
        _importer(data).get_domain()


def test_every_broken_file_is_named_at_once(data: Data) -> None:
    data.spoil(MADE_FILE, "facts: [milk-made]", "facts: [milk-mad]")
    data.spoil(OFTEN_FILE, "facts: [feeds-often]", "facts: [feeds-oftn]")
    with pytest.raises(ContentFault) as caught:
        _importer(data).get_nlu_data()
    assert "milk_made.yml" in str(caught.value)
    assert "feeds_often.yml" in str(caught.value)


def test_two_files_that_define_one_response_stop_the_training(data: Data) -> None:
    data.write("conversation/also_greet.yml", CONVERSATION)
    with pytest.raises(ContentFault, match="utter_greet"):
        _importer(data).get_domain()


def test_a_conversation_file_that_defines_a_topics_response_stops_the_training(data: Data) -> None:
    path, line = data.spoil(Path("conversation/greet.yml"), "utter_greet", "utter_milk_made")
    with pytest.raises(ContentFault, match=f"{path}:{line}: utter_milk_made stands also in"):
        _importer(data).get_domain()


def test_a_topic_that_stands_in_two_folders_stops_the_training(data: Data) -> None:
    text = (data.folder / MADE_FILE).read_text(encoding="utf-8")
    data.write("topics/other/milk_made.yml", text)
    with pytest.raises(ContentFault, match="milk_made"):
        _importer(data).get_domain()


def test_the_projects_own_files_give_an_intent_each() -> None:
    importer = TopicImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")])
    domain = importer.get_domain()
    topics = {path.stem for path in topic_files(ROOT / "data")}
    assert len(topics) >= 40
    assert topics <= set(domain.intents)
    said = importer.get_nlu_data().responses
    book = Book(said)
    assert {intent for intent in domain.intents if book.is_topic(intent)} == topics
