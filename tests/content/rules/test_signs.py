"""Danger signs: lines that are patterns, replies short and true, an urgency that the facts bear out."""

from __future__ import annotations

from pathlib import Path

import pytest

from latch.content.load import load
from latch.content.rules import examples, signs
from tests.content.conftest import Data
from tests.content.sign import HARMLESS_FILE, SIGN, SIGN_FILE, WORDS_FILE, with_sign

NOW = "A limp baby needs help now."
WAITING = "After 10 minutes, call once more."


@pytest.fixture
def folder(data: Data) -> Data:
    """Return a valid data folder with a danger sign."""
    return with_sign(data)


def _reasons(data: Data) -> list[str]:
    found = sorted(signs.faults(load(data.folder), data.folder))
    return [str(fault).removeprefix(f"{data.folder}/") for fault in found]


def test_a_good_sign_has_no_fault(folder: Data) -> None:
    assert _reasons(folder) == []


def test_without_signs_nothing_is_wrong(data: Data) -> None:
    assert _reasons(data) == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("<nobody> limp", "there is no group 'nobody' in words.yml"),
        ("limp temperature>38", "'temperature>38' is no word, group, quantity or gap"),
        ("... the limp?", "'... the limp?' holds no word that must be there"),
        ("limp & ...", "'...' holds no word that must be there"),
    ],
)
def test_a_line_that_is_no_pattern_is_named_with_its_own_line(folder: Data, line: str, why: str) -> None:
    _, number = folder.spoil(SIGN_FILE, "<not> move", line)
    assert _reasons(folder) == [f"{SIGN_FILE}:{number}: the pattern '{line}': {why}"]


def test_a_filler_whose_other_forms_are_words_is_a_pattern(folder: Data) -> None:
    folder.spoil(WORDS_FILE, "fillers: [a, the, is]", "fillers: [a, the, is, keep]")
    folder.spoil(SIGN_FILE, "<not> move", "keep")
    assert _reasons(folder) == []


def test_shared_words_that_cannot_be_read_are_named(folder: Data) -> None:
    (folder.folder / WORDS_FILE).unlink()
    assert [reason.split(": ")[0] for reason in _reasons(folder)] == [f"{WORDS_FILE}:1"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (NOW, "A limp baby. Help now.", "'now' is one sentence"),
        (NOW, f"A limp baby needs {'much ' * 10}help now.", "'now' has 16 words; at most 14"),
        (NOW, "A limp baby needs {help} now.", "'now': braces would be read as a slot"),
        (NOW, "Call 999 for a limp baby.", "'now' holds a phone number"),
        (NOW, "Unconscious infants necessitate immediate hospitalisation.", "'now' has the reading grade"),
        (WAITING, "Call once more. And wait.", "'waiting' is one sentence"),
        (WAITING, f"Call {'once ' * 18}more.", "'waiting' has 20 words; at most 18"),
        (WAITING, "Call {emergency} once more.", "'waiting': braces would be read as a slot"),
        (WAITING, "Or call 0800 123 456.", "'waiting' holds a phone number"),
        (
            WAITING,
            "After 11 minutes, call once more.",
            "'waiting': the number 11 stands in no fact that the sign cites",
        ),
        (WAITING, "After eleven hours, call once more.", "'waiting': the number 11 stands in no fact"),
        ("title: A limp baby", f"title: A{' very' * 12} limp baby", "a sign's title has at most 60 characters"),
    ],
)
def test_what_is_wrong_with_the_reply_is_named(folder: Data, old: str, new: str, reason: str) -> None:
    folder.spoil(SIGN_FILE, old, new)
    assert any(f"{SIGN_FILE}:1: {reason}" in one for one in _reasons(folder))


def test_a_number_of_a_fact_may_be_written_out(folder: Data) -> None:
    folder.spoil(SIGN_FILE, WAITING, "After twelve hours, call once more.")
    assert _reasons(folder) == []


@pytest.mark.parametrize(
    "text", ["999", "call 112 now", "0800 123 456", "13 11 20", "1-1-2", "+44 20 7946 0018", "(555) 123-4567"]
)
def test_a_phone_number_is_known_by_its_digits(text: str) -> None:
    assert signs.PHONE_NUMBER.search(text)


@pytest.mark.parametrize(
    "text", ["38 C (100.4 F)", "104 F", "8 to 12", "100 ml", "150ml", "8-12 hours", "1,500", "38.5", "100 degrees", "5"]
)
def test_a_figure_is_no_phone_number(text: str) -> None:
    assert not signs.PHONE_NUMBER.search(text)


