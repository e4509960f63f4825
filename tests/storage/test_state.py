"""A state holds what the next turn needs, in few events and bytes, and nothing that a person typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from latch.policy import PLAN
from latch.storage.state import KEPT, NOT_KEPT, CorruptStateError, State

DOMAIN = Path(__file__).parents[2] / "domain.yml"
VALUES: dict[str, Any] = {
    "baby_age": 4.5,
    "baby_age_group": "under_6_months",
    "babies": "twins",
    "country": "IE",
    "last_topic": "let_down",
    "misses": 2,
    "warned": ["not_breathing", "emergency", 1],
}
SAID = {"count": 3, "said": "0123456789abcdef", "lead": 1, "form": "more"}
WORDS = "Zebedee Quillfeather"


def tracker(**values: Any) -> DialogueStateTracker:
    made = DialogueStateTracker("web-1", [AnySlot(name, mappings=[]) for name in (*VALUES, PLAN, "new_slot")])
    for name, value in values.items():
        made.update(SlotSet(name, value))
    return made


def test_every_slot_of_the_domain_is_kept_or_known_not_to_be() -> None:
    slots = yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))["slots"]
    assert sorted(slots) == sorted({*KEPT, *NOT_KEPT} & set(slots))


def test_slots_and_what_was_said_last_come_back() -> None:
    before = tracker(**VALUES)
    before.update(UserUttered(WORDS, {"name": "greet"}))
    before.update(BotUttered("About let_down.", metadata={"metadata": {**SAID, "body": "About let_down."}}))
    state = State.of(before)
    assert State.read(state.written()) == state
    after = tracker()
    State.read(state.written()).fill(after)
    assert {name: after.get_slot(name) for name in VALUES} == VALUES
    assert next(event for event in after.events if isinstance(event, BotUttered)).metadata["metadata"] == SAID
    assert after.latest_action_name == "action_listen"
    assert after.followup_action is None
    assert after.latest_message.text is None
    assert after.get_last_event_for(UserUttered).timestamp == pytest.approx(state.heard, abs=0.001)


def test_a_state_that_was_brought_back_is_the_same_state() -> None:
    one, other = tracker(), tracker()
    state = State(VALUES, SAID, 1000.0)
    state.fill(one)
    State.of(one).fill(other)
    assert State.of(one) == State.of(other) == state
    assert len(one.events) == len(other.events)


def test_no_word_that_was_typed_is_in_it() -> None:
    made = tracker(**dict.fromkeys(VALUES, WORDS), plan=[[WORDS, None, None]])
    made.update(UserUttered(WORDS, {"name": WORDS}, [{"entity": "country", "value": WORDS}], {"text": WORDS}))
    made.update(ActionExecuted(WORDS))
    made.update(BotUttered(WORDS, metadata={"metadata": dict.fromkeys((*SAID, "body", "title"), WORDS)}))
    written = State.of(made).written()
    assert [word for word in WORDS.split() if word in written] == []
    assert json.loads(written)["slots"] == json.loads(written)["said"] == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("country", "Ireland"),
        ("country", "ie"),
        ("baby_age", "four"),
        ("baby_age", float("nan")),
        ("baby_age", True),
        ("baby_age", 10**9),
        ("babies", "quintuplets named Zebedee"),
        ("last_topic", "Zebedee Quillfeather"),
        ("warned", ["not_breathing", "emergency", "Zebedee"]),
        ("warned", "emergency"),
    ],
)
def test_a_value_of_another_form_is_not_kept(name: str, value: Any) -> None:
    assert State.of(tracker(**{name: value})).slots == {}


def test_it_is_small() -> None:
    assert len(State(VALUES, SAID, 1_795_440_376.683).written()) < 400


def test_with_the_switch_for_debugging_the_last_texts_are_kept() -> None:
    made = tracker()
    for number in range(30):
        made.update(UserUttered(f"{WORDS} {number}"))
    state = State.read(State.of(made, keep_text=True).written())
    assert (len(state.typed), state.typed[-1]) == (20, f"{WORDS} 29")
    after = tracker()
    state.fill(after)
    after.update(UserUttered("and more"))
    assert State.of(after, keep_text=True).typed[-2:] == (f"{WORDS} 29", "and more")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        "\x00\ud800",
        '{"v":2,"slots":{},"said":{},"heard":1}',
        '{"v":1,"slots":[],"said":{},"heard":"x"}',
        '{"v":1,"slots":{"country":"Zebedee"},"said":{},"heard":1}',
        '{"v":1,"slots":{"other":1},"said":{},"heard":1}',
        '{"v":1,"slots":{},"said":{"count":-1},"heard":1}',
        '{"v":1,"slots":{},"said":{},"heard":NaN}',
        "[" * 100_000,
        '{"v":1,"slots":{},"said":{},"heard":1,"typed":["' + "x" * 50_000 + '"]}',
    ],
)
def test_what_is_no_state_is_refused_without_its_words(written: str) -> None:
    with pytest.raises(CorruptStateError) as refused:
        State.read(written)
    assert str(refused.value) == ""


def test_a_state_that_began_without_the_one_before_takes_over_what_that_knew() -> None:
    before = State({"country": "IE", "misses": 2}, {"count": 7, "said": "0" * 16}, 1000.0)
    after = State({"baby_age": 4, "misses": 0}, {"count": 1, "said": "1" * 16}, 2000.0).over(before)
    assert after == State({"country": "IE", "misses": 0, "baby_age": 4}, {"count": 8, "said": "1" * 16}, 2000.0)


def test_a_slot_that_the_model_no_longer_has_is_left_out() -> None:
    made = DialogueStateTracker("web-1", [AnySlot("country", mappings=[])])
    State(VALUES, SAID, 1000.0).fill(made)
    assert made.current_slot_values() == {"country": "IE"}
