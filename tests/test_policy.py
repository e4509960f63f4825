"""PlanPolicy carries out the plan for a message, one action after the other."""

from __future__ import annotations

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
from latch.plan import DID_YOU_MEAN, FALLBACK, NOTHING_NEAR
from latch.policy import LAST_TOPIC, PlanPolicy

LISTEN = "action_listen"
TOPICS = ("let_down", "colostrum", "biting")
CONFIG = {"actions": {"find_help": "action_find_help"}}


def _domain(topics: tuple[str, ...] = TOPICS) -> Domain:
    said: dict[str, Any] = {}
    for topic in topics:
        metadata = responses.packed({responses.KIND: responses.KIND_TOPIC, responses.TOPIC: topic})
        said[f"utter_{topic}"] = [{"text": topic, "metadata": metadata}]
    for name in ("utter_greet", "utter_find_help", DID_YOU_MEAN, NOTHING_NEAR, "utter_unreadable_empty"):
        said[name] = [{"text": name}]
    intents = [*topics, "greet", "find_help"]
    slots = {LAST_TOPIC: {"type": "text", "influence_conversation": False, "mappings": [{"type": "custom"}]}}
    return Domain.from_dict({"intents": intents, "responses": said, "actions": ["action_find_help"], "slots": slots})


@pytest.fixture
def policy(tmp_path: Path) -> PlanPolicy:
    """Return the policy as Rasa's graph builds it."""
    config = {**PlanPolicy.get_default_config(), **CONFIG}
    context = ExecutionContext(GraphSchema({}))
    return PlanPolicy.create(config, LocalModelStorage(tmp_path), Resource("policy"), context)


def _heard(intent: str | None, **parsed: Any) -> UserUttered:
    ranking = [{"name": intent, "confidence": 0.9}] if intent else []
    understood = {"intent": {"name": intent, "confidence": 0.9}, "intent_ranking": ranking, **parsed}
    return UserUttered("...", intent=understood["intent"], parse_data=understood)


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
            tracker.update(BotUttered(action))
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
    tracker = _tracker(domain, _heard("find_help"))
    assert list(_carried_out(policy, domain, tracker)) == ["action_find_help", LISTEN]


def test_an_action_that_says_nothing_is_followed_by_the_response_of_the_intent(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = _tracker(domain, _heard("find_help"))
    said = list(_carried_out(policy, domain, tracker, silent=("action_find_help",)))
    assert said == ["action_find_help", "utter_find_help", LISTEN]


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
    unreadable = _tracker(domain, _heard(FALLBACK, unreadable="empty"))
    assert list(_carried_out(policy, domain, unreadable)) == ["utter_unreadable_empty", LISTEN]


def test_before_any_message_the_bot_listens(policy: PlanPolicy) -> None:
    domain = _domain()
    tracker = DialogueStateTracker.from_events("sender", [], domain.slots)
    assert list(_carried_out(policy, domain, tracker)) == [LISTEN]


def test_another_domain_is_another_repertoire(policy: PlanPolicy) -> None:
    small, large = _domain(), _domain((*TOPICS, "weaning"))
    assert list(_carried_out(policy, small, _tracker(small, _heard("weaning")))) == [NOTHING_NEAR, LISTEN]
    assert list(_carried_out(policy, large, _tracker(large, _heard("weaning")))) == ["utter_weaning", LISTEN]


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
