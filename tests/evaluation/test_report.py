from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from latch.content.load import load
from latch.evaluation.asking import Asked, Talked
from latch.evaluation.judging import Knowledge
from latch.evaluation.messages import Conversation, Turn
from latch.evaluation.page import as_page
from latch.evaluation.report import Report, Source, make_report, summary, with_parts
from latch.evaluation.statistics import share

NASTY = "<script>alert('x')</script> & \"more\""
MESSAGES = f"""\
- {{id: a, text: {json.dumps(NASTY)}, topic: made, category: milk_production}}
- {{id: b, text: two, topic: more, category: milk_production}}
- {{id: c, text: three, kind: far}}
- {{id: d, text: he is limp, urgency: emergency, sign: baby_floppy, style: explicit}}
- {{id: e, text: this is killing me, why_not_urgent: idiom}}
"""
DANGER = {"dangers": [{"sign": "baby_floppy", "urgency": "emergency", "words": "limp"}]}
CROSS_VALIDATION = {
    "folds": 3, "networks": 1, "epochs": 20, "examples": 2, "seconds": 1.0, "topic": share([True, False]),
    "category": share([True]), "by_topic": {}, "weakest": [{"topic": "made", **share([False]), "taken_for": ["more"]}],
}  # fmt: skip
COMPARISON = {
    "topics": 3, "messages": 2, "rows": [
        {"name": "Latch", "topic": share([True]), "top_three": share([True]), "category": share([True]),
         "training": 3.0, "message": 2.0},
    ],
}  # fmt: skip
BENCHMARKS = {
    "settings": {"TopicClassifier": {"networks": 2}}, "recall": 0.6, "sets": {
        "curekart": {
            "at_recall": 0.8, "published_at_recall": 0.739, "margin": 0.061,
            "points": [{"threshold": 0.1, "accuracy": 0.8, "recall": 0.3, "system": ""}],
            "published": [{"threshold": None, "accuracy": 0.7, "recall": 0.3, "system": "Rasa DIET"}],
        },
    },
}  # fmt: skip


@pytest.fixture
def report(ask: Callable[..., list[Asked]], answer: Callable[..., Any], knowledge: Knowledge) -> Report:
    asked = ask(
        MESSAGES,
        answer("bites"),
        answer("more"),
        answer("made"),
        answer(),
        answer(**DANGER),
        ranking=(("more", 0.7),),
    )
    talked = [Talked(Conversation("c1", "c.yml", (Turn("and now?", "made"),)), (answer("bites"),))]
    source = Source("tests/questions", "model.tar.gz")
    return make_report(source, asked, talked, load(Path("data")), knowledge)


@pytest.fixture
def whole(report: Report) -> Report:
    return with_parts(report, cross_validation=CROSS_VALIDATION, comparison=COMPARISON, benchmarks=BENCHMARKS)


def test_the_report_is_plain_data(whole: Report) -> None:
    assert json.loads(json.dumps(whole)) == whole


def test_each_share_stands_with_its_interval(report: Report) -> None:
    row = report["measures"]["core.topic"]
    assert row["share"] == 1 / 2
    assert row["low"] < row["share"] < row["high"]
    assert row["of"] == 2


def test_what_costs_time_is_measured(report: Report) -> None:
    assert report["time"]["understanding_ms_median"] == 2
    assert report["time"]["answering_ms_p95"] == 3


def test_the_targets_are_judged(whole: Report) -> None:
    reached = {row["key"]: row["reached"] for row in whole["targets"]}
    assert reached["core.category"] is False
    assert reached["benchmark.curekart"] is True
    assert reached["danger.fast"] is False
    assert reached["time.understanding_ms"] is True


def test_parts_that_were_not_measured_are_not_there(report: Report) -> None:
    assert "benchmarks" not in with_parts(report, benchmarks=None)


def test_a_terminal_shows_measures_targets_and_dangers(whole: Report) -> None:
    text = summary(whole)
    for words in ("right topic in the first reply", "MISSED", "he is limp", "this is killing me", "Cross-validation"):
        assert words in text
    assert "DIET 73.9%" in text


class _Reader(HTMLParser):
    """Collects what stands open, headings, addresses and scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.requests: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag in ("script", "link", "img", "iframe"):
            self.requests.append(tag)
        self.requests += [str(value) for name, value in attrs if name in ("src", "href") and str(value)[0] != "#"]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("h1", "h2"):
            self.headings.append(data)


def test_the_page_stands_alone(whole: Report) -> None:
    text = as_page(whole)
    reader = _Reader()
    reader.feed(text)
    assert reader.open == []
    assert reader.requests == []
    assert "url(http" not in text
    assert "@import" not in text


def test_the_page_begins_with_the_targets(whole: Report) -> None:
    reader = _Reader()
    reader.feed(as_page(whole))
    assert reader.headings[:2] == ["What Latch understands", "Targets"]
    assert "Danger signs" in reader.headings
    assert "Public intent sets" in reader.headings


def test_what_people_type_is_shown_as_text(whole: Report) -> None:
    text = as_page(whole)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_page_has_a_dark_and_a_printed_form(whole: Report) -> None:
    text = as_page(whole)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_an_editor_sees_which_messages_were_missed(whole: Report) -> None:
    text = as_page(whole)
    weakest = text[text.index("The weakest topics") : text.index("The worst confusions")]
    assert "How is milk made?" in weakest
    assert "answered: Why does he bite?" in weakest


def test_no_two_drawings_share_a_name(whole: Report) -> None:
    names = re.findall(r' id="([^"]+)"', as_page(whole))
    assert len(names) == len(set(names))


def test_a_report_on_almost_nothing_is_a_page_too(
    ask: Callable[..., list[Asked]], answer: Callable[..., Any], knowledge: Knowledge
) -> None:
    asked = ask("- {id: c, text: three, kind: far}", answer())
    report = make_report(Source("f", "m"), asked, [], load(Path("data")), knowledge)
    assert "Targets" in as_page(report)
    assert summary(report)
