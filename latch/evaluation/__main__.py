"""`make evaluate`: how well the whole bot answers messages that it was not trained on."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from latch.assistant import DEFAULT_MODELS, Assistant, AssistantError, newest_model
from latch.content.load import load
from latch.content.yaml_file import ContentError
from latch.encoder.cache import CachedEncoder
from latch.evaluation import benchmarks, comparison, cross_validation
from latch.evaluation.asking import ask_all
from latch.evaluation.conversations import check_expectations
from latch.evaluation.judging import Knowledge
from latch.evaluation.messages import DEFAULT_FOLDER, FormError, HeldOut, read_questions
from latch.evaluation.page import as_page
from latch.evaluation.pipeline import settings, train
from latch.evaluation.report import Report, Source, make_report, summary, with_parts

REPORTS = Path("reports")
NAME = "evaluation"
DATA = Path("data")


def main(arguments: list[str] | None = None) -> int:
    """Ask everything, print what was right, write the report; return the exit code."""
    options = _options(arguments)
    try:
        library = load(DATA)
        knowledge = Knowledge.of(library, DATA)
        questions = read_questions(options.messages)
        check_expectations(questions, knowledge)
        model = newest_model(options.model)
        assistant = Assistant.load(model)
    except (FormError, ContentError, AssistantError) as error:
        print(error, file=sys.stderr)
        return 2
    asked, talked = asyncio.run(ask_all(assistant, questions))
    source = Source(str(options.messages), model.name)
    report = make_report(source, asked, talked, library, knowledge)
    report = with_parts(
        report,
        cross_validation=_cross_validation(options.cross_validation, knowledge),
        comparison=_comparison(options.baseline_topics, questions.messages) if options.baseline else None,
        benchmarks=_benchmarks(options.benchmarks),
    )
    print(summary(report))
    _write(report, options.reports)
    if options.benchmarks is None:
        print("HINT3 and CLINC150 (some minutes): python -m latch.evaluation --benchmarks")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m latch.evaluation", description=__doc__)
    parser.add_argument(
        "--messages", type=Path, default=DEFAULT_FOLDER, help="folder of messages (default: %(default)s)"
    )
    parser.add_argument(
        "--model", type=Path, default=DEFAULT_MODELS, help="model file or folder (default: %(default)s)"
    )
    parser.add_argument(
        "--reports", type=Path, default=REPORTS, help="folder to write the report to (default: %(default)s)"
    )
    parser.add_argument(
        "--cross-validation", type=int, default=cross_validation.FOLDS, metavar="FOLDS",
        help="folds of the cross-validation on the training examples, 0 for none (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--baseline", action="store_true", help="train and measure the `rasa init` pipeline and a keyword menu as well"
    )
    parser.add_argument(
        "--baseline-topics", type=int, default=comparison.TOPICS, metavar="TOPICS",
        help="compare on so many topics, evenly spread (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--benchmarks", type=Path, nargs="?", const=benchmarks.FOLDER, metavar="FOLDER",
        help="train and measure on HINT3 and CLINC150 as well (folder: %(const)s)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    if options.cross_validation == 1 or options.cross_validation < 0:
        parser.error("--cross-validation: 2 folds or more, or 0 for none")
    return options


def _cross_validation(folds: int, knowledge: Knowledge) -> dict[str, Any] | None:
    if not folds:
        return None
    return cross_validation.cross_validate(
        cross_validation.training_examples(),
        knowledge.categories,
        CachedEncoder.from_folder(threads=os.cpu_count() or 1).encode,
        cross_validation.configured_epochs(),
        folds,
    )


def _comparison(topics: int, messages: Sequence[HeldOut]) -> dict[str, Any] | None:
    try:
        rows = [asdict(row) for row in comparison.compare(messages, topics)]
    except (comparison.TrainingError, ValueError) as error:
        print(f"--baseline is left out: {error}", file=sys.stderr)
        return None
    return {"topics": topics, "messages": rows[0]["topic"]["of"], "rows": rows}


def _benchmarks(folder: Path | None) -> dict[str, Any] | None:
    if folder is None:
        return None
    if not folder.is_dir():
        print(f"--benchmarks is left out: there is no folder {folder}.", file=sys.stderr)
        return None
    return {"settings": settings(), **benchmarks.run_benchmarks(folder, train)}


def _write(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    data, page = folder / f"{NAME}.json", folder / f"{NAME}.html"
    data.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    page.write_text(as_page(report), encoding="utf-8")
    print(f"\nWritten to {page} and {data}. Intervals are Wilson's, at 95 %.")


if __name__ == "__main__":
    sys.exit(main())
