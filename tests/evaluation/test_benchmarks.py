from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latch.evaluation.benchmarks import (
    CLINC150,
    OUTSIDE,
    PUBLISHED,
    RECALL,
    Benchmark,
    Point,
    accuracy_at_recall,
    at_threshold,
    interpolated,
    measure,
    read_benchmarks,
    run_benchmarks,
)
from latch.evaluation.pipeline import Example, Predict, Predicted

SHARED = Path(__file__).parents[3] / "shared" / "benchmarks"
GUESSES = st.lists(
    st.tuples(
        st.builds(Predicted, st.sampled_from(["a", "b"]), st.floats(min_value=0, max_value=1)),
        st.sampled_from(["a", "b", OUTSIDE]),
    ),
    min_size=1,
    max_size=50,
)
EXAMPLES = [("the milk is made", "made"), ("my baby bites", "bites"), ("he bites hard", "bites")]


def train(examples: Sequence[Example]) -> Predict:
    """Return what says the label of the first example that shares a word with a text."""

    def predict(text: str) -> Predicted:
        found = (label for known, label in examples if set(known.split()) & set(text.split()))
        return next((Predicted(label, 0.8) for label in found), Predicted("", 0.0))

    return predict


@pytest.mark.parametrize(("name", "accuracy"), [("sofmattress", 0.591), ("curekart", 0.739), ("powerplay11", 0.427)])
def test_published_figures_are_interpolated_at_the_recall(name: str, accuracy: float) -> None:
    assert interpolated(PUBLISHED[name], RECALL) == pytest.approx(accuracy, abs=5e-4)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the benchmarks stand beside the project")
@pytest.mark.parametrize("name", ["sofmattress", "curekart", "powerplay11"])
def test_published_figures_are_those_of_the_readme(name: str) -> None:
    row = next(line for line in (SHARED / "README.md").read_text().splitlines() if line.startswith(f"| {name} |"))
    assert [cell.strip() for cell in row.split("|")[2:-1]] == [
        f"{100 * point.accuracy:.1f} / {100 * point.recall:.1f}" for point in PUBLISHED[name]
    ]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the benchmarks stand beside the project")
def test_the_sets_are_read_whole() -> None:
    sizes = {one.name: (len(one.train), len(one.test)) for one in read_benchmarks(SHARED)}
    assert sizes == {
        "sofmattress": (328, 397),
        "curekart": (600, 991),
        "powerplay11": (471, 983),
        CLINC150: (15000, 5500),
    }


def test_what_is_in_scope_is_right_only_when_its_confidence_is_enough() -> None:
    predicted = [Predicted("a", 0.9), Predicted("a", 0.4), Predicted("b", 0.9), Predicted("a", 0.3)]
    assert at_threshold(predicted, ["a", "a", "a", OUTSIDE], 0.5) == Point(0.5, 1 / 3, 1.0)


@given(GUESSES)
def test_a_higher_threshold_finds_more_outside_and_less_inside(pairs: list[tuple[Predicted, str]]) -> None:
    predicted, labels = [one for one, _ in pairs], [label for _, label in pairs]
    points = [at_threshold(predicted, labels, threshold / 10) for threshold in range(11)]
    for lower, higher in zip(points, points[1:]):
        assert higher.recall >= lower.recall
        assert higher.accuracy <= lower.accuracy


@given(GUESSES, st.sampled_from([0.0, 0.3, 0.6, 1.0]))
def test_no_threshold_that_leaves_so_many_outside_is_more_accurate(
    pairs: list[tuple[Predicted, str]], recall: float
) -> None:
    predicted, labels = [one for one, _ in pairs], [label for _, label in pairs]
    found = accuracy_at_recall(predicted, labels, recall)
    for threshold in range(11):
        point = at_threshold(predicted, labels, threshold / 10)
        if point.recall >= recall and OUTSIDE in labels:
            assert found >= point.accuracy


def test_a_set_is_trained_and_measured_beside_its_figures() -> None:
    test = [("the milk is here", "made"), ("she bites", "bites"), ("qqq zzz", OUTSIDE)]
    found = measure(Benchmark("curekart", EXAMPLES, test), train)
    assert (found["inside"], found["outside"], found["intents"]) == (2, 1, 2)
    assert found["at_recall"] == 1
    assert found["margin"] == pytest.approx(1 - 0.739)
    assert len(found["points"]) == len(found["published"]) == 5


def test_single_published_points_are_not_interpolated() -> None:
    test = [("the milk is made here", "made"), ("qqq zzz", OUTSIDE)]
    assert measure(Benchmark(CLINC150, EXAMPLES, test), train)["margin"] is None


def test_a_folder_may_hold_some_sets_only(tmp_path: Path) -> None:
    (tmp_path / "clinc150").mkdir()
    rows = [[text, label] for text, label in EXAMPLES]
    (tmp_path / "clinc150" / "data_full.json").write_text(
        json.dumps({"train": rows, "test": rows[:3], "oos_test": [["qqq zzz", "oos"]]}), encoding="utf-8"
    )
    found = run_benchmarks(tmp_path, train)
    assert list(found["sets"]) == [CLINC150]
    assert found["sets"][CLINC150]["outside"] == 1
