"""Latch's pipeline on public intent sets, beside published figures: HINT3 and CLINC150.

The sets are measured, never trained into Latch. What they are and where their figures come from, the README beside
them says; the figures are repeated here with their source.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from latch.evaluation.pipeline import Example, Predict, Predicted

FOLDER = Path("../shared/benchmarks")
HINT3 = ("sofmattress", "curekart", "powerplay11")
CLINC150 = "clinc150"
OUTSIDE = "NO_NODES_DETECTED"  # HINT3's label for what no intent answers
THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)
RECALL = 0.6

Train = Callable[[Sequence[Example]], Predict]


@dataclass(frozen=True)
class Point:
    """In-scope accuracy and out-of-scope recall at one threshold, each 0 to 1; published ones may have no threshold."""

    threshold: float | None
    accuracy: float
    recall: float
    system: str = ""


@dataclass(frozen=True)
class Benchmark:
    """A set: labelled texts to train on and to measure on."""

    name: str
    train: list[Example]
    test: list[Example]


_DIET = "Rasa DIET, 100 epochs, ConveRT and n-grams"
# Arora et al. 2020, "HINT3: Raising the bar for Intent Detection in the Wild", full training sets, recomputed from the
# predictions in github hellohaptik/HINT3; Larson et al. 2019, "An Evaluation Dataset for Intent Classification and
# Out-of-Scope Prediction", table 2.
PUBLISHED: Mapping[str, tuple[Point, ...]] = {
    name: tuple(Point(threshold, *figures, _DIET) for threshold, figures in zip(THRESHOLDS, rows))
    for name, rows in {
        "sofmattress": ((0.693, 0.0), (0.684, 0.102), (0.641, 0.398), (0.576, 0.663), (0.481, 0.855)),
        "curekart": ((0.841, 0.0), (0.841, 0.063), (0.819, 0.260), (0.790, 0.421), (0.739, 0.558)),
        "powerplay11": ((0.491, 0.0), (0.462, 0.261), (0.425, 0.619), (0.338, 0.808), (0.215, 0.932)),
    }.items()
} | {
    CLINC150: (
        Point(None, 0.909, 0.312, "Rasa before DIET, by threshold"),
        Point(None, 0.962, 0.523, "BERT, by threshold"),
        Point(None, 0.969, 0.403, "BERT, trained with out-of-scope examples"),
    )
}


def read_benchmarks(folder: Path = FOLDER) -> Iterator[Benchmark]:
    """Yield the sets that the folder holds."""
    for name in HINT3:
        files = [folder / "hint3" / part / f"{name}_{part}.csv" for part in ("train", "test")]
        if all(path.is_file() for path in files):
            yield Benchmark(name, *map(_labelled, files))
    clinc = folder / "clinc150" / "data_full.json"
    if clinc.is_file():
        data = json.loads(clinc.read_text(encoding="utf-8"))
        test = [(text, label) for text, label in data["test"]]
        outside = [(text, OUTSIDE) for text, _ in data["oos_test"]]
        yield Benchmark(CLINC150, [(text, label) for text, label in data["train"]], test + outside)


def run_benchmarks(folder: Path, train: Train) -> dict[str, Any]:
    """Return what is reached on each set of the folder, as plain data; say what is being trained."""
    found = {}
    for benchmark in read_benchmarks(folder):
        print(f"benchmarks: {benchmark.name}, {len(benchmark.train)} examples ...", file=sys.stderr, flush=True)
        found[benchmark.name] = measure(benchmark, train)
    return {"recall": RECALL, "sets": found}


def measure(benchmark: Benchmark, train: Train) -> dict[str, Any]:
    """Train on the set and return its figures beside the published ones, as plain data."""
    started = time.monotonic()
    predict = train(benchmark.train)
    predicted = [predict(text) for text, _ in benchmark.test]
    labels = [label for _, label in benchmark.test]
    published = PUBLISHED.get(benchmark.name, ())
    ours = accuracy_at_recall(predicted, labels, RECALL)
    # Only a curve over thresholds can be read at another recall; single published points cannot.
    theirs = interpolated(published, RECALL) if published and published[0].threshold is not None else None
    return {
        "train": len(benchmark.train),
        "inside": sum(label != OUTSIDE for label in labels),
        "outside": sum(label == OUTSIDE for label in labels),
        "intents": len({label for _, label in benchmark.train}),
        "seconds": time.monotonic() - started,
        "points": [vars(at_threshold(predicted, labels, threshold)) for threshold in THRESHOLDS],
        "published": [vars(point) for point in published],
        "at_recall": ours,
        "published_at_recall": theirs,
        "margin": None if theirs is None else ours - theirs,
    }


def at_threshold(predicted: Sequence[Predicted], labels: Sequence[str], threshold: float) -> Point:
    """Return the figures at a threshold: an in-scope text is right only when its confidence reaches it."""
    pairs = list(zip(predicted, labels))
    inside = [one.label == label and one.confidence >= threshold for one, label in pairs if label != OUTSIDE]
    outside = [one.confidence < threshold for one, label in pairs if label == OUTSIDE]
    return Point(
        threshold,
        sum(inside) / len(inside) if inside else 0.0,
        sum(outside) / len(outside) if outside else 0.0,
    )


def accuracy_at_recall(predicted: Sequence[Predicted], labels: Sequence[str], recall: float) -> float:
    """Return the in-scope accuracy at the lowest threshold that leaves so many out-of-scope texts (0 to 1) below it."""
    confidences = sorted(one.confidence for one, label in zip(predicted, labels) if label == OUTSIDE)
    below = ceil(recall * len(confidences))
    threshold = float(np.nextafter(confidences[below - 1], np.inf)) if below else 0.0
    return at_threshold(predicted, labels, threshold).accuracy


def interpolated(points: Sequence[Point], recall: float) -> float:
    """Return the accuracy that published points have at a recall, by straight lines; beyond the last, the last's.

    Beyond the last point the true figure can only be lower, so this is never to Latch's advantage.
    """
    ordered = sorted(points, key=lambda point: point.recall)
    return float(np.interp(recall, [point.recall for point in ordered], [point.accuracy for point in ordered]))


def _labelled(path: Path) -> list[Example]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [(row["sentence"], row["label"]) for row in csv.DictReader(lines)]
