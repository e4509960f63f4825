"""Shorthand and slips of the thumb are written out, and a text that is no English is marked."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from latch.nlu.constants import EMPTY, FOREIGN, SAID, UNKNOWN_WORDS, UNREADABLE
from latch.nlu.tongues import LANGUAGES, language
from latch.nlu.words import FREQUENT, Vocabulary, WordReader
from latch.nlu.words import SHORTHAND as SHORTHAND_TABLE

RESOURCE = Resource("words")
CONTEXT = ExecutionContext(GraphSchema({}))
EXAMPLES = [
    "how is milk made",
    "does my baby get enough milk from breastfeeding",
    "is my milk supply low while breastfeeding at night",
    "what do I do with an engorged breast and colostrum",
] * FREQUENT
SHORTHAND = {
    "bf": "breastfeed",
    "im": "I'm",
    "lo": "baby",
    "b4": "before",
    "w/": "with",
    "w/o": "without",
    "c/s": "caesarean",
    "2day": "today",
    "alot": "a lot",
}
# Greetings and fillers in which a person may begin, whatever she goes on in.
SHORT_ENGLISH = ("is it normal", "bf 2nite??", "why tho", "he wont latch", "pls help", "ok ta")
QUESTIONS = Path(__file__).parents[1] / "questions"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """Return the vocabulary of a few examples."""
    return Vocabulary.of([*EXAMPLES, *SHORTHAND.values()], SHORTHAND)


def _data() -> TrainingData:
    table = {"name": SHORTHAND_TABLE, "elements": [f"{short}={long}" for short, long in SHORTHAND.items()]}
    other = {"name": "age_unit_day", "elements": ["day"]}
    examples = [Message.build(text, "milk") for text in [*EXAMPLES, "can I bf in bed"]]
    return TrainingData(examples, lookup_tables=[other, table])


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> WordReader:
    """Return the reader, trained on a few examples."""
    reader = WordReader.create({}, LocalModelStorage(tmp_path_factory.mktemp("words")), RESOURCE, CONTEXT)
    reader.train(_data())
    return reader


def _read(reader: WordReader, text: str, **marks: str) -> Message:
    return reader.process([Message({TEXT: text, **marks})])[0]


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("bf my lo in bed", "breastfeed my baby in bed"),
        ("b4 bed", "before bed"),
        ("Im tired alot", "I'm tired a lot"),
        ("w/ the breast", "with the breast"),
        ("BF!", "breastfeed!"),
        ("W/O sleep, after a (C/S).", "without sleep, after a (caesarean)."),
        ("bf/pump w/formula", "breastfeed/pump with formula"),
        ("2day", "today"),
        ("im’s", "im’s"),
        ("abf", "abf"),
    ],
)
def test_shorthand_is_written_out_where_it_is_a_word(vocabulary: Vocabulary, typed: str, plain: str) -> None:
    assert vocabulary.plain(typed) == plain


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("braest milk", "breast milk"),
        ("is breastfeding normal", "is breastfeeding normal"),
        ("brestfeeeding", "breastfeeding"),
        ("colostrm?", "colostrum?"),
    ],
)
def test_a_slip_is_put_right(vocabulary: Vocabulary, typed: str, plain: str) -> None:
    assert vocabulary.plain(typed) == plain


@pytest.mark.parametrize(
    "typed",
    [
        "nights",  # English, though no example has it
        "mlik",  # too short to be sure
        "olostrum",  # of another beginning
        "how is milk made",
        "Zebedee",
        "h1n1 38.5 :-)",
        "4mo 6m 18m/o 2/3 10/12",
        "a 2day old",  # an age, not today
        "https://bf.org/lo www.nhs.uk/b4 im@bf.com",
        "",
    ],
)
def test_what_may_be_right_is_left(vocabulary: Vocabulary, typed: str) -> None:
    assert vocabulary.plain(typed) == typed


def test_a_word_that_few_examples_have_is_no_correction() -> None:
    rare = Vocabulary.of(["engorgement"] * (FREQUENT - 1), {})
    frequent = Vocabulary.of(["engorgement"] * FREQUENT, {})
    assert rare.plain("engorgment") == "engorgment"
    assert frequent.plain("engorgment") == "engorgement"


def test_the_share_of_known_words_is_told(vocabulary: Vocabulary) -> None:
    assert vocabulary.known("How is milk made") == 1.0
    assert vocabulary.known("milk xyzzy") == 0.5
    assert vocabulary.known("xyzzy") == vocabulary.known("") == vocabulary.known("123") == 0.0


def test_writing_out_twice_changes_nothing_more(vocabulary: Vocabulary) -> None:
    for text in ("bf my lo in bed", "braest milk", "Im tired alot", "w/ the breast"):
        assert vocabulary.plain(vocabulary.plain(text)) == vocabulary.plain(text)


@settings(deadline=None)  # the first text loads the lists of words
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read(vocabulary: Vocabulary, text: str) -> None:
    vocabulary.plain(text)
    assert 0.0 <= vocabulary.known(text) <= 1.0
    assert language(text) in (None, "", *LANGUAGES)


# Languages


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("¿cada cuánto tiene que mamar un recién nacido?", "es"),
        ("combien de fois par jour dois-je allaiter mon bébé", "fr"),
        ("Wie oft muss ich mein Baby in der Nacht stillen?", "de"),
        ("quantas vezes por dia o bebê deve mamar", "pt"),
        ("كم مرة يجب أن أرضع طفلي", "ar"),
        ("नवजात को कितनी बार दूध पिलाना चाहिए", "hi"),
        ("bachche ko din me kitni baar doodh pilana chahiye", "hi"),
        ("kif bzid el 7alib", "ar"),
        ("meine brust tut weh", "de"),
    ],
)
def test_a_language_that_has_a_line_of_its_own_is_known(text: str, code: str) -> None:
    assert language(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "quante volte al giorno devo allattare il mio bambino",
        "hoe vaak moet ik mijn baby borstvoeding geven",
        "как часто кормить грудью",
        "母乳喂养有什么好处",
        "赤ちゃんが母乳を飲みません",
    ],
)
def test_another_language_is_known_to_be_another(text: str) -> None:
    assert language(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "how often should a newborn feed at night",
        "does my baby get enough milk",
        "hv pn in rt bb v sore hlp",
        "hola how do i latch",
        "bebe tiene fever what do I do",
        "is paneer ok while nursing",
        "apple cider vinegar gummies",
        "x" * 2000,
        "x" * 1000 + "…" + "x" * 1000,
        "baby’s BI-RADS 3",
    ],
)
def test_english_is_no_other_language(text: str) -> None:
    assert language(text) is None


# The component


def test_the_text_is_read_in_plain_words_and_kept_as_typed(reader: WordReader) -> None:
    message = _read(reader, "can I bf my lo at nihgt")
    assert message.get(TEXT) == "can I breastfeed my baby at nihgt"
    assert message.get(SAID) == "can I bf my lo at nihgt"
    assert message.get(UNREADABLE) is None
    assert message.as_dict(only_output_properties=True) == {TEXT: message.get(TEXT)}


def test_a_text_in_another_language_is_marked_with_it(reader: WordReader) -> None:
    message = _read(reader, "mi bebe me muerde cuando le doy el pecho, que hago")
    assert message.get(UNREADABLE) == "foreign_es"
    assert message.as_dict(only_output_properties=True)[UNREADABLE] == "foreign_es"


def test_a_text_in_a_language_without_a_line_is_marked_as_foreign(reader: WordReader) -> None:
    assert _read(reader, "赤ちゃんが母乳を飲みません").get(UNREADABLE) == "foreign"


def test_a_text_without_a_known_word_is_marked(reader: WordReader) -> None:
    assert _read(reader, "qwpfgj zxcvlu").get(UNREADABLE) == UNKNOWN_WORDS


def test_a_text_that_was_marked_before_keeps_its_mark(reader: WordReader) -> None:
    message = _read(reader, "", **{UNREADABLE: EMPTY})
    assert message.get(UNREADABLE) == EMPTY


def test_a_foreign_name_in_an_english_question_is_no_language(reader: WordReader) -> None:
    assert _read(reader, "is Zoë-Maëlle's milk made at night").get(UNREADABLE) is None


def test_examples_are_written_in_plain_words_as_messages_are(reader: WordReader) -> None:
    data = reader.process_training_data(_data())
    assert data.training_examples[-1].get(TEXT) == "can I breastfeed in bed"


def test_words_of_the_shorthand_are_known(reader: WordReader) -> None:
    """Though no example has them."""
    assert _read(reader, "alot").get(UNREADABLE) is None


def test_an_untrained_reader_leaves_everything(tmp_path: Path) -> None:
    untrained = WordReader.create({}, LocalModelStorage(tmp_path), RESOURCE, CONTEXT)
    assert _read(untrained, "bf my lo").get(TEXT) == "bf my lo"


def test_what_was_learnt_is_loaded(tmp_path: Path) -> None:
    storage = LocalModelStorage(tmp_path)
    trained = WordReader.create({}, storage, RESOURCE, CONTEXT)
    trained.train(_data())
    loaded = WordReader.load({}, storage, RESOURCE, CONTEXT)
    for text in ("bf my lo", "braest milk", "qwpfgj zxcvlu", "赤ちゃんが母乳を飲みません"):
        first, second = (_read(one, text).as_dict(only_output_properties=True) for one in (trained, loaded))
        assert first == second
    with storage.read_from(RESOURCE) as folder:
        assert {path.suffix for path in folder.rglob("*") if path.is_file()} == {".json"}


# With the words of the whole project


@pytest.fixture(scope="module")
def project_reader(tmp_path_factory: pytest.TempPathFactory) -> WordReader:
    """Return the reader, trained on the project's examples."""
    from latch.importer import TopicImporter

    root = Path(__file__).parents[2]
    importer = TopicImporter(str(root / "config.yml"), str(root / "domain.yml"), [str(root / "data")])
    reader = WordReader.create({}, LocalModelStorage(tmp_path_factory.mktemp("project")), RESOURCE, CONTEXT)
    reader.train(importer.get_nlu_data())
    return reader


