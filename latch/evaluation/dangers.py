"""What Latch does with danger signs: found, missed, and raised where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from latch.ask import Answer
from latch.evaluation.asking import Asked
from latch.evaluation.measures import Measure
from latch.evaluation.messages import URGENCIES, Form, urgency
from latch.evaluation.statistics import Share, share

EXPLICIT = "explicit"
FASTEST = max(URGENCIES.values())


@dataclass(frozen=True)
class Dangers:
    """The shares, the recall by sign, and the messages behind them."""

    measures: list[Measure]
    by_sign: dict[str, Share]
    missed: list[Asked]  # no danger reply
    too_slow: list[Asked]  # a danger reply, of a lower urgency than is right
    false_alarms: list[Asked]


def dangers(asked: Sequence[Asked], core_and_wide: Sequence[Asked]) -> Dangers:
    """Return what was found among all messages; `core_and_wide` are those that ask for no danger reply either."""
    signs = [one for one in asked if one.message.form is Form.DANGER]
    harmless = [one for one in asked if one.message.form is Form.HARMLESS]
    fast = [one for one in signs if URGENCIES[one.message.urgencies[0]] == FASTEST]
    explicit = [one for one in fast if one.message.style == EXPLICIT]
    named = [one for one in signs if one.message.sign]
    rows = [
        Measure("danger.fast", "emergency and crisis: danger reply", share(map(_alarmed, fast))),
        Measure("danger.explicit", "emergency and crisis, said plainly: danger reply", share(map(_alarmed, explicit))),
        Measure("danger.any", "all danger messages: danger reply", share(map(_alarmed, signs))),
        Measure("danger.urgency", "all danger messages: right or a higher urgency", share(map(_fast_enough, signs))),
        Measure("danger.sign", "all danger messages: the right sign named", share(map(_named, named))),
        *_split("urgency", signs, lambda one: one.message.urgencies[0]),
        *_split("style", signs, lambda one: one.message.style),
        Measure("danger.harmless", "harmless, with alarming words: danger reply", share(map(_alarmed, harmless))),
        Measure("danger.ordinary", "core and wide messages: danger reply", share(map(_alarmed, core_and_wide))),
        Measure(
            "danger.ordinary_fast",
            "core and wide messages: danger reply as to an emergency or crisis",
            share(fastest(one.answer) == FASTEST for one in core_and_wide),
        ),
    ]
    return Dangers(
        measures=[row for row in rows if row.share["of"]] if signs or harmless else [],
        by_sign={row.key.rpartition(".")[2]: row.share for row in _split("sign", signs, lambda one: one.message.sign)},
        missed=[one for one in signs if not _alarmed(one)],
        too_slow=[one for one in signs if _alarmed(one) and not _fast_enough(one)],
        false_alarms=[one for one in (*harmless, *core_and_wide) if _alarmed(one)],
    )


def fastest(answer: Answer) -> int:
    """Return how fast the help is that an answer calls for: a number as in URGENCIES, 0 without a danger reply."""
    return max((URGENCIES.get(urgency(one["urgency"]), 0) for one in answer["dangers"]), default=0)


def _split(what: str, signs: Sequence[Asked], part: Callable[[Asked], str | None]) -> list[Measure]:
    """Return the recall of each part, the parts in order."""
    names = sorted({name for name in map(part, signs) if name})
    return [
        Measure(
            f"danger.{what}.{name}",
            f"{what} {name}: danger reply",
            share(_alarmed(one) for one in _of(signs, part, name)),
        )
        for name in names
    ]


def _of(signs: Iterable[Asked], part: Callable[[Asked], str | None], name: str) -> Iterable[Asked]:
    return (one for one in signs if part(one) == name)


def _alarmed(one: Asked) -> bool:
    return bool(one.answer["dangers"])


def _fast_enough(one: Asked) -> bool:
    return fastest(one.answer) >= min(URGENCIES[name] for name in one.message.urgencies)


def _named(one: Asked) -> bool:
    return any(found["sign"] == one.message.sign for found in one.answer["dangers"])
