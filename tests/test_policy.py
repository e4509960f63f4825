"""PlanPolicy carries out the plan for a message, one action after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from latch import responses
from latch.nlu.constants import DANGERS, FOLLOWS, QUESTIONS, UNREADABLE
from latch.plan import DANGER, DID_YOU_MEAN, FALLBACK, FIND_HELP, NO_MORE, NOTHING_NEAR, STAYS, STILL_LOST
from latch.policy import LAST_TOPIC, MISSES, PLAN, WARNED, PlanPolicy

LISTEN = "action_listen"
TOPICS = ("let_down", "colostrum", "biting")
CONFIG = {"actions": {"feedback_helped": "action_record_feedback"}}
SIGNS = {"choking": "emergency", "suicide": "crisis", "wound": "same_day", "lump": "soon"}
LINES = (
    "utter_greet",
    "utter_help",
    "utter_feedback_helped",
    "utter_show_sources",
    FIND_HELP,
    DID_YOU_MEAN,
    NOTHING_NEAR,
    STILL_LOST,
    NO_MORE,
    "utter_unreadable_empty",
    *(f"utter_stay_{urgency}" for urgency in SIGNS.values()),
)
SOURCES = [{"title": "Signs", "publisher": "NHS", "url": "https://www.nhs.uk/signs", "year": 2020}]


def _response(text: str, **metadata: Any) -> list[dict[str, Any]]:
    return [{"text": text, "metadata": responses.packed(metadata)}]


def _slot(kind: str) -> dict[str, Any]:
    return {"type": kind, "influence_conversation": False, "mappings": [{"type": "custom"}]}


def _domain(topics: tuple[str, ...] = TOPICS, slots: tuple[str, ...] = (LAST_TOPIC, PLAN, MISSES, WARNED)) -> Domain:
    said: dict[str, Any] = {name: [{"text": name}] for name in LINES}
    for topic in topics:
        said[f"utter_{topic}"] = _response(topic, kind=responses.KIND_TOPIC, topic=topic)
    said["utter_let_down_more"] = _response("more", topic="let_down", form=responses.FORM_MORE)
    said["utter_weather"] = _response("weather", kind=responses.KIND_OUTSIDE)
    for sign in SIGNS:
        said[f"{DANGER}{sign}"] = _response(sign, kind=responses.KIND_DANGER, sources=SOURCES)
    return Domain.from_dict(
        {
            "intents": [*topics, "greet", "feedback_helped"],
            "responses": said,
            "actions": ["action_record_feedback"],
            "slots": {name: _slot("text" if name == LAST_TOPIC else "any") for name in slots},
        }
    )


@pytest.fixture
def policy(tmp_path: Path) -> PlanPolicy:
    """Return the policy as Rasa's graph builds it."""
    config = {**PlanPolicy.get_default_config(), **CONFIG}
    context = ExecutionContext(GraphSchema({}))
    return PlanPolicy.create(config, LocalModelStorage(tmp_path), Resource("policy"), context)


def _heard(intent: str | None, text: str = "...", /, **parsed: Any) -> UserUttered:
    ranking = [{"name": intent, "confidence": 0.9}] if intent else []
    understood = {"intent": {"name": intent, "confidence": 0.9}, "intent_ranking": ranking, **parsed}
    return UserUttered(text, intent=understood["intent"], parse_data=understood)


def _dangerous(sign: str, intent: str = "let_down") -> UserUttered:
    return _heard(intent, **{DANGERS: [{"sign": sign, "urgency": SIGNS[sign]}]})


def _country(text: str, name: str, read_as: str | None = None) -> UserUttered:
    """Return a message that names a country; the entity stands in the text as it was read."""
    read = read_as or text
    start = read.index(name)
    entity = {"entity": "country", "value": "??", "start": start, "end": start + len(name)}
    return _heard("weather", text, text=read, entities=[entity])