def test_too_few_examples_are_counted(folder: Data) -> None:
    for who in ("my sister", "the midwife"):
        folder.spoil(SIGN_FILE, f"    - tell {who} what a limp baby has\n", "")
    assert _reasons(folder) == [f"{SIGN_FILE}:1: 19 examples; at least 20 are needed"]


def test_too_few_harmless_lines_are_counted(folder: Data) -> None:
    text = (folder.folder / SIGN_FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    folder.write(SIGN_FILE, "".join(text[:-7]))
    assert _reasons(folder) == [f"{SIGN_FILE}:1: 14 harmless lines; at least 15 are needed"]


@pytest.mark.parametrize(
    ("path", "old"),
    [
        (SIGN_FILE, "- tell my sister what a limp baby has"),
        (SIGN_FILE, "- tell my sister how floppy hats are washed"),
        (HARMLESS_FILE, "- my coffee is limp and lukewarm"),
    ],
)
def test_examples_and_harmless_lines_are_no_novels_and_hold_no_brackets(folder: Data, path: Path, old: str) -> None:
    _, line = folder.spoil(path, old, "- " + "limp " * 61)
    assert _reasons(folder) == [f"{path}:{line}: an example of more than 60 words"]
    folder.spoil(path, "- " + "limp " * 61, "- a [limp] one")
    assert _reasons(folder) == [f"{path}:{line}: square brackets would be read as an entity"]


def test_two_signs_have_two_titles(folder: Data) -> None:
    folder.write("safety/baby/baby_still.yml", SIGN.replace("A limp baby\n", "a LIMP baby\n"))
    (reason,) = _reasons(folder)
    assert reason == f"safety/baby/baby_still.yml:1: the title is also that of {folder.folder / SIGN_FILE}"


def test_a_fact_that_must_not_be_repeated_is_named(folder: Data) -> None:
    folder.spoil(folder.article, "certainty: likely", "certainty: likely\n  note: Wrong, do not repeat it.")
    folder.spoil(SIGN_FILE, "milk-made]", "feeds-often]")
    assert _reasons(folder) == [f"{SIGN_FILE}:1: fact 'feeds-often' is not to be repeated, its note says"]


@pytest.mark.parametrize(
    ("urgency", "facts", "fits"),
    [
        ("emergency", "[baby-limp]", True),
        ("crisis", "[baby-limp]", True),
        ("same_day", "[baby-limp]", False),
        ("soon", "[baby-limp]", False),
        ("same_day", "[baby-limp, baby-sleepy]", True),
        ("soon", "[baby-limp, baby-sleepy]", False),
        ("emergency", "[baby-sleepy]", True),
        ("soon", "[milk-made]", True),
    ],
)
def test_a_sign_is_never_less_urgent_than_all_its_facts(folder: Data, urgency: str, facts: str, fits: bool) -> None:
    folder.spoil(SIGN_FILE, "urgency: emergency", f"urgency: {urgency}")
    folder.spoil(SIGN_FILE, "[baby-limp, baby-sleepy, milk-made]", facts)
    folder.spoil(SIGN_FILE, WAITING, "Call once more.")
    found = _reasons(folder)
    assert found == [] if fits else "is less than its facts say" in found[0]


@pytest.mark.parametrize(("said", "least"), [("URGENT", "emergency"), ("SAME DAY", "same_day"), ("THIS WEEK", "soon")])
def test_every_word_of_urgency_is_known(folder: Data, said: str, least: str) -> None:
    folder.spoil(folder.article, "EMERGENCY (baby)", f"{said} (baby)")
    folder.spoil(SIGN_FILE, "[baby-limp, baby-sleepy, milk-made]", "[baby-limp]")
    slower = ["soon", "same_day", "emergency"]
    for urgency in slower:
        folder.spoil(SIGN_FILE, "  urgency: ", f"  urgency: {urgency} #")
        assert bool(_reasons(folder)) == (slower.index(urgency) < slower.index(least))


def test_signs_take_part_in_the_rules_against_copies(folder: Data, tmp_path: Path) -> None:
    questions = tmp_path / "questions"
    questions.mkdir()
    (questions / "danger.yml").write_text("- text: tell the nurse what a limp baby has!\n", encoding="utf-8")
    folder.spoil(HARMLESS_FILE, "my coffee is limp and lukewarm", "tell my sister how floppy hats are washed")
    library = load(folder.folder)
    found = [str(one) for one in examples.faults(library.topics.values(), signs.sign_examples(library), [questions])]
    assert len(found) == 2
    assert "the example stands also at" in found[0]
    assert "copies or nearly copies an evaluation message" in found[1]
