"""Conversations: whether each turn is taken as it is meant, after what was said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from latch.ask import Answer
from latch.evaluation.asking import Talked
from latch.evaluation.judging import Knowledge
from latch.evaluation.measures import Measure
from latch.evaluation.messages import SUBJECTS, Conversation, FormError, Questions, Turn, subject, urgency
from latch.evaluation.statistics import share
from latch.plan import SAY_AGAIN, SAY_SHORTER, SHOW_SOURCES, TELL_ME_MORE

# What a person says about the last answer, by the names that it has in other people's files.
META = {
    "meta_source": SHOW_SOURCES,
    "meta_simplify": SAY_SHORTER,
    "meta_repeat": SAY_AGAIN,
    "meta_more": TELL_ME_MORE,
}
RED_FLAG = "red_flag_"
CHITCHAT = "chitchat"


@dataclass(frozen=True)
class MissedTurn:
    """A turn that was not taken as it is meant."""

    conversation: Conversation
    turn: Turn
    answer: Answer


def check_expectations(questions: Questions, knowledge: Knowledge) -> None:
    """Check that everything a turn expects is known.

    Raises:
        FormError: when something is not; it names file and id.
    """
    known = {*knowledge.titles, *knowledge.others, *SUBJECTS, *knowledge.categories.values(), *META, CHITCHAT}
    for conversation in questions.conversations:
        for turn in conversation.turns:
            for name in (turn.expect, *turn.also):
                if subject(name) not in known and not name.startswith(RED_FLAG):
                    raise FormError(f"{conversation.file}, entry {conversation.id}: `expect` {name!r} is not known")


def measures(talked: Sequence[Talked], knowledge: Knowledge) -> list[Measure]:
    """Return the shares of turns and of whole conversations."""
    turns = [(turn, answer) for one in talked for turn, answer in zip(one.conversation.turns, one.answers)]
    own = [(turn, answer) for turn, answer in turns if turn.expect in knowledge.titles]
    rows = [
        Measure(
            "conversations.turns",
            "conversations: turns taken as meant, by category",
            share(met(turn, answer, knowledge) for turn, answer in turns),
        ),
        Measure(
            "conversations.later_turns",
            "conversations: turns after the first taken as meant, by category",
            share(
                met(turn, answer, knowledge)
                for one in talked
                for turn, answer in list(zip(one.conversation.turns, one.answers))[1:]
            ),
        ),
        Measure(
            "conversations.whole",
            "conversations: every turn taken as meant, by category",
            share(not missed_turns([one], knowledge) for one in talked),
        ),
        Measure(
            "conversations.topic",
            "conversations: right topic in turns that ask for one",
            share(_exactly(turn, answer) for turn, answer in own),
        ),
    ]
    return [row for row in rows if row.share["of"]]


def missed_turns(talked: Sequence[Talked], knowledge: Knowledge) -> list[MissedTurn]:
    """Return the turns that were not taken as they are meant, by category, in order."""
    return [
        MissedTurn(one.conversation, turn, answer)
        for one in talked
        for turn, answer in zip(one.conversation.turns, one.answers)
        if not met(turn, answer, knowledge)
    ]


def met(turn: Turn, answer: Answer, knowledge: Knowledge) -> bool:
    """Tell whether the answer does one of the things that the turn expects, down to the category."""
    return any(_met(name, answer, knowledge) for name in (turn.expect, *turn.also))


def _met(name: str, answer: Answer, knowledge: Knowledge) -> bool:
    if name.startswith(RED_FLAG):
        wanted = urgency(name.removeprefix(RED_FLAG))
        return any(urgency(danger["urgency"]) == wanted for danger in answer["dangers"])
    if name in META or name in knowledge.others:
        return bool(answer["intent"] == META.get(name, name))
    if name == CHITCHAT:
        return not answer["topics"]
    category = knowledge.categories.get(name, subject(name))
    if knowledge.answers(category):
        return any(topic["category"] == category for topic in answer["topics"][:1])
    # A neighbouring subject: Latch has no answer. It says so, asks back, or shows the way to a person.
    return not answer["topics"]


def _exactly(turn: Turn, answer: Answer) -> bool:
    return any(topic["id"] in (turn.expect, *turn.also) for topic in answer["topics"][:1])
