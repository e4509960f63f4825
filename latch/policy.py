"""PlanPolicy: carries out the plan for a message, one action after the other, whatever the number of topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction, confidence_scores_for
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)

from latch.commands import command
from latch.nlu.constants import DANGERS, FOLLOWS, LAST_TOPIC, QUESTIONS, UNREADABLE
from latch.plan import STAYS, Plan, Repertoire, Step, Understanding, Warned, plan
from latch.responses import FORM, FORM_MORE, Book
from latch.text import asks, words

# Slots in which the policy keeps what it must know of the messages before: see domain.yml.
PLAN = "plan"
MISSES = "misses"
WARNED = "warned"
COUNTRY = "country"
# How far back the last line is looked for; a turn holds far fewer events.
_RECENT = 60
# Words around a country that ask nothing ("we are in Ireland").
_AROUND_A_COUNTRY = frozenset(
    (
        "i",
        "im",
        "i'm",
        "am",
        "in",
        "the",
        "we",
        "we're",
        "are",
        "from",
        "live",
        "living",
        "country",
        "is",
        "it",
        "it's",
        "its",
        "here",
        "my",
        "based",
        "uk",
        "at",
        "moment",
        "now",
    )
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class PlanPolicy(Policy):
    """Predicts the next step of the plan for the last message that has not been taken yet; then it listens.

    A rule a topic (RulePolicy) would be tested one by one on every turn; this looks at one message only.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults: which intents an action answers (intent: action)."""
        return {"priority": 4, "actions": {}}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        featurizer: TrackerFeaturizer | None = None,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context, featurizer)
        self._known: Repertoire | None = None

    def train(self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """Return its resource: there is nothing to learn."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Return the next step with probability 1."""
        turn = _Turn.of(tracker)
        events: list[Event] = []
        if turn.message is None:
            step = None
        else:
            steps = turn.plan
            if steps is None:
                repertoire = self._repertoire(domain)
                heard = _understanding(turn.message, tracker)
                planned = plan(heard, repertoire)
                steps = planned.steps
                events = _remembered(planned, heard, tracker)
            step = _next(steps, turn.taken)
        if step and step.topic and LAST_TOPIC in tracker.slots:
            events.append(SlotSet(LAST_TOPIC, step.topic))
        action = step.action if step else ACTION_LISTEN_NAME
        return self._prediction(confidence_scores_for(action, 1.0, domain), events=events)

    def _repertoire(self, domain: Domain) -> Repertoire:
        if self._known is None or self._known.book.responses is not domain.responses:
            self._known = Repertoire(Book(domain.responses), self.config["actions"])
        return self._known


@dataclass(frozen=True)
class _Turn:
    """The last message, the actions since, each with whether it said something, and the plan where it was made.

    The plan is kept from the first step on: what it was made from changes with the steps.
    """

    message: UserUttered | None = None
    taken: Mapping[str, bool] = field(default_factory=dict)
    plan: tuple[Step, ...] | None = None

    @classmethod
    def of(cls, tracker: DialogueStateTracker) -> _Turn:
        later: list[Event] = []
        message: UserUttered | None = None
        for event in reversed(tracker.events):
            if isinstance(event, UserUttered):
                message = event
                break
            later.append(event)
        if message is None:
            return cls()
        taken: dict[str, bool] = {}
        steps: tuple[Step, ...] | None = None
        current: str | None = None
        for event in reversed(later):
            if isinstance(event, ActionExecuted):
                current = event.action_name
                if current == ACTION_LISTEN_NAME:
                    return cls()
                if current:
                    taken[current] = False
            elif isinstance(event, BotUttered) and current:
                taken[current] = True
            elif isinstance(event, SlotSet) and event.key == PLAN and event.value:
                steps = tuple(Step(*step) for step in event.value)
        return cls(message, taken, steps)


def _next(steps: Sequence[Step], taken: Mapping[str, bool]) -> Step | None:
    for step in steps:
        if step.action not in taken:
            return step
        if not taken[step.action] and step.otherwise and step.otherwise not in taken:
            return Step(step.otherwise)
    return None


def _remembered(planned: Plan, heard: Understanding, tracker: DialogueStateTracker) -> list[Event]:
    """Return the events that keep what later messages need."""
    values: dict[str, Any] = {
        PLAN: [[step.action, step.otherwise, step.topic] for step in planned.steps],
        MISSES: heard.misses + 1 if planned.missed else 0,
    }
    if planned.danger:
        values[WARNED] = [*planned.danger, 0]
    elif heard.warned:
        still = heard.warned.ago <= STAYS
        values[WARNED] = [heard.warned.sign, heard.warned.urgency, heard.warned.ago] if still else None
    known = {name: value for name, value in values.items() if name in tracker.slots}
    return [SlotSet(name, value) for name, value in known.items() if name == PLAN or value != tracker.get_slot(name)]


def ranking(message: UserUttered) -> list[tuple[str, float]]:
    """Return the intents of a message with their confidences, the likeliest first."""
    entries = (message.parse_data or {}).get(INTENT_RANKING_KEY) or ()
    return [
        (entry[INTENT_NAME_KEY], float(entry[PREDICTED_CONFIDENCE_KEY])) for entry in entries if entry[INTENT_NAME_KEY]
    ]


def _understanding(message: UserUttered, tracker: DialogueStateTracker) -> Understanding:
    parsed = message.parse_data or {}
    text = message.text or ""
    warned = _slot(tracker, WARNED)
    understood = Understanding(
        intent=(message.intent or {}).get(INTENT_NAME_KEY),
        ranking=ranking(message),
        questions=parsed.get(QUESTIONS) or (),
        unreadable=parsed.get(UNREADABLE),
        last_topic=_slot(tracker, LAST_TOPIC),
        follows=parsed.get(FOLLOWS),
        said_more=_said_more(tracker),
        misses=int(_slot(tracker, MISSES) or 0),
        dangers=[(danger["sign"], danger["urgency"]) for danger in parsed.get(DANGERS) or ()],
        warned=Warned(warned[0], warned[1], warned[2] + 1) if warned else None,
        asks=asks(text) or text.startswith(INTENT_MESSAGE_PREFIX),  # a button asks what stands on it
        only_country=_is_country(str(parsed.get(TEXT) or text), parsed.get(ENTITIES) or ()),
    )
    said = command(text)
    if said is None:
        return understood
    return replace(understood, intent=said, questions=(), unreadable=None, follows=None, only_country=False)


def _slot(tracker: DialogueStateTracker, name: str) -> Any:
    return tracker.get_slot(name) if name in tracker.slots else None


def _said_more(tracker: DialogueStateTracker) -> bool:
    """Tell whether the last message said was the further form of an answer."""
    recent = (event for _, event in zip(range(_RECENT), reversed(tracker.events)))
    said = next((event for event in recent if isinstance(event, BotUttered)), None)
    metadata = ((said.metadata or {}).get("metadata") or {}) if said else {}
    return metadata.get(FORM) == FORM_MORE


def _is_country(text: str, entities: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a text, as it was read, names a country and says nothing else."""
    if not any(entity.get("entity") == COUNTRY for entity in entities):
        return False
    named = {
        word.casefold()
        for entity in entities
        if entity.get("entity") == COUNTRY
        for word in words(text[entity["start"] : entity["end"]])
    }
    return all(word.casefold() in named | _AROUND_A_COUNTRY for word in words(text))
