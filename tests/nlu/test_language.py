"""spaCy gives sentences, tokens and lemmas, and stands whole in the model."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.english import blank_english, english_words
from latch.nlu.constants import DOC
from latch.nlu.language import LanguageTokenizer


def _tokens(tokenizer: LanguageTokenizer, text: str) -> list[Token]:
    return list(tokenizer.process([Message({TEXT: text})])[0].get(TOKENS_NAMES[TEXT]))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("my 14mo", ["my", "14", "mo"]),
        ("38.5C fever", ["38.5", "C", "fever"]),
        ("only 4oz", ["only", "4", "oz"]),
        ("18m/o", ["18", "m/o"]),
        ("5½months", ["5½", "months"]),
        ("it's sore", ["it", "'s", "sore"]),
    ],
)
def test_a_unit_is_a_word_of_its_own(tokenizer: LanguageTokenizer, text: str, tokens: list[str]) -> None:
    assert [token.text for token in _tokens(tokenizer, text)] == tokens


def test_a_word_that_holds_a_number_inside_stays_whole(tokenizer: LanguageTokenizer) -> None:
    assert [token.text for token in _tokens(tokenizer, "h1n1 vaccine")][-1] == "vaccine"


def test_tokens_have_lemmas(tokenizer: LanguageTokenizer) -> None:
    assert [token.lemma for token in _tokens(tokenizer, "babies feeding")] == ["baby", "feed"]


def test_blank_space_is_no_token(tokenizer: LanguageTokenizer) -> None:
    assert [token.text for token in _tokens(tokenizer, "  milk   supply ")] == ["milk", "supply"]


def test_the_document_is_left_for_the_components_behind(tokenizer: LanguageTokenizer) -> None:
    (message,) = tokenizer.process([Message({TEXT: "It hurts. What can I do?"})])
    assert [sentence.text for sentence in message.get(DOC).sents] == ["It hurts.", "What can I do?"]


def test_sentences_end_at_every_mark_that_people_type() -> None:
    doc = blank_english()("is it low?! help… please!? thanks")
    assert len(list(doc.sents)) == 4


def test_english_words_are_known_in_every_form() -> None:
    assert {"feed", "feeding", "babies", "baby", "night"} <= english_words()
    assert not {"xyzzy", "brestfeeding", "lactancia"} & english_words()


def test_the_model_holds_the_whole_pipeline(storage: ModelStorage, tokenizer: LanguageTokenizer) -> None:
    context = ExecutionContext(GraphSchema({}))
    resource = tokenizer.train(TrainingData())
    assert isinstance(resource, Resource)
    loaded = LanguageTokenizer.load(LanguageTokenizer.get_default_config(), storage, resource, context)
    text = "My babies are 14mo. Feeding hurts!"
    described = [
        [(token.text, token.start, token.lemma) for token in _tokens(component, text)]
        for component in (tokenizer, loaded)
    ]
    assert described[0] == described[1]
    with storage.read_from(resource) as folder:
        assert (Path(folder) / "lemmatizer").is_dir()


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_tokens_of_any_text_stand_in_it_in_order(tokenizer: LanguageTokenizer, text: str) -> None:
    tokens = _tokens(tokenizer, text)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)
    assert all(text[token.start : token.end] == token.text for token in tokens)
