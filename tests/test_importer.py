"""Topic files become what Rasa trains on; broken ones stop the training with file, line and reason."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.importers.importer import TrainingDataImporter

from latch.content.helplines import TABLE, load_helplines
from latch.content.load import topic_files
from latch.helplines import Helplines
from latch.importer import ContentFault, TopicImporter
from latch.nlu.constants import DANGER
from latch.plan import DANGER as DANGER_REPLY
from latch.plan import DID_YOU_MEAN, FALLBACK, FIND_HELP, NOTHING_NEAR, SAY_SHORTER, STAY, STILL_LOST, UNREADABLE
from latch.responses import Book
from latch.safety.detector import HARMLESS, URGENCIES
from tests.content.conftest import CONVERSATION, MADE_FILE, OFTEN_FILE, Data

ROOT = Path(__file__).parents[1]
DOMAIN = 'version: "3.1"\n'
CONFIG = "recipe: default.v1\nassistant_id: test\nlanguage: en\nimporters:\n- name: latch.importer.TopicImporter\n"

SIGN_FILE = Path("safety/baby/floppy.yml")
SIGN = """\
sign:
  title: A floppy baby
  urgency: emergency
  call: emergency
  facts: [feeds-often]
  age: {under: 3}
  say:
    now: A floppy baby needs help now.
    waiting: Keep your baby warm.
  patterns:
  - baby floppy
  examples: |
    - my baby hangs like a rag doll
    - she is floppy
  harmless: |
    - he is floppy with sleep and smiles
"""
HARMLESS_FILE = "safety/harmless.yml"
HELP_FILE = "conversation/find_help.yml"


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


def test_a_response_offers_the_topics_that_its_file_names(data: Data) -> None:
    data.write("conversation/greet.yml", CONVERSATION + "offers:\n  utter_greet: [feeds_often, milk_made]\n")
    book = Book(_importer(data).get_domain().responses)
    assert [button["payload"] for button in book.buttons(book.metadata("utter_greet")["related"])] == [
        "/feeds_often",
        "/milk_made",
    ]


@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        ("utter_greet: [no_such]", "there is no topic no_such"),
        ("utter_other: [milk_made]", "utter_other is no response"),
    ],
)
def test_an_offer_of_what_is_not_there_stops_the_training(data: Data, offer: str, reason: str) -> None:
    data.write("conversation/greet.yml", CONVERSATION + f"offers:\n  {offer}\n")
    with pytest.raises(ContentFault, match=rf"greet.yml:\d+: {reason}"):
        _importer(data).get_domain()


def test_a_topic_that_stands_in_two_folders_stops_the_training(data: Data) -> None:
    text = (data.folder / MADE_FILE).read_text(encoding="utf-8")
    data.write("topics/other/milk_made.yml", text)
    with pytest.raises(ContentFault, match="milk_made"):
        _importer(data).get_domain()


# Danger


@pytest.fixture
def dangerous(data: Data) -> Data:
    """Return the data folder with a danger sign, and with what sounds like one."""
    data.write(SIGN_FILE, SIGN)
    data.write(HARMLESS_FILE, "harmless: |\n  - I could murder a coffee\n")
    return data


def test_a_danger_sign_gives_a_reply_that_says_whom_to_call(dangerous: Data) -> None:
    domain = _importer(dangerous).get_domain()
    name = f"{DANGER_REPLY}floppy"
    assert domain.responses[name][0]["text"] == "A floppy baby needs help now."
    assert Book(domain.responses).metadata(name) == {
        "kind": "danger",
        "sign": "floppy",
        "urgency": "emergency",
        "call": "emergency",
        "waiting": "Keep your baby warm.",
        "sources": [
            {"title": "All about milk", "publisher": "The Milk Site", "url": "https://milk.example/all", "year": None}
        ],
    }


def test_a_danger_sign_is_neither_an_intent_nor_a_topic(dangerous: Data) -> None:
    domain = _importer(dangerous).get_domain()
    assert not [intent for intent in domain.intents if "floppy" in intent or "danger" in intent]
    assert "danger_floppy" not in Book(domain.responses).titles()


def test_examples_of_a_danger_sign_train_the_detector_and_no_intent(dangerous: Data) -> None:
    data = _importer(dangerous).get_nlu_data()
    labelled = {one.get("text"): one.get(DANGER) for one in data.training_examples if one.get(DANGER)}
    assert labelled == {
        "my baby hangs like a rag doll": "floppy",
        "she is floppy": "floppy",
        "he is floppy with sleep and smiles": HARMLESS,
        "I could murder a coffee": HARMLESS,
    }
    assert not set(labelled) & {one.get("text") for one in data.intent_examples}


def test_a_sign_that_rests_on_no_fact_stops_the_training(dangerous: Data) -> None:
    path, line = dangerous.spoil(SIGN_FILE, "facts: [feeds-often]", "facts: [feeds-oftn]")
    with pytest.raises(ContentFault, match=f"{path}:{line}: .*feeds-oftn"):
        _importer(dangerous).get_nlu_data()


def test_a_story_shows_what_is_said_to_a_danger(dangerous: Data) -> None:
    (lost,) = [steps for steps in _steps(_importer(dangerous)) if f"{DANGER_REPLY}floppy" in steps]
    assert lost[lost.index(f"{DANGER_REPLY}floppy") - 1] == FALLBACK


# Helplines


@pytest.fixture
def helpful(data: Data) -> Data:
    """Return the data folder with someone to talk to, and the project's table of helplines."""
    said = CONVERSATION.replace("greet", "find_help").replace("hello", "who can help").replace("morning", "number")
    data.write(HELP_FILE, said)
    data.write(TABLE, (ROOT / "data" / TABLE).read_text(encoding="utf-8"))
    return data


