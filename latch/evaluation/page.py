"""The report as a page for who edits content: what is reached first, what to write next, then the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from latch.content.rules import answers
from latch.evaluation import plots
from latch.evaluation.benchmarks import HINT3
from latch.evaluation.markup import Markup, element, folded, items, joined, page, section, table
from latch.evaluation.report import Report, measure_rows
from latch.evaluation.statistics import Share

STYLE = Path(__file__).with_name("page.css")

_INTERVAL = (
    "The interval says how far chance goes: were other messages of the same kind drawn, the share would lie "
    "in it 95 times of 100 (Wilson)."
)


def as_page(report: Report) -> str:
    """Return the report as one HTML document that needs nothing beside it."""
    source = report["source"]
    return page(
        "Latch: what it understands",
        STYLE.read_text(encoding="utf-8"),
        element("h1", "What Latch understands"),
        element(
            "p",
            f"{report['messages']} messages and {report['conversations']} conversations from {source['messages']}, "
            f"asked on {report['made']} with the model {source['model']}. None of them was trained on.",
        ),
        _targets(report),
        section("All measures", element("p", _INTERVAL, style="note"), _measures(measure_rows(report, ""))),
        _categories(report),
        _weakest(report),
        _confusions(report),
        _dangers(report),
        _false_answers(report),
        _missed_turns(report),
        _confidence(report),
        _reading(report),
        _cross_validation(report),
        _comparison(report),
        _benchmarks(report),
        _time(report),
    )


def _targets(report: Report) -> Markup:
    rows = [
        (row["name"], row["target"], row["measured"], _verdict(row["reached"])) for row in report["targets"]
    ]  # fmt: skip
    return section("Targets", table(("what", "target", "measured", ""), rows))


def _verdict(reached: bool) -> Markup:
    return element("span", "reached" if reached else "missed", style="good" if reached else "bad")


def _measures(rows: Iterable[Mapping[str, Any]]) -> Markup:
    return table(("what", "share", "interval", "of"), ((row["name"], *_cells(row)) for row in rows))


def _cells(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return f"{row['share']:.1%}", f"{row['low']:.1%} to {row['high']:.1%}", f"{row['of']:.0f}"


def _categories(report: Report) -> Markup:
    shares: Mapping[str, Share] = report["categories"]
    return section(
        "By category",
        _picture(plots.bars, shares, "Share of messages with the right category in the first reply, by category"),
    )


def _weakest(report: Report) -> Markup:
    if not report["weakest"]:
        return Markup("")
    return section(
        "The weakest topics, and what was missed",
        element(
            "p",
            "These topics answer the fewest of their messages. Read what people said and what came instead: often the "
            "topic lacks examples in such words, or two topics share a question. Write examples of your own; never "
            "copy a message from here, or it measures nothing any more.",
        ),
        *(
            folded(
                joined([f"{row['title']} ", element("code", row["topic"]), f": {row['share']:.0%} of {row['of']:.0f}"]),
                _messages(row["missed"]),
                is_open=True,
            )
            for row in report["weakest"]
        ),
    )


def _messages(rows: Iterable[Mapping[str, str]]) -> Markup:
    """Return messages, each with what Latch did."""
    return items(joined([element("q", row["text"]), f" ({row['id']}): {row['said']}"]) for row in rows)


def _confusions(report: Report) -> Markup:
    rows = [
        (
            joined([row["asked_title"], Markup("<br>"), element("code", row["asked"])]),
            joined([row["answered_title"], Markup("<br>"), element("code", row["answered"])]),
            row["times"],
            items(element("q", text) for text in row["messages"]),
        )
        for row in report["confusions"]
    ]
    return section("The worst confusions", table(("asked", "answered", "times", "messages"), rows))


def _dangers(report: Report) -> Markup:
    found = report["dangers"]
    if not measure_rows(report, "danger."):
        return Markup("")
    return section(
        "Danger signs",
        _picture(plots.bars, _lowest_first(found["by_sign"]), "Share of danger messages with a danger reply, by sign"),
        *(
            joined([element("h3", f"{title} ({len(found[key])})"), _danger_table(found[key])])
            for key, title in (
                ("missed", "Missed: no danger reply"),
                ("too_slow", "Danger replies that are not urgent enough"),
                ("false_alarms", "False alarms: a danger reply to a message without danger"),
            )
        ),
    )


def _lowest_first(shares: Mapping[str, Share]) -> Mapping[str, Share]:
    return dict(sorted(shares.items(), key=lambda entry: entry[1]["share"]))


def _danger_table(rows: Sequence[Mapping[str, str]]) -> Markup:
    if not rows:
        return element("p", "None.")
    cells = ((element("q", row["text"]), row["urgency"] or "none", row["said"], row["id"]) for row in rows)
    return table(("message", "urgency", "what Latch did", "id"), cells)


def _false_answers(report: Report) -> Markup:
    return section(
        "Answers to what should have none",
        table(
            ("message", "what Latch did", "id"),
            ((element("q", row["text"]), row["said"], row["id"]) for row in report["false_answers"]),
        ),
    )


def _missed_turns(report: Report) -> Markup:
    return section(
        "Turns of conversations that went wrong",
        table(
            ("message", "expected", "what Latch did", "conversation"),
            ((element("q", row["text"]), row["expected"], row["said"], row["id"]) for row in report["missed_turns"]),
        ),
    )


def _confidence(report: Report) -> Markup:
    found = report["confidence"]
    if not found["inside"]:
        return Markup("")
    curve = found["curve"]
    shown = table(
        ("threshold", "answered", "of these wrong", "outside messages that would be answered"),
        (
            (f"{row['threshold']:.2f}", f"{row['coverage']:.1%}", f"{row['error']:.1%}", _false(row, found))
            for row in curve
        ),
    )
    return section(
        "How sure Latch is",
        _picture(
            lambda rows, name: plots.coverage_against_error(rows, found["now"], name),
            curve,
            "Messages answered against wrong answers, as the threshold moves",
            "Below a threshold Latch asks back: a higher one makes fewer wrong answers and asks more people again. The "
            "line is what one threshold on the likeliest topic would do; the large point is what Latch does.",
        ),
        folded("The figures", shown),
        _picture(
            plots.reliability,
            found["reliability"],
            "How often the likeliest topic is right, by its confidence",
            f"On the dashed line, confidence is what it says. Mean gap: {found['expected_calibration_error']:.1%}. The "
            "number beside a point is how many messages it stands for. Where the files name only a category, a topic "
            "of that category counts as right, so points lie above the line.",
        ),
    )


def _false(row: Mapping[str, float], found: Mapping[str, Any]) -> str:
    return f"{row['false']:.1%}" if found["elsewhere"] else ""


def _reading(report: Report) -> Markup:
    found = report["reading"]
    if not found:
        return Markup("")
    limits = {"median at most": answers.MEDIAN_GRADE, "each at most": answers.HIGHEST_GRADE}
    return section(
        "How hard the answers are to read",
        element(
            "p",
            f"Median grade {found['median']:.1f}; the hardest, {found['hardest']}, has {found['highest']:.1f}. "
            "Words that cannot be replaced do not count (Flesch-Kincaid).",
        ),
        _picture(
            lambda values, name: plots.histogram(values, limits, name),
            found["grades"],
            "Answers by reading grade",
        ),
    )


def _cross_validation(report: Report) -> Markup:
    found = report.get("cross_validation")
    if not found:
        return Markup("")
    return section(
        "Training examples against each other",
        element(
            "p",
            f"Each of {found['examples']} examples was understood by a model that had not seen it ({found['folds']} "
            f"folds; the encoder as published, one network). Right topic: {_interval(found['topic'])}. Right category: "
            f"{_interval(found['category'])}. A topic low in this list has examples that read like those of another.",
        ),
        table(
            ("topic", "share", "interval", "of", "taken for"),
            ((element("code", row["topic"]), *_cells(row), ", ".join(row["taken_for"])) for row in found["weakest"]),
        ),
    )


def _interval(row: Share) -> str:
    return f"{row['share']:.1%} ({row['low']:.1%} to {row['high']:.1%})"


def _comparison(report: Report) -> Markup:
    found = report.get("comparison")
    if not found:
        return Markup("")
    rows = (
        (
            row["name"],
            *(_interval(row[key]) for key in ("topic", "top_three", "category")),
            f"{row['training']:.0f} s",
            f"{row['message']:.1f} ms",
        )
        for row in found["rows"]
    )
    return section(
        "Beside other ways to answer",
        element(
            "p",
            f"All trained on the same {found['topics']} topics and asked the same {found['messages']} messages. "
            "Compared is the likeliest topic alone: nothing asks back.",
        ),
        table(("system", "right topic", "in first three", "right category", "training", "CPU a message"), rows),
    )


def _benchmarks(report: Report) -> Markup:
    found = report.get("benchmarks")
    if not found:
        return Markup("")
    rows = []
    for name, one in found["sets"].items():
        rows += [(name, f"Latch, threshold {row['threshold']}", *_point(row)) for row in one["points"]]
        rows += [(name, _system(row), *_point(row)) for row in one["published"]]
    beside = (
        (
            name,
            f"{one['at_recall']:.1%}",
            "" if one["margin"] is None else f"{one['published_at_recall']:.1%}",
            "" if one["margin"] is None else f"{100 * one['margin']:+.1f} points",
        )
        for name, one in found["sets"].items()
    )
    return section(
        "Public intent sets",
        element(
            "p",
            f"Latch's own understanding, trained on {', '.join(HINT3)} (HINT3) and CLINC150. A message in "
            "scope is right only when its confidence reaches the threshold; recall is the share of messages out of "
            "scope that stay below it.",
        ),
        table(("set", f"in scope at {found['recall']:.0%} recall", "DIET, interpolated", "difference"), beside),
        folded(
            "Settings",
            items(
                f"{name}: {', '.join(f'{key} {value}' for key, value in values.items())}"
                for name, values in found["settings"].items()
            ),
        ),
        folded("By threshold", table(("set", "system", "accuracy in scope", "recall out of scope"), rows)),
    )


def _point(row: Mapping[str, float]) -> tuple[str, str]:
    return f"{row['accuracy']:.1%}", f"{row['recall']:.1%}"


def _system(row: Mapping[str, Any]) -> str:
    return row["system"] if row["threshold"] is None else f"{row['system']}, threshold {row['threshold']}"


def _time(report: Report) -> Markup:
    found = report["time"]
    if not found:
        return Markup("")
    rows = (
        (what, f"{found[f'{key}_median']:.1f} ms", f"{found[f'{key}_p95']:.1f} ms")
        for what, key in (("understanding", "understanding_ms"), ("a whole turn", "answering_ms"))
    )
    return section("CPU time of a message", table(("what", "median", "95th percentile"), rows))


def _picture(draw: Any, values: Any, name: str, caption: str = "") -> Markup:
    """Return a figure; nothing where there is nothing to draw."""
    if not values:
        return Markup("")
    words = joined([element("strong", f"{name}."), f" {caption}" if caption else ""])
    return element("figure", element("figcaption", words), Markup(draw(values, name)))
