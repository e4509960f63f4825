"""PlanPolicy: carries out the plan for a message, one action after the other, whatever the number of topics."""

from __future__ import annotations

from typing import Any

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction, confidence_scores_for
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY

from latch.nlu.constants import QUESTIONS, UNREADABLE
from latch.plan import Repertoire, Step, Understanding, plan
from latch.responses import Book

LAST_TOPIC = "last_topic"


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
        step = self._next(tracker, domain)
        events: list[Event] = [SlotSet(LAST_TOPIC, step.topic)] if step and step.topic else []
        action = step.action if step else ACTION_LISTEN_NAME
        return self._prediction(confidence_scores_for(action, 1.0, domain), events=events)

    def _next(self, tracker: DialogueStateTracker, domain: Domain) -> Step | None:
        message, taken = _since_message(tracker)
        if message is None:
            return None
        repertoire = self._repertoire(domain)
        for step in plan(_understanding(message, tracker), repertoire):
            if step.action not in taken:
                return step
            if not taken[step.action] and step.otherwise and step.otherwise not in taken:
                return Step(step.otherwise)
        return None

    def _repertoire(self, domain: Domain) -> Repertoire:
        if self._known is None or self._known.book.responses is not domain.responses:
            self._known = Repertoire(Book(domain.responses), self.config["actions"])
        return self._known


def _since_message(tracker: DialogueStateTracker) -> tuple[UserUttered | None, dict[str, bool]]:
    """Return the last message and the actions since, each with whether it said something."""
    later: list[Event] = []
    message: UserUttered | None = None
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            message = event
            break
        later.append(event)
    if message is None:
        return None, {}
    taken: dict[str, bool] = {}
    current: str | None = None
    for event in reversed(later):
        if isinstance(event, ActionExecuted):
            current = event.action_name
            if current == ACTION_LISTEN_NAME:
                return None, {}
            if current:
                taken[current] = False
        elif isinstance(event, BotUttered) and current:
            taken[current] = True
    return message, taken


def ranking(message: UserUttered) -> list[tuple[str, float]]:
    """Return the intents of a message with their confidences, the likeliest first."""
    entries = (message.parse_data or {}).get(INTENT_RANKING_KEY) or ()
    return [
        (entry[INTENT_NAME_KEY], float(entry[PREDICTED_CONFIDENCE_KEY])) for entry in entries if entry[INTENT_NAME_KEY]
    ]


def _understanding(message: UserUttered, tracker: DialogueStateTracker) -> Understanding:
    parsed = message.parse_data or {}
    return Understanding(
        intent=(message.intent or {}).get(INTENT_NAME_KEY),
        ranking=ranking(message),
        questions=parsed.get(QUESTIONS) or (),
        unreadable=parsed.get(UNREADABLE),
        last_topic=tracker.get_slot(LAST_TOPIC) if LAST_TOPIC in tracker.slots else None,
    )
