"""What to say to a message, in order. Plain data in, plain data out: nothing of Rasa."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from latch import responses
from latch.commands import FORGET
from latch.responses import MORE, SHORT, UTTER, Book

FALLBACK = "nlu_fallback"
# A topic less likely than this is not near: with some 260 intents, chance alone gives 0.004.
NEAREST = 0.02
# A topic so likely is offered beside the word that there is no checked answer.
NEAR_ENOUGH = 0.05
# So many topics are offered in doubt.
OFFERS = 3

DID_YOU_MEAN = f"{UTTER}did_you_mean"
NOTHING_NEAR = f"{UTTER}nothing_near"
NOTHING_BEFORE = f"{UTTER}nothing_before"
UNREADABLE = f"{UTTER}unreadable_"
NO_MORE = f"{UTTER}no_more"
FIND_HELP = f"{UTTER}find_help"
STILL_LOST = f"{UTTER}still_lost"
SUBJECTS_KNOWN = f"{UTTER}help"
DANGER = f"{UTTER}danger_"
STAY = f"{UTTER}stay_"
# With it the store of conversations deletes this one.
FORGOTTEN = f"{UTTER}{FORGET}"

SHOW_SOURCES = "show_sources"
SAY_AGAIN = "say_again"
SAY_SHORTER = "say_shorter"
TELL_ME_MORE = "tell_me_more"
FOLLOW_UP = "follow_up"
FIND_HELP_INTENT = "find_help"

# What Rasa's slash commands do; RulePolicy would map them.
COMMANDS = {"restart": "action_restart", "back": "action_back", "session_start": "action_session_start"}

# Urgencies after which nothing else is said, and in which Latch stays with what it heard.
URGENT = ("emergency", "crisis")
# For so many messages after an urgent reply, each is met with care first.
STAYS = 3


@dataclass(frozen=True)
class Step:
    """One action of a plan, and what is said in its place where it said nothing (an action server may be down)."""

    action: str
    otherwise: str | None = None
    topic: str | None = None


@dataclass(frozen=True)
class Warned:
    """A danger that was replied to, and how many messages ago: 1 is the message before this one."""

    sign: str
    urgency: str
    ago: int


@dataclass(frozen=True)
class Understanding:
    """What was understood of a message.

    `follows` is the topic that a short message means when it is read with the last one ("" where it means no other);
    `misses` is how many messages before it, without a break, were not understood; `dangers` are signs and their
    urgencies, the most urgent first; `only_country` tells that it names a country and asks nothing.
    """

    intent: str | None
    ranking: Sequence[tuple[str, float]] = ()
    questions: Sequence[str] = ()
    unreadable: str | None = None
    last_topic: str | None = None
    follows: str | None = None
    said_more: bool = False
    misses: int = 0
    dangers: Sequence[tuple[str, str]] = ()
    warned: Warned | None = None
    asks: bool = False
    only_country: bool = False


@dataclass(frozen=True)
class Repertoire:
    """What can be said: the responses, and the intents that an action answers."""

    book: Book
    actions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """The steps that answer a message, never none; whether it was not understood; the danger that it is about."""

    steps: tuple[Step, ...]
    missed: bool = False
    danger: tuple[str, str] | None = None


def plan(heard: Understanding, repertoire: Repertoire) -> Plan:
    """Return what to say to a message: danger first, then what was asked."""
    known = [danger for danger in heard.dangers if f"{DANGER}{danger[0]}" in repertoire.book]
    if known:
        return _in_danger(known[0], heard, repertoire)
    if heard.intent == FORGET and FORGOTTEN in repertoire.book:
        return Plan((Step(FORGOTTEN),))
    if heard.warned and heard.intent not in COMMANDS:
        followed = _after_danger(heard.warned, heard, repertoire)
        if followed:
            return followed
    return _answer(heard, repertoire)


def offers(ranking: Sequence[tuple[str, float]], repertoire: Repertoire, least: float = NEAREST) -> list[str]:
    """Return the topics to offer, the likeliest first, none less likely than `least`."""
    near = [intent for intent, confidence in ranking if confidence >= least]
    return [intent for intent in near if repertoire.book.is_topic(intent)][:OFFERS]


def _in_danger(danger: tuple[str, str], heard: Understanding, repertoire: Repertoire) -> Plan:
    """Say what to do; where it can wait some hours, answer the question that was also asked."""
    sign, urgency = danger
    first = Step(f"{DANGER}{sign}", topic=f"danger_{sign}")
    if urgency in URGENT:
        return Plan((first,), danger=danger)
    answer = _answer(heard, repertoire)
    asked = [step for step in answer.steps if step.topic and repertoire.book.is_topic(step.topic)]
    return Plan((first, *asked), danger=danger)


def _after_danger(warned: Warned, heard: Understanding, repertoire: Repertoire) -> Plan | None:
    """Stay with a danger that was heard before; None where the message is answered like any other.

    "It's fine, he's asleep now" is no question: it is met with care. A question is answered, behind the reminder.
    """
    if warned.ago > STAYS:
        return None
    stay = Step(f"{STAY}{warned.urgency}")
    again = Step(f"{DANGER}{warned.sign}", topic=f"danger_{warned.sign}")
    if stay.action not in repertoire.book:
        return None
    if heard.only_country or (heard.intent == FIND_HELP_INTENT and warned.urgency in URGENT):
        return Plan((again,))
    if heard.intent in _FOLLOW_UPS and heard.intent != FOLLOW_UP:
        return None
    answer = _answer(heard, repertoire)
    asked = [step for step in answer.steps if step.topic]
    if warned.urgency not in URGENT:
        return None if asked or warned.ago > 1 else Plan((stay,))
    if asked and heard.asks:
        return Plan((stay, *asked)) if warned.ago == 1 else answer
    return Plan((stay,))


def _answer(heard: Understanding, repertoire: Repertoire) -> Plan:
    if heard.unreadable:
        return _unreadable(heard.unreadable, heard, repertoire)
    if heard.intent in COMMANDS:
        return Plan((Step(COMMANDS[heard.intent]),))
    if heard.only_country:
        return Plan((Step(FIND_HELP),))
    asked = list(dict.fromkeys(intent for intent in heard.questions if repertoire.book.is_topic(intent)))
    if len(asked) > 1:
        return Plan(tuple(Step(f"{UTTER}{intent}", topic=intent) for intent in asked))
    if heard.intent is None or heard.intent == FALLBACK:
        return _in_doubt(heard, repertoire)
    if heard.intent in _FOLLOW_UPS:
        return Plan((_FOLLOW_UPS[heard.intent](heard, repertoire),))
    if heard.follows is not None and heard.intent == heard.last_topic and repertoire.book.is_topic(heard.intent):
        return Plan((_follow_up(heard, repertoire),))  # it was answered just now: more on it, or what is nearer
    response = f"{UTTER}{heard.intent}"
    if heard.intent in repertoire.actions:
        return Plan((Step(repertoire.actions[heard.intent], otherwise=response),))
    if response not in repertoire.book:
        return _missed(NOTHING_NEAR, heard)
    return Plan((Step(response, topic=heard.intent if _is_subject(heard.intent, repertoire) else None),))


def _is_subject(intent: str, repertoire: Repertoire) -> bool:
    """Tell whether what follows may be about it: a topic, or a subject without checked answers."""
    return repertoire.book.is_topic(intent) or repertoire.book.kind(intent) == responses.KIND_OUTSIDE


def _unreadable(why: str, heard: Understanding, repertoire: Repertoire) -> Plan:
    name = f"{UNREADABLE}{why}"
    # A language that has no line of its own is answered as any foreign one.
    return _missed(name if name in repertoire.book else f"{UNREADABLE}{why.partition('_')[0]}", heard)


def _in_doubt(heard: Understanding, repertoire: Repertoire) -> Plan:
    likeliest = next((intent for intent, _ in heard.ranking if intent != FALLBACK), None)
    if heard.follows or (heard.follows is not None and likeliest == heard.last_topic):
        return Plan((_follow_up(heard, repertoire),))
    if likeliest is None or not offers(heard.ranking, repertoire):
        return _missed(NOTHING_NEAR, heard)
    if repertoire.book.kind(likeliest) == responses.KIND_OUTSIDE:
        return Plan((Step(f"{UTTER}{likeliest}", topic=likeliest),))
    return _missed(DID_YOU_MEAN, heard)


def _missed(first: str, heard: Understanding) -> Plan:
    """Return what is said to a message that was not understood: the second in a row shows the way to a person.

    The third shows what can be asked; then it begins again, so that no two in a row are alike.
    """
    ways = ((Step(first),), (Step(STILL_LOST), Step(FIND_HELP)), (Step(SUBJECTS_KNOWN),))
    return Plan(ways[heard.misses % len(ways)], missed=True)


def _show_sources(heard: Understanding, repertoire: Repertoire) -> Step:
    answered = heard.last_topic and repertoire.book.sources(f"{UTTER}{heard.last_topic}")
    return Step(f"{UTTER}{SHOW_SOURCES}" if answered else NOTHING_BEFORE)


def _in_form(suffix: str, otherwise: str) -> Callable[[Understanding, Repertoire], Step]:
    def step(heard: Understanding, repertoire: Repertoire) -> Step:
        if not heard.last_topic:
            return Step(NOTHING_BEFORE)
        name = f"{UTTER}{heard.last_topic}{suffix}"
        return Step(name if name in repertoire.book else otherwise, topic=heard.last_topic)

    return step


def _follow_up(heard: Understanding, repertoire: Repertoire) -> Step:
    """Return what a short question means after the last answer: a nearer topic, or more on the same one."""
    if not heard.last_topic:
        return Step(NOTHING_BEFORE)
    if heard.follows:
        return Step(f"{UTTER}{heard.follows}", topic=heard.follows)
    if not repertoire.book.is_topic(heard.last_topic):
        return Step(f"{UTTER}{heard.last_topic}", topic=heard.last_topic)
    if heard.said_more:
        return Step(NO_MORE, topic=heard.last_topic)
    return _in_form(MORE, NO_MORE)(heard, repertoire)


_FOLLOW_UPS: Mapping[str, Callable[[Understanding, Repertoire], Step]] = {
    SHOW_SOURCES: _show_sources,
    SAY_AGAIN: _in_form("", NOTHING_BEFORE),
    SAY_SHORTER: _in_form(SHORT, NO_MORE),
    TELL_ME_MORE: _in_form(MORE, NO_MORE),
    FOLLOW_UP: _follow_up,
}