def test_the_table_of_helplines_stands_whole_in_the_model(helpful: Data) -> None:
    book = Book(_importer(helpful).get_domain().responses)
    assert Helplines.unpacked(book.metadata(FIND_HELP)["helplines"]) == load_helplines(helpful.folder / TABLE)
    assert "helplines" not in book.metadata("utter_greet")


def test_without_a_table_someone_to_talk_to_is_a_response_like_any_other(helpful: Data) -> None:
    (helpful.folder / TABLE).unlink()
    assert Book(_importer(helpful).get_domain().responses).metadata(FIND_HELP) == {"kind": "conversation"}


def test_a_broken_table_of_helplines_stops_the_training_with_its_place(helpful: Data) -> None:
    path, line = helpful.spoil(TABLE, '  numbers: ["911"]', "  numbers: [911]")
    with pytest.raises(ContentFault, match=f"{path}:{line}: "):
        _importer(helpful).get_nlu_data()


# The project's own files


def test_every_response_of_the_project_is_wired_to_something_that_is_heard() -> None:
    """A line that no story leads to is never said, or said where nobody has thought of it."""
    importer = TopicImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")])
    said = set(importer.get_nlu_data().responses)
    wired = {step["action"] for story in importer._wiring() for step in story["steps"] if "action" in step}
    assert said == wired


def test_the_project_has_every_line_that_the_plan_may_choose(project_responses: dict[str, object]) -> None:
    needed = {DID_YOU_MEAN, NOTHING_NEAR, STILL_LOST, FIND_HELP, "utter_help", f"{UNREADABLE}foreign"}
    needed |= {f"{UNREADABLE}{why}" for why in ("empty", "no_words", "unknown_words")}
    needed |= {f"{STAY}{urgency}" for urgency in URGENCIES}
    assert needed <= set(project_responses)


def test_the_projects_own_files_give_an_intent_each() -> None:
    importer = TopicImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")])
    domain = importer.get_domain()
    topics = {path.stem for path in topic_files(ROOT / "data")}
    assert len(topics) >= 40
    assert topics <= set(domain.intents)
    said = importer.get_nlu_data().responses
    book = Book(said)
    assert {intent for intent in domain.intents if book.is_topic(intent)} == topics
