"""CuratedAnswers says what the model holds, with sources, and never the same line twice running."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from latch import responses
from latch.nlg import SAID_BEFORE, CuratedAnswers
from latch.plan import DID_YOU_MEAN, FALLBACK
from latch.policy import LAST_TOPIC

NHS = {"title": "How milk is made", "publisher": "NHS", "url": "https://www.nhs.uk/milk", "year": 2020}
WHO = {"title": "Feeding", "publisher": "WHO", "url": "https://www.who.int/feeding", "year": None}
TITLES = {
    "let_down": "What is let-down?",
    "colostrum": "What is colostrum?",
    "biting": "Why does my baby bite?",
    "oversupply": "What if I make too much?",
}
LEADS = ("Here it is once more.", "Once again, then.")


def _topic(name: str, *variations: dict[str, Any], **metadata: Any) -> list[dict[str, Any]]:
    about = {
        responses.KIND: responses.KIND_TOPIC,
        responses.TOPIC: name,
        responses.FORM: responses.FORM_ANSWER,
        responses.TITLE: TITLES[name],
        responses.SOURCES: [NHS, WHO],
        **metadata,
    }
    first, *others = variations or ({"text": f"About {name}."},)
    return [{**first, "metadata": responses.packed(about)}, *others]


HELP = [{"urgency": "emergency", "text": "Call now if your baby is floppy."}]
RESPONSES = {
    "utter_let_down": _topic("let_down", related=["colostrum", "biting", "unheard_of"], when_to_get_help=HELP),
    "utter_let_down_short": [
        {
            "text": "Milk flows.",
            "metadata": responses.packed({responses.TOPIC: "let_down", responses.FORM: responses.FORM_SHORT}),
        }
    ],
    "utter_colostrum": _topic(
        "colostrum",
        {"text": "For two.", "condition": [{"type": "slot", "name": "babies", "value": "twins"}]},
        {"text": "For one."},
    ),
    "utter_biting": _topic("biting"),
    "utter_oversupply": _topic("oversupply"),
    "utter_greet": [{"text": "Hello."}, {"text": "Hi."}],
    "utter_show_sources": [{"text": "My sources are these."}],
    DID_YOU_MEAN: [{"text": "Is it one of these?"}],
    SAID_BEFORE: [{"text": lead} for lead in LEADS],
}
SLOTS = {
    name: {"type": "text", "influence_conversation": False, "mappings": [{"type": "custom"}]}
    for name in (LAST_TOPIC, "babies")
}
DOMAIN = Domain.from_dict({"responses": RESPONSES, "slots": SLOTS})


@pytest.fixture
def answers() -> CuratedAnswers:
    """Return the NLG with the responses of a model."""
    return CuratedAnswers(domain=DOMAIN)


def _tracker(*events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("sender", list(events), DOMAIN.slots)


def _said(answers: CuratedAnswers, name: str, tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return what is said, and note it in the conversation as Rasa does."""
    message = asyncio.run(answers.generate(name, tracker, "test"))
    assert message is not None
    tracker.update(BotUttered(message["text"], metadata={"metadata": message["metadata"]}))
    return message


def test_an_answer_is_followed_by_danger_signs_and_sources(answers: CuratedAnswers) -> None:
    assert _said(answers, "utter_let_down", _tracker())["text"].splitlines() == [
        "About let_down.",
        "When to get help:",
        "- Call now if your baby is floppy.",
        "Sources: NHS, How milk is made (2020); WHO, Feeding.",
    ]


def test_the_parts_of_an_answer_stand_apart_in_the_metadata(answers: CuratedAnswers) -> None:
    metadata = _said(answers, "utter_let_down", _tracker())["metadata"]
    assert metadata[responses.BODY] == "About let_down."
    assert metadata[responses.HELP] == HELP
    assert metadata[responses.SOURCES] == [NHS, WHO]