def _tracker(domain: Domain, *events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("sender", [ActionExecuted(LISTEN), *events], domain.slots)


def _carried_out(
    policy: PlanPolicy, domain: Domain, tracker: DialogueStateTracker, silent: tuple[str, ...] = ()
) -> Iterator[str]:
    """Yield each action that is predicted, the last being to listen; those in `silent` say nothing."""
    for _ in range(10):
        prediction = policy.predict_action_probabilities(tracker, domain)
        action = domain.action_names_or_texts[prediction.probabilities.index(max(prediction.probabilities))]
        tracker.update_with_events([*prediction.events, ActionExecuted(action)], domain)
        if action.startswith("utter_") or (action not in silent and action != LISTEN):
            metadata = policy._repertoire(domain).book.metadata(action)
            tracker.update(BotUttered(action, metadata={"metadata": metadata}))
        yield action
        if action == LISTEN:
            return


def test_a_topic_is_answered_then_the_bot_listens(policy: PlanPolicy) -> None:
    domain = _domain()
    assert list(_carried_out(policy, domain, _tracker(domain, _heard("let_down")))) == ["utter_let_down", LISTEN]


def test_two_questions_are_answered_in_their_order(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain, _heard("let_down", questions=["colostrum", "let_down"]))
    assert list(_carried_out(policy, domain, tracker)) == ["utter_colostrum", "utter_let_down", LISTEN]


def test_the_topic_answered_last_is_remembered(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain, _heard("let_down", questions=["colostrum", "let_down"]))
    list(_carried_out(policy, domain, tracker))
    assert tracker.get_slot(LAST_TOPIC) == "let_down"


def test_small_talk_leaves_what_is_remembered(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain, SlotSet(LAST_TOPIC, "biting"), _heard("greet"))
    assert list(_carried_out(policy, domain, tracker)) == ["utter_greet", LISTEN]
    assert tracker.get_slot(LAST_TOPIC) == "biting"


def test_an_action_that_says_something_is_enough(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain, _heard("feedback_helped"))
    assert list(_carried_out(policy, domain, tracker)) == ["action_record_feedback", LISTEN]


def test_an_action_that_says_nothing_is_followed_by_the_response_of_the_intent(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain, _heard("feedback_helped"))
    said = list(_carried_out(policy, domain, tracker, silent=("action_record_feedback",)))
    assert said == ["action_record_feedback", "utter_feedback_helped", LISTEN]


def _said(policy: PlanPolicy, domain: Domain, tracker: DialogueStateTracker, heard: UserUttered) -> list[str]:
    """Return what is done after a message, without the listening at its end."""
    tracker.update(heard, domain)
    *done, listening = _carried_out(policy, domain, tracker)
    assert listening == LISTEN
    return done


def test_the_same_question_twice_is_answered_twice(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain, _heard("let_down"))
    first = list(_carried_out(policy, domain, tracker))
    tracker.update(_heard("let_down"))
    assert list(_carried_out(policy, domain, tracker)) == first


@pytest.mark.parametrize("command", ["restart", "back"])
def test_a_slash_command_runs_rasas_own_action(policy: PlanPolicy, command: str) -> None:
    domain = _domain()
    prediction = policy.predict_action_probabilities(_tracker(domain, _heard(command)), domain)
    assert prediction.probabilities[domain.index_for_action(f"action_{command}")] == 1.0


def test_in_doubt_the_user_is_asked(policy: PlanPolicy) -> None:
    domain = _domain()
    near = [{"name": FALLBACK, "confidence": 0.7}, {"name": "biting", "confidence": 0.2}]
    tracker = _tracker(domain, _heard(FALLBACK, intent_ranking=near))
    assert list(_carried_out(policy, domain, tracker)) == [DID_YOU_MEAN, LISTEN]


def test_a_message_without_any_understanding_is_answered(policy: PlanPolicy) -> None:
    domain = _domain()
    assert list(_carried_out(policy, domain, _tracker(domain, _heard(None)))) == [NOTHING_NEAR, LISTEN]
    unreadable = _tracker(domain, _heard(FALLBACK, **{UNREADABLE: "empty"}))
    assert list(_carried_out(policy, domain, unreadable)) == ["utter_unreadable_empty", LISTEN]


def test_before_any_message_the_bot_listens(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = DialogueStateTracker.from_events("sender", [], domain.slots)
    assert list(_carried_out(policy, domain, tracker)) == [LISTEN]


def test_another_domain_is_another_repertoire(policy: PlanPolicy) -> None:
    small, large = _domain(), _domain((*TOPICS, "weaning"))
    assert list(_carried_out(policy, small, _tracker(small, _heard("weaning")))) == [NOTHING_NEAR, LISTEN]
    assert list(_carried_out(policy, large, _tracker(large, _heard("weaning")))) == ["utter_weaning", LISTEN]


# What is kept of the messages before


def test_a_subject_from_outside_is_remembered_and_followed(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain)
    assert _said(policy, domain, tracker, _heard("weather")) == ["utter_weather"]
    assert tracker.get_slot(LAST_TOPIC) == "weather"
    assert _said(policy, domain, tracker, _heard("follow_up")) == ["utter_weather"]


def test_a_short_question_is_told_more_once_and_then_that_there_is_no_more(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain)
    said = [_said(policy, domain, tracker, _heard(intent)) for intent in ("let_down", "follow_up", "follow_up")]
    assert said == [["utter_let_down"], ["utter_let_down_more"], [NO_MORE]]
    assert tracker.get_slot(LAST_TOPIC) == "let_down"


def test_a_short_question_leads_to_the_topic_that_it_means(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain, SlotSet(LAST_TOPIC, "let_down"))
    assert _said(policy, domain, tracker, _heard("follow_up", **{FOLLOWS: "biting"})) == ["utter_biting"]
    assert tracker.get_slot(LAST_TOPIC) == "biting"


def test_the_plan_is_kept_over_the_steps_of_a_turn(policy: PlanPolicy) -> None:
    """A first step that is about a topic changes what "follow_up" would mean."""
    domain = _domain()
    tracker = _tracker(domain, SlotSet(MISSES, 1), _heard(FALLBACK))
    assert list(_carried_out(policy, domain, tracker)) == [STILL_LOST, FIND_HELP, LISTEN]
    assert tracker.get_slot(MISSES) == 2


def test_the_plan_is_kept_though_every_slot_changes_meanwhile(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain, _heard("let_down", **{QUESTIONS: ["colostrum", "let_down"]}))
    done = []
    for action in _carried_out(policy, domain, tracker):
        done.append(action)
        tracker.update_with_events([SlotSet(MISSES, 5), SlotSet(WARNED, ["choking", "emergency", 0])], domain)
    assert done == ["utter_colostrum", "utter_let_down", LISTEN]


def test_the_plan_of_one_message_is_not_that_of_the_next(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain)
    assert _said(policy, domain, tracker, _heard("let_down")) == ["utter_let_down"]
    assert _said(policy, domain, tracker, _heard("biting")) == ["utter_biting"]


def test_a_plan_survives_being_stored(policy: PlanPolicy) -> None:
    """A tracker store keeps events as JSON, between two steps of a turn as well."""
    domain = _domain()
    tracker = _tracker(domain, _heard("let_down", **{QUESTIONS: ["colostrum", "let_down"]}))
    next(_carried_out(policy, domain, tracker))
    written = json.loads(json.dumps([event.as_dict() for event in tracker.events]))
    restored = DialogueStateTracker.from_dict("sender", written, domain.slots)
    assert list(_carried_out(policy, domain, restored)) == ["utter_let_down", LISTEN]


def test_three_misses_in_a_row_are_answered_three_ways(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain)
    said = [_said(policy, domain, tracker, _heard(FALLBACK)) for _ in range(4)]
    assert said == [[NOTHING_NEAR], [STILL_LOST, FIND_HELP], ["utter_help"], [NOTHING_NEAR]]


def test_misses_are_counted_in_a_row_only(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain)
    heard = [_heard(FALLBACK), _heard("let_down"), _heard(FALLBACK), _heard(None, **{UNREADABLE: "empty"})]
    said = [_said(policy, domain, tracker, message) for message in heard]
    assert said == [[NOTHING_NEAR], ["utter_let_down"], [NOTHING_NEAR], [STILL_LOST, FIND_HELP]]


# Danger


@pytest.mark.parametrize("sign", ["choking", "suicide"])
def test_to_an_urgent_danger_nothing_else_is_said(policy: PlanPolicy, sign: str) -> None:
    domain = _domain()
    assert _said(policy, domain, _tracker(domain), _dangerous(sign)) == [f"{DANGER}{sign}"]


@pytest.mark.parametrize("sign", ["wound", "lump"])
def test_a_danger_that_can_wait_is_followed_by_the_topic_asked(policy: PlanPolicy, sign: str) -> None:
    domain = _domain()
    tracker = _tracker(domain)
    assert _said(policy, domain, tracker, _dangerous(sign)) == [f"{DANGER}{sign}", "utter_let_down"]
    assert tracker.get_slot(LAST_TOPIC) == "let_down"


@pytest.mark.parametrize("sign", SIGNS)
def test_the_sources_of_a_danger_reply_can_be_shown(policy: PlanPolicy, sign: str) -> None:
    domain = _domain()
    tracker = _tracker(domain)
    _said(policy, domain, tracker, _dangerous(sign, "greet"))
    assert tracker.get_slot(LAST_TOPIC) == f"danger_{sign}"
    assert _said(policy, domain, tracker, _heard("show_sources", "who says so?")) == ["utter_show_sources"]


def test_a_danger_is_remembered_and_the_messages_after_it_are_counted(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain)
    _said(policy, domain, tracker, _dangerous("choking"))
    kept = [tracker.get_slot(WARNED)]
    for _ in range(STAYS + 2):
        _said(policy, domain, tracker, _heard("greet"))
        kept.append(tracker.get_slot(WARNED))
    counted = [["choking", "emergency", ago] for ago in range(STAYS + 1)]
    assert kept == [*counted, None, None]


def test_a_new_danger_is_counted_anew(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain)
    for heard in (_dangerous("choking"), _heard("greet"), _dangerous("wound")):
        _said(policy, domain, tracker, heard)
    assert tracker.get_slot(WARNED) == ["wound", "same_day", 0]


def test_two_dangers_in_two_messages_are_both_replied_to(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain)
    said = [_said(policy, domain, tracker, _dangerous(sign)) for sign in ("choking", "suicide", "choking")]
    assert said == [["utter_danger_choking"], ["utter_danger_suicide"], ["utter_danger_choking"]]


def test_latch_stays_with_an_emergency_for_some_messages(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain)
    _said(policy, domain, tracker, _dangerous("choking"))
    said = [_said(policy, domain, tracker, _heard("let_down", "it is fine, she feeds now")) for _ in range(STAYS + 1)]
    assert said == [*([["utter_stay_emergency"]] * STAYS), ["utter_let_down"]]


def test_a_question_after_an_emergency_is_answered_behind_the_reminder(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain)
    _said(policy, domain, tracker, _dangerous("choking"))
    asked = _heard("let_down", "what is let-down?")
    assert _said(policy, domain, tracker, asked) == ["utter_stay_emergency", "utter_let_down"]
    assert _said(policy, domain, tracker, asked) == ["utter_let_down"]


def test_a_button_that_is_tapped_after_an_emergency_is_a_question(policy: PlanPolicy) -> None:
    """The answer behind the reminder shows buttons."""
    domain = _domain()
    tracker = _tracker(domain)
    _said(policy, domain, tracker, _dangerous("choking"))
    assert "utter_let_down" in _said(policy, domain, tracker, _heard("let_down", "/let_down"))


@pytest.mark.parametrize(
    ("text", "country", "read_as"),
    [
        ("Ireland", "Ireland", None),
        ("we live in the UK at the moment", "UK", None),
        ("I'm in South Africa!", "South Africa", None),
        ("im in ireland", "ireland", "I'm in ireland"),
        ("  spain ", "spain", "spain"),
    ],
)
def test_a_bare_country_after_a_danger_repeats_the_danger_reply(
    policy: PlanPolicy, text: str, country: str, read_as: str | None
) -> None:
    """The entity's place is that in the text as it was read, with shorthand written out."""
    domain = _domain()
    tracker = _tracker(domain)
    _said(policy, domain, tracker, _dangerous("choking"))
    assert _said(policy, domain, tracker, _country(text, country, read_as)) == ["utter_danger_choking"]


def test_a_bare_country_without_a_danger_is_shown_whom_to_call(policy: PlanPolicy) -> None:
    domain = _domain()
    assert _said(policy, domain, _tracker(domain), _country("in Ireland", "Ireland")) == [FIND_HELP]


def test_a_question_that_names_a_country_is_more_than_a_country(policy: PlanPolicy) -> None:
    domain = _domain()
    asked = _country("what is the capital of Australia", "Australia")
    assert _said(policy, domain, _tracker(domain), asked) == ["utter_weather"]


def test_without_its_slots_the_policy_still_answers(policy: PlanPolicy) -> None:
    """A project may have a domain of its own."""
    domain = _domain(slots=())
    tracker = _tracker(domain)
    assert _said(policy, domain, tracker, _dangerous("wound")) == ["utter_danger_wound", "utter_let_down"]
    assert _said(policy, domain, tracker, _heard(FALLBACK)) == [NOTHING_NEAR]


class _Counting(dict[str, Any]):
    """Responses that count how often they are looked at."""

    looks = 0

    def __getitem__(self, name: str) -> Any:
        self.looks += 1
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.looks += 1
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.looks += 1
        return super().get(name, default)

    def __iter__(self) -> Iterator[str]:
        self.looks += len(self)
        return super().__iter__()

    def items(self) -> Any:
        self.looks += len(self)
        return super().items()


def test_the_work_for_a_message_does_not_grow_with_the_topics(policy: PlanPolicy) -> None:
    looks = []
    for number in (3, 300):
        domain = _domain((*TOPICS, *(f"topic_{index}" for index in range(number))))
        domain.responses = _Counting(domain.responses)
        list(_carried_out(policy, domain, _tracker(domain, _heard("let_down", questions=["biting", "let_down"]))))
        looks.append(domain.responses.looks)
    assert looks[0] == looks[1] > 0
