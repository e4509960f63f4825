"""The report as plain data: what reports/evaluation.json holds and reports/evaluation.html shows."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from latch.content.model import Library
from latch.content.rules.answers import grades
from latch.evaluation import conversations, targets
from latch.evaluation.asking import Asked, Talked
from latch.evaluation.benchmarks import HINT3
from latch.evaluation.confidence import confidence
from latch.evaluation.confusions import confusions, shown, weakest
from latch.evaluation.dangers import Dangers, dangers
from latch.evaluation.judging import Knowledge, said
from latch.evaluation.measures import ENGLISH, Sets, by_category, by_topic, measures
from latch.evaluation.statistics import percentile

Report = dict[str, Any]
LISTED = 10  # so many of a list are shown in a terminal


@dataclass(frozen=True)
class Source:
    """What was measured: the folder of messages, and the model."""

    messages: str
    model: str


def make_report(
    source: Source, asked: Sequence[Asked], talked: Sequence[Talked], library: Library, knowledge: Knowledge
) -> Report:
    """Return everything that the answers show; `with_parts` adds what was measured beside them."""
    sets = Sets.of(asked, knowledge)
    danger = dangers(asked, [*sets.core, *sets.wide])
    topics = by_topic(sets.inside)
    found = [*measures(sets, knowledge), *conversations.measures(talked, knowledge), *danger.measures]
    report = {
        "made": date.today().isoformat(),
        "source": vars(source),
        "messages": len(asked),
        "conversations": len(talked),
        "measures": {row.key: {"name": row.name, **row.share} for row in found},
        "categories": by_category(sets.inside),
        "topics": topics,
        "confidence": confidence(sets, knowledge),
        "confusions": confusions(sets.inside, knowledge),
        "weakest": weakest(topics, sets.inside, knowledge),
        "false_answers": [shown(one, knowledge) for one in _false_answers(sets)],
        "missed_turns": _missed_turns(talked, knowledge),
        "dangers": _dangers(danger, knowledge),
        "reading": _reading(library),
        "time": _time(asked),
    }
    return with_parts(report)


def with_parts(report: Report, **parts: Any) -> Report:
    """Return the report with further parts (cross_validation, comparison, benchmarks) and its targets judged anew."""
    whole = {**report, **{name: part for name, part in parts.items() if part is not None}}
    whole["targets"] = targets.judged(_values(whole))
    return whole


def _values(report: Report) -> dict[str, float]:
    """Return what targets are about, by key."""
    values = {key: row["share"] for key, row in report["measures"].items()}
    if report["time"]:
        values[targets.UNDERSTANDING_MS] = report["time"]["understanding_ms_median"]
    if report["reading"]:
        values[targets.MEDIAN_GRADE] = report["reading"]["median"]
        values[targets.HIGHEST_GRADE] = report["reading"]["highest"]
    sets = report.get("benchmarks", {}).get("sets", {})
    return values | {f"benchmark.{name}": sets[name]["margin"] for name in HINT3 if name in sets}


def _false_answers(sets: Sets) -> list[Asked]:
    foreign = [one for one in sets.languages if one.message.language != ENGLISH]
    return [one for one in (*sets.outside, *sets.wide, *sets.noisy_wide, *foreign) if one.answer["topics"]]


def _missed_turns(talked: Sequence[Talked], knowledge: Knowledge) -> list[dict[str, str]]:
    return [
        {
            "id": turn.conversation.id,
            "text": turn.turn.text,
            "expected": turn.turn.expect,
            "said": said(turn.answer, knowledge.titles),
        }
        for turn in conversations.missed_turns(talked, knowledge)
    ]


def _dangers(found: Dangers, knowledge: Knowledge) -> dict[str, Any]:
    def listed(asked: Iterable[Asked]) -> list[dict[str, str]]:
        return [{**shown(one, knowledge), "urgency": ", ".join(one.message.urgencies)} for one in asked]

    return {
        "by_sign": found.by_sign,
        "missed": listed(found.missed),
        "too_slow": listed(found.too_slow),
        "false_alarms": listed(found.false_alarms),
    }


def _reading(library: Library) -> dict[str, Any]:
    found = grades(library)
    if not found:
        return {}
    hardest = max(found, key=lambda topic: found[topic])
    return {
        "median": statistics.median(found.values()),
        "highest": found[hardest],
        "hardest": hardest,
        "grades": sorted(found.values()),
    }


def _time(asked: Sequence[Asked]) -> dict[str, float]:
    if not asked:
        return {}
    understanding = [one.understanding_ms for one in asked]
    answering = [one.answering_ms for one in asked]
    return {
        "understanding_ms_median": statistics.median(understanding),
        "understanding_ms_p95": percentile(understanding, 0.95),
        "answering_ms_median": statistics.median(answering),
        "answering_ms_p95": percentile(answering, 0.95),
    }


def summary(report: Mapping[str, Any]) -> str:
    """Return what a terminal shows: the measures, the targets, the confusions."""
    shares = {row["name"]: row for row in report["measures"].values()}
    shares |= {f"right category, {name}": row for name, row in report["categories"].items()}
    width = max(map(len, shares), default=0)
    lines = [
        f"{name:{width}s} {row['share']:6.1%}  ({row['low']:.1%} to {row['high']:.1%}, n {row['of']})"
        for name, row in shares.items()
    ]
    if report["confusions"]:
        lines += ["", f"The {len(report['confusions'])} confusions met most:"]
        lines += [f"  {row['times']:2d}  {row['asked']} -> {row['answered']}" for row in report["confusions"]]
    for key, title in (("missed", "Danger signs missed"), ("false_alarms", "False alarms")):
        found = report["dangers"][key]
        if found:
            lines += ["", f"{title} ({len(found)}; the report lists all):"]
            lines += [f"  {row['id']}  {row['text']}" for row in found[:LISTED]]
    lines += ["", *_parts(report), "Targets:"]
    lines += [
        f"  {'reached' if row['reached'] else 'MISSED ':7s}  {row['name']}: {row['measured']} ({row['target']})"
        for row in report["targets"]
    ]
    return "\n".join(lines)


def _parts(report: Mapping[str, Any]) -> list[str]:
    """Return the lines on what was measured beside the messages."""
    lines: list[str] = []
    crossed = report.get("cross_validation")
    if crossed:
        lines += [
            f"Cross-validation, {crossed['folds']} folds, {crossed['examples']} examples: "
            f"topic {crossed['topic']['share']:.1%}, category {crossed['category']['share']:.1%}.",
            "",
        ]
    for row in report.get("comparison", {}).get("rows", ()):
        lines.append(
            f"  {row['name']:14s} topic {row['topic']['share']:.1%}, in first three {row['top_three']['share']:.1%}, "
            f"category {row['category']['share']:.1%}, training {row['training']:.0f} s, {row['message']:.1f} ms"
        )
    for name, found in report.get("benchmarks", {}).get("sets", {}).items():
        theirs = found["published_at_recall"]
        beside = "" if theirs is None else f" (DIET {theirs:.1%})"
        lines.append(f"  {name}: {found['at_recall']:.1%} in scope at 60 % out-of-scope recall{beside}")
    return [*lines, ""] if lines and lines[-1] else lines


def measure_rows(report: Mapping[str, Any], *prefixes: str) -> list[Mapping[str, Any]]:
    """Return the measures whose keys begin with one of these."""
    return [row for key, row in report["measures"].items() if key.startswith(prefixes)]