@pytest.mark.parametrize("text", SHORT_ENGLISH)
def test_short_english_is_english(project_reader: WordReader, text: str) -> None:
    assert _read(project_reader, text).get(UNREADABLE) is None


@pytest.mark.parametrize("text", ["australia", "spain", "in ireland", "im in ireland", "new zealand", "from india"])
def test_a_country_is_no_language(project_reader: WordReader, text: str) -> None:
    assert _read(project_reader, text).get(UNREADABLE) is None


def test_every_entry_of_the_projects_shorthand_is_written_out(lexicon: TrainingData) -> None:
    (table,) = [table for table in lexicon.lookup_tables if table["name"] == SHORTHAND_TABLE]
    entries = dict(entry.split("=", 1) for entry in table["elements"])
    assert len(entries) > 50
    project = Vocabulary.of([], entries)
    assert {short: project.plain(short) for short, long in entries.items() if project.plain(short) != long} == {}


def test_held_out_messages_in_other_languages_are_marked(project_reader: WordReader) -> None:
    entries = yaml.safe_load((QUESTIONS / "languages.yml").read_text(encoding="utf-8"))
    foreign = [entry for entry in entries if entry.get("language", "en") != "en"]
    assert len(foreign) > 50
    marks = [str(_read(project_reader, entry["text"]).get(UNREADABLE) or "") for entry in foreign]
    assert sum(mark.startswith(FOREIGN) for mark in marks) >= 0.8 * len(foreign)
    codes = [entry["language"].partition("-")[0] for entry in foreign]  # "hi-Latn" is Hindi
    own = [(code, mark) for code, mark in zip(codes, marks) if mark.startswith(f"{FOREIGN}_")]
    assert [pair for pair in own if pair[1] != f"{FOREIGN}_{pair[0]}"] == []


@pytest.mark.parametrize("name", ["danger", "distracted_baby", "milk_production"])
def test_held_out_messages_in_english_are_not(project_reader: WordReader, name: str) -> None:
    entries = yaml.safe_load((QUESTIONS / f"{name}.yml").read_text(encoding="utf-8"))
    marked = [entry["text"] for entry in entries if _read(project_reader, entry["text"]).get(UNREADABLE)]
    assert len(marked) <= 0.005 * len(entries), marked
