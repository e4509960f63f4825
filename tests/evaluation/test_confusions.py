from __future__ import annotations

from collections.abc import Callable
from typing import Any

from latch.evaluation.asking import Asked
from latch.evaluation.confusions import confusions, weakest
from latch.evaluation.judging import Knowledge
from latch.evaluation.measures import by_topic

MESSAGES = """\
- {id: a, text: one, topic: made, category: milk_production}
- {id: b, text: two, topic: made, category: milk_production}
- {id: c, text: three, topic: more, category: milk_production, also: [made]}
- {id: d, text: four, topic: bites, category: nipple_tuning}
- {id: e, text: five, topic: milk_production}
"""


def test_the_confusion_met_most_comes_first(
    ask: Callable[..., list[Asked]], answer: Callable[..., Any], knowledge: Knowledge
) -> None:
    asked = ask(MESSAGES, answer("more"), answer("more"), answer("made"), answer(doubt=True), answer("bites"))
    first, second = confusions(asked, knowledge)
    assert (first["asked"], first["answered"], first["times"]) == ("made", "more", 2)
    assert first["messages"] == ["one", "two"]
    assert first["answered_title"] == "How do I make more?"
    assert (second["asked"], second["asked_title"]) == ("milk_production", "milk production")


def test_the_weakest_topics_show_what_was_missed(
    ask: Callable[..., list[Asked]], answer: Callable[..., Any], knowledge: Knowledge
) -> None:
    asked = ask(MESSAGES, answer("made"), answer("more"), answer("more"), answer(doubt=True), answer("made"))
    first, second = weakest(by_topic(asked), asked, knowledge)
    assert (first["topic"], first["share"]) == ("bites", 0)
    assert first["missed"] == [{"id": "d", "text": "four", "said": "asked back: "}]
    assert (second["topic"], second["share"], second["of"]) == ("made", 1 / 2, 2)
