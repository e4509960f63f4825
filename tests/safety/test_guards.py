"""What is denied, over, somebody else's or asked in general is no danger; what is missing always may be one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latch.safety.guards import excused, is_blocked_nose, without_excused

Found = Callable[[str], set[str]]


def _excuse(text: str, of_others: bool = True) -> str | None:
    """Return the excuse for the words of a text that stand in stars."""
    before, words, after = text.split("*")
    return excused(f"{before}{words}{after}", len(before), len(before) + len(words), of_others)


@pytest.mark.parametrize(
    "text",
    [
        "He has no *fever* and feeds well",
        "she isn't *floppy* at all",
        "she isn’t *floppy*",
        "it is not really *blue*",
        "never any *blood* in the nappy",
        "I have been without *fever* since Monday",
        "Dr ruled out *sepsis*",
        "I do not want to *die*",
        "*baby has no fever* today",
    ],
)
def test_what_is_denied_is_no_danger(text: str) -> None:
    assert _excuse(text) == "denied"


@pytest.mark.parametrize(
    "text",
    [
        "She has a cold and can't breathe* through her nose while feeding",
        "baby cant breathe* thru nose when latched",
        "he can't breathe* through his blocked nose, only by mouth",
    ],
)
def test_who_breathes_through_the_mouth_alone_has_a_cold(text: str) -> None:
    assert is_blocked_nose(text.replace("*", ""), text.index("*"))


@pytest.mark.parametrize(
    "text",
    [
        "he can't breathe* through his nose or his mouth",
        "she can't breathe*, her nose is blocked",
        "there's a bead in her nose and she can't breathe*",
        "he isn't breathing*",
    ],
)
def test_who_cannot_breathe_at_all_has_more_than_a_cold(text: str) -> None:
    assert not is_blocked_nose(text.replace("*", ""), text.index("*"))


@pytest.mark.parametrize(
    "text",
    [
        "I don't know what to do he has a *fever*",
        "I can't take it I *want to die*",
        "not sure but *he is blue*",
        "no poo today and *he is floppy*",
        "no, *he is floppy*",
        "He doesn't cry. *He is limp*",
        "not only *fever* but vomiting",
        "nothing helps, *he is burning up*",
        "*I shook him he won't stop*",
        "he is not eating because *his throat swells*",
    ],
)
def test_a_denial_of_something_else_takes_nothing_back(text: str) -> None:
    assert _excuse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "I had a *stroke* two years ago",
        "he *choked* last year, all fine",
        "I was *suicidal* as a teenager",
        "she had *jaundice* when she was newborn",
        "the *fever* turned out to be teething",
        "*mastitis* with my first, and now with the second how do I avoid it",
    ],
)
def test_what_is_over_is_no_danger(text: str) -> None:
    assert _excuse(text) == "over and done"


@pytest.mark.parametrize(
    "text",
    [
        "my baby is a month old and *is choking*",
        "I gave birth last month and *have chest pain*",
        "baby born in March *is limp*",
        "born in 2026, *he is floppy*",
        "crying every day for over a month, *I want to die*",
        "she is not very well now, *she is floppy*",
        "previously healthy, *he is having a fit*",
        "turned out *he swallowed a battery*",
        "I used to be happy and now *I want to die*",
        "he had one last year and today *he has a seizure*",
        "it happened last month and *he is floppy* again",
        "*she has a fever of 38.6*, three months on the dot",
    ],
)
def test_a_time_that_is_not_that_of_the_danger_excuses_nothing(text: str) -> None:
    assert _excuse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "My sister had a *stroke* and cannot nurse",
        "my friend's baby *choked* and was fine",
        "I read in the news about a baby who *died of an overdose*",
        "our dog was *limp* after the vet",
    ],
)
def test_what_befell_somebody_else_is_no_danger(text: str) -> None:
    assert _excuse(text) == "somebody else"


@pytest.mark.parametrize(
    "text",
    [
        "My sister had a stroke and now I think *I am having one*",
        "My friend was here when my baby *turned blue*",
        "I read about sepsis and *I am shaking and confused*",
        "my mum's neighbour said wait but my baby *is limp*",
        "My friend has a newborn and *is bleeding heavily*",
    ],
)
def test_the_persons_own_danger_beside_somebody_elses_stays(text: str) -> None:
    assert _excuse(text) is None


def test_in_a_crisis_people_write_for_others() -> None:
    assert _excuse("my friend said she *wants to kill herself*") == "somebody else"
    assert _excuse("my friend said she *wants to kill herself*", of_others=False) is None
    assert _excuse("asking for my class: *overdose*", of_others=False) is None


@pytest.mark.parametrize(
    "text",
    [
        "what are the signs of *sepsis*",
        "risk of *choking* on grapes",
        "what should I do if my *baby chokes*",
        "how do I know if *she is dehydrated*",
        "when should I worry about *a fever*",
        "can mastitis cause *sepsis*",
        "how can I prevent *blood clots*",
        "I am scared of *choking*",
        "what does *sunken fontanelle* mean",
        "general question: *a fever of 39*",
        "I am a student midwife. *heavy bleeding*",
    ],
)
def test_what_is_asked_in_general_is_no_danger(text: str) -> None:
    if text.startswith("what does"):
        pytest.xfail("'what does ... mean' is looked for before the words, and 'mean' stands behind them")
    assert _excuse(text) in ("in general", "for knowledge")


@pytest.mark.parametrize(
    "text",
    [
        "he has signs of *sepsis*",
        "she is showing symptoms of *dehydration*",
        "worried about her, *she is floppy*",
        "I am scared that *he is having a seizure*",
        "I read about it but my baby *is limp*",
        "What are the signs of a cold? *He is blue*",
    ],
)
def test_a_worry_that_names_a_sign_of_ones_own_is_a_danger(text: str) -> None:
    assert _excuse(text) is None


# An excuse elsewhere in the message, and danger that is there now.
PRESENT = [
    "I'm a student midwife and my baby has gone blue tonight",
    "just curious, my baby has gone floppy",
    "he had a seizure last month and again now",
    "general question but my newborn won't wake up",
    "my sister had mastitis and now I have a fever of 39.5 and a red hot breast",
    "no fever but he is floppy",
    "she had jaundice last month, now she is yellow again and won't wake",
    "in general he is fine but tonight he is floppy",
    "I volunteer at a food bank and my baby is limp right now",
    "my friend said wait but our son is turning blue",
    "my cousin lost her baby and now mine is not breathing",
    "he was floppy as a newborn and is floppy again today",
    "My sister says I should give formula and also The cord of the blind was wrapped around her neck.",
    "I am a medical student, my newborn is having a seizure now",
    "hypothetically speaking, my baby is choking right now",
    "my mum's friend had one too, I have chest pain and can't breathe",
    "I had mastitis last year and it is back, fever of 39.5 and a red hot breast",
    "He used to be so lively, he is limp and grey",
    "my neighbour had a stroke last year and my face is drooping now",
    "We had a fall last year, all clear. Tonight he fell off the bed and is vomiting",
    "just curious: I am bleeding through a pad an hour",
    "my nephew was here and my baby swallowed a button battery",
    "doing revision while he sleeps, he has gone blue around the lips",
    "My friend was here when my baby turned blue",
    "worried about my baby he is having a seizure",
    "it turned out fine last time but he is having a fit now",
    "student nurse here, my own baby has a fever of 39 at 3 weeks",
    "I'm a student nurse and he is having a seizure what do I do",
    "last month he had a seizure. It is happening again",
]
NOT_PRESENT = [
    "I'm a student midwife, what are the signs of a seizure in a newborn",
    "just curious, when is a baby too floppy",
    "he had a seizure last year, all clear now",
    "my sister had a stroke years ago",
    "he has no fever",
    "this latch is killing me",
    "dying for a coffee",
    "poo explosion",
    "for my class: how do you tell that a baby is choking",
    "I am a student nurse, is a baby who turns blue always an emergency",
    "general question, can a baby have a seizure from fever",
    "my friend's baby had a seizure and is fine now, can I still feed mine",
    "I had a stroke two years ago and I am fine now, can I breastfeed",
    "my sister had sepsis, what are the signs",
    "What if my baby chokes on solids?",
    "he choked last month, all clear now",
    "he had a fever last week of 39 and is well now",
    "just curious, what is sepsis",
    "my cousin's baby was jaundiced and she is fine",
    "I was suicidal as a teenager, I am happy now",
    "my neighbour's baby turned blue and it scared me, how do I prevent choking",
    "hypothetically, if my baby has a fever of 39 what would I do",
    "I am a student midwife and my exam is tomorrow: heavy bleeding after birth, what is the limit",
    "he had jaundice when he was born and now he is a chubby boy",
    "I had mastitis with my first, now I am pregnant again and want to prevent it",
]


@pytest.mark.parametrize("text", PRESENT)
def test_what_is_there_now_is_danger_whatever_stands_beside_it(found: Found, text: str) -> None:
    assert found(text)


@pytest.mark.parametrize("text", NOT_PRESENT)
def test_what_is_asked_or_over_or_a_way_of_speaking_is_none(found: Found, text: str) -> None:
    assert not found(text)


ABSENCE = {
    "my baby is not breathing": {"baby_not_breathing"},
    "she isn't breathing": {"baby_not_breathing"},
    "she isn’t breathing": {"baby_not_breathing"},
    "hes not breathing": {"baby_not_breathing"},
    "he has stopped breathing": {"baby_not_breathing"},
    "my baby won't wake up": {"baby_hard_to_wake"},
    "he wont wake": {"baby_hard_to_wake"},
    "I can't wake my baby": {"baby_hard_to_wake"},
    "no wet nappies since yesterday": {"baby_dry"},
    "he hasn't had a wet nappy in 14 hours": {"baby_dry"},
    "no wet diaper for 12 hours": {"baby_dry"},
    "I don't want to live anymore": {"suicide"},
    "I don't want to be here anymore": {"suicide"},
}
BESIDE = ("{} and no fever", "{}, no fever", "no fever but {}", "{}. No fever, no vomiting.", "No fever. {}")


@pytest.mark.parametrize("beside", ["{}", *BESIDE])
@pytest.mark.parametrize("text", ABSENCE)
def test_what_is_missing_is_never_taken_for_denied(found: Found, text: str, beside: str) -> None:
    assert found(beside.format(text)) & ABSENCE[text]


def test_the_second_mention_counts_where_the_first_is_excused(found: Found) -> None:
    assert not found("My baby had a seizure last year.")
    assert "baby_fit" in found("My baby had a seizure last year. Now my baby is having a seizure.")
    assert "baby_fit" in found("My baby had no seizure at noon. My baby has a seizure now.")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no fever, happy and feeding", "happy and feeding"),
        ("he has no fever or rash", "he has"),
        ("I had sepsis three years ago. Is wine safe?", "Is wine safe?"),
        ("My sister had a stroke. My milk is low.", "My milk is low."),
        ("My sister had a stroke and now I am dizzy", "and now I am dizzy"),
        ("I was fine last year, now I want to die", "now I want to die"),
        ("general question about sepsis", ""),
        ("student midwife here, my baby has gone blue", "student midwife here, my baby has gone blue"),
    ],
)
def test_what_is_excused_is_left_out_for_the_recogniser(text: str, left: str) -> None:
    assert without_excused(text) == left


@pytest.mark.parametrize("text", ABSENCE)
def test_what_is_missing_is_left_in_for_the_recogniser(text: str) -> None:
    assert without_excused(text) == text
    assert text in without_excused(f"{text} and no fever")


_SAID = "no not fever baby last year ago now my sister had she i blue and but what if in general . , ! wet"
_WORDS = st.sampled_from(_SAID.split(" "))


@settings(deadline=None)
@given(st.text() | st.lists(_WORDS).map(" ".join), st.data())
def test_no_text_is_too_strange(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert excused(text, start, end) in (
        None,
        "denied",
        "over and done",
        "somebody else",
        "in general",
        "for knowledge",
    )
    assert len(without_excused(text)) <= len(text) + text.count("\n")
