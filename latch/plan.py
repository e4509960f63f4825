"""What to say to a message, in order. Plain data in, plain data out: nothing of Rasa."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from latch import responses
from latch.responses import MORE, SHORT, UTTER, Book

FALLBACK = "nlu_fallback"
# A topic less likely than this is not near: with some 260 intents, chance alone gives 0.004.
NEAREST = 0.02
# So many topics are offered in doubt.
OFFERS = 3

DID_YOU_MEAN = f"{UTTER}did_you_mean"
NOTHING_NEAR = f"{UTTER}nothing_near"
NOTHING_BEFORE = f"{UTTER}nothing_before"
UNREADABLE = f"{UTTER}unreadable_"
NO_MORE = f"{UTTER}no_more"

SHOW_SOURCES = "show_sources"
SAY_AGAIN = "say_again"
SAY_SHORTER = "say_shorter"
TELL_ME_MORE = "tell_me_more"

# What Rasa's slash commands do; RulePolicy would map them.
COMMANDS = {"restart": "action_restart", "back": "action_back", "session_start": "action_session_start"}


@dataclass(frozen=True)
class Step:
    """One action of a plan, and what is said in its place where it said nothing (an action server may be down)."""

    action: str
    otherwise: str | None = None
    topic: str | None = None


@dataclass(frozen=True)
class Understanding:
    """What was understood of a message."""

    intent: str | None
    ranking: Sequence[tuple[str, float]] = ()
    questions: Sequence[str] = ()
    unreadable: str | None = None
    last_topic: str | None = None


@dataclass(frozen=True)
class Repertoire:
    """What can be said: the responses, and the intents that an action answers."""

    book: Book
    actions: Mapping[str, str] = field(default_factory=dict)


def plan(heard: Understanding, repertoire: Repertoire) -> list[Step]:
    """Return the steps that answer a message; never none."""
    if heard.unreadable:
        return [Step(f"{UNREADABLE}{heard.unreadable}")]
    if heard.intent in COMMANDS:
        return [Step(COMMANDS[heard.intent])]
    asked = [intent for intent in heard.questions if repertoire.book.is_topic(intent)]
    if len(asked) > 1:
        return [Step(f"{UTTER}{intent}", topic=intent) for intent in asked]
    if heard.intent is None or heard.intent == FALLBACK:
        return _in_doubt(heard, repertoire)
    if heard.intent in _FOLLOW_UPS:
        return [_FOLLOW_UPS[heard.intent](heard, repertoire)]
    if heard.intent in repertoire.actions:
        return [Step(repertoire.actions[heard.intent], otherwise=f"{UTTER}{heard.intent}")]
    response = f"{UTTER}{heard.intent}"
    if response not in repertoire.book:
        return [Step(NOTHING_NEAR)]
    return [Step(response, topic=heard.intent if repertoire.book.is_topic(heard.intent) else None)]


def offers(ranking: Sequence[tuple[str, float]], repertoire: Repertoire) -> list[str]:
    """Return the topics to offer when in doubt, the likeliest first."""
    near = [intent for intent, confidence in ranking if confidence >= NEAREST]
    return [intent for intent in near if repertoire.book.is_topic(intent)][:OFFERS]


def _in_doubt(heard: Understanding, repertoire: Repertoire) -> list[Step]:
    likeliest = next((intent for intent, _ in heard.ranking if intent != FALLBACK), None)
    if likeliest is None or not offers(heard.ranking, repertoire):
        return [Step(NOTHING_NEAR)]
    if repertoire.book.kind(likeliest) == responses.KIND_OUTSIDE:
        return [Step(f"{UTTER}{likeliest}")]
    return [Step(DID_YOU_MEAN)]


def _show_sources(heard: Understanding, repertoire: Repertoire) -> Step:
    return Step(f"{UTTER}{SHOW_SOURCES}" if heard.last_topic else NOTHING_BEFORE)


def _in_form(suffix: str, otherwise: str) -> Callable[[Understanding, Repertoire], Step]:
    def step(heard: Understanding, repertoire: Repertoire) -> Step:
        if not heard.last_topic:
            return Step(NOTHING_BEFORE)
        name = f"{UTTER}{heard.last_topic}{suffix}"
        return Step(name if name in repertoire.book else otherwise, topic=heard.last_topic)

    return step


_FOLLOW_UPS: Mapping[str, Callable[[Understanding, Repertoire], Step]] = {
    SHOW_SOURCES: _show_sources,
    SAY_AGAIN: _in_form("", NOTHING_BEFORE),
    SAY_SHORTER: _in_form(SHORT, NO_MORE),
    TELL_ME_MORE: _in_form(MORE, NO_MORE),
}
