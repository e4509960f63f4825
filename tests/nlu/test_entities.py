"""The entities of a message: the baby's age and age group, one baby or more, the country."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from latch.nlu.entities import LexiconEntityExtractor
from latch.nlu.language import LanguageTokenizer

Understand = Callable[[str], list[dict[str, Any]]]

COUNTRIES = {
    "I'm in the UK!": "GB",
    "u.k.": "GB",
    "Wales": "GB",
    "northern ireland": "GB",
    "ireland": "IE",
    "in the us": "US",
    "I live in the U.S.": "US",
    "usa": "US",
    "we are from New York, sorry": "US",
    "MEXICO": "MX",
    "españa": "ES",
    "in aus": "AU",
    "india": "IN",
    "new zealand": "NZ",
    "he bites us, we live in the us": "US",
}
NO_COUNTRIES = (
    "can you help us",
    "US",
    "give us the pump",
    "whales",
    "an indian mum",
    "she states",
    "cause",
    "tell us in the evening",
)


def _values(found: list[dict[str, Any]], kind: str) -> list[Any]:
    return [entity["value"] for entity in found if entity["entity"] == kind]


@pytest.mark.parametrize(("text", "code"), COUNTRIES.items())
def test_a_country_is_known_by_its_names(entities: Understand, text: str, code: str) -> None:
    assert _values(entities(text), "country") == [code]


@pytest.mark.parametrize("text", NO_COUNTRIES)
def test_a_word_that_looks_like_a_country_is_none(entities: Understand, text: str) -> None:
    assert _values(entities(text), "country") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("both twins refuse", "twins"),
        ("my twins' milk", "twins"),
        ("two babies and one of me", "twins"),
        ("Triplets!", "triplets"),
        ("just one baby", "one"),
        ("not twins", "one"),
    ],
)
def test_one_baby_or_more_is_known(entities: Understand, text: str, value: str) -> None:
    assert _values(entities(text), "babies") == [value]


def test_an_age_brings_its_group(entities: Understand) -> None:
    found = entities("my 14mo bites")
    assert _values(found, "baby_age") == [14.0]
    assert _values(found, "baby_age_group") == ["toddler"]


def test_an_age_in_numbers_leads_over_a_word_for_it(entities: Understand) -> None:
    assert _values(entities("my newborn is 7 weeks old"), "baby_age_group") == ["under_6_months"]


@pytest.mark.parametrize(("text", "value"), [("my newborn is sleepy", "newborn"), ("toddlers bite", "toddler")])
def test_a_word_for_an_age_gives_the_group_alone(entities: Understand, text: str, value: str) -> None:
    found = entities(text)
    assert _values(found, "baby_age_group") == [value]
    assert _values(found, "baby_age") == []


def test_of_two_ages_the_first_is_taken(entities: Understand) -> None:
    assert _values(entities("a 5 month old and a 3 year old"), "baby_age") == [5.0]


def test_everything_in_one_message_is_found_where_it_stands(entities: Understand) -> None:
    text = "6 week old twins in the UK"
    found = {entity["entity"]: text[entity["start"] : entity["end"]] for entity in entities(text)}
    assert found == {"baby_age": "6 week", "baby_age_group": "6 week", "babies": "twins", "country": "UK"}


def test_a_message_without_any_has_no_entities(entities: Understand) -> None:
    assert entities("how is milk produced") == []


def test_entities_found_before_are_kept(tokenizer: LanguageTokenizer, extractor: LexiconEntityExtractor) -> None:
    (message,) = tokenizer.process([Message({TEXT: "in india"})])
    message.set(ENTITIES, [{"entity": "other"}])
    extractor.process([message])
    assert [entity["entity"] for entity in message.get(ENTITIES)] == ["other", "country"]


def test_a_message_without_tokens_passes(extractor: LexiconEntityExtractor) -> None:
    (message,) = extractor.process([Message({TEXT: ""})])
    assert message.get(ENTITIES) is None


def test_a_loaded_extractor_finds_the_same(
    storage: ModelStorage, extractor: LexiconEntityExtractor, tokenizer: LanguageTokenizer
) -> None:
    context = ExecutionContext(GraphSchema({}))
    loaded = LexiconEntityExtractor.load({}, storage, Resource("entities"), context)
    text = "he's 15 months, twins, in the us"
    first, second = (component.process(tokenizer.process([Message({TEXT: text})])) for component in (extractor, loaded))
    assert first[0].get(ENTITIES) == second[0].get(ENTITIES)
    assert len(first[0].get(ENTITIES)) == 4


def test_a_document_of_a_strange_vocabulary_is_read(extractor: LexiconEntityExtractor) -> None:
    from latch.nlu.constants import DOC

    (message,) = extractor.process([Message({TEXT: "in india", DOC: spacy.blank("en")("in india")})])
    assert _values(message.get(ENTITIES), "country") == ["IN"]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_entities_of_any_text_lie_within_it(entities: Understand, text: str) -> None:
    assert all(0 <= entity["start"] < entity["end"] <= len(text) for entity in entities(text))