def test_no_message_holds_a_blank_line(answers: CuratedAnswers) -> None:
    """Rasa would send what follows it as another message."""
    assert all("\n\n" not in _said(answers, name, _tracker())["text"] for name in RESPONSES)


def test_related_topics_are_buttons_with_their_titles(answers: CuratedAnswers) -> None:
    assert _said(answers, "utter_let_down", _tracker())["buttons"] == [
        {"title": TITLES["colostrum"], "payload": "/colostrum"},
        {"title": TITLES["biting"], "payload": "/biting"},
    ]


def test_a_short_form_has_its_topics_sources_and_danger_signs(answers: CuratedAnswers) -> None:
    message = _said(answers, "utter_let_down_short", _tracker())
    assert message["text"].startswith("Milk flows.\nWhen to get help:")
    assert message["metadata"][responses.SOURCES] == [NHS, WHO]


def test_did_you_mean_offers_the_three_nearest_titles(answers: CuratedAnswers) -> None:
    ranked = [(FALLBACK, 0.3), ("biting", 0.2), ("greet", 0.15), ("oversupply", 0.1), ("let_down", 0.05)]
    ranking = [{"name": name, "confidence": sure} for name, sure in [*ranked, ("colostrum", 0.04)]]
    tracker = _tracker(UserUttered("it hurts", parse_data={"intent_ranking": ranking}))
    message = _said(answers, DID_YOU_MEAN, tracker)
    assert [button["title"] for button in message["buttons"]] == [
        TITLES[name] for name in ("biting", "oversupply", "let_down")
    ]
    assert message["metadata"][responses.KIND] == responses.KIND_DOUBT


def test_the_sources_of_the_last_topic_are_shown_with_their_addresses(answers: CuratedAnswers) -> None:
    message = _said(answers, "utter_show_sources", _tracker(SlotSet(LAST_TOPIC, "let_down")))
    assert message["text"].splitlines() == [
        "My sources are these.",
        "- NHS, How milk is made (2020): https://www.nhs.uk/milk",
        "- WHO, Feeding: https://www.who.int/feeding",
    ]


def test_of_several_variations_another_is_said_the_next_time(answers: CuratedAnswers) -> None:
    tracker = _tracker()
    said = [_said(answers, "utter_greet", tracker)["text"] for _ in range(6)]
    assert all(first != second for first, second in zip(said, said[1:]))


def test_a_lone_line_is_led_in_otherwise_each_time(answers: CuratedAnswers) -> None:
    tracker = _tracker()
    said = [_said(answers, "utter_biting", tracker)["text"] for _ in range(5)]
    assert all(first != second for first, second in zip(said, said[1:]))
    assert all(text.endswith(said[0]) for text in said)
    assert said[1].startswith(LEADS)


def test_what_was_said_before_the_last_line_is_said_without_a_lead(answers: CuratedAnswers) -> None:
    tracker = _tracker()
    first = _said(answers, "utter_biting", tracker)["text"]
    _said(answers, "utter_oversupply", tracker)
    assert _said(answers, "utter_biting", tracker)["text"] == first


@pytest.mark.parametrize(("babies", "said"), [("twins", "For two."), ("one", "For one."), (None, "For one.")])
def test_a_variation_with_a_condition_is_said_where_it_holds(
    answers: CuratedAnswers, babies: str | None, said: str
) -> None:
    message = _said(answers, "utter_colostrum", _tracker(SlotSet("babies", babies)))
    assert message["metadata"][responses.BODY] == said
    assert message["metadata"][responses.SOURCES] == [NHS, WHO]


def test_a_response_that_the_model_does_not_have_is_no_message(answers: CuratedAnswers) -> None:
    assert asyncio.run(answers.generate("utter_restart", _tracker(), "test")) is None


def test_responses_of_a_newly_loaded_model_are_taken(answers: CuratedAnswers) -> None:
    """Rasa makes the NLG before it loads the model."""
    empty = CuratedAnswers()
    empty.responses = answers.responses
    assert _said(empty, "utter_let_down", _tracker())["buttons"]
