"""`make check`: everything that is wrong with the content, each with file and line."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from latch.content.intents import other_examples, response_faults
from latch.content.load import read
from latch.content.model import Library, Topic
from latch.content.rules import answers, coverage, examples, grounding, signs
from latch.content.yaml_file import Fault
from latch.encoder import EncoderMissingError
from latch.encoder.cache import CachedEncoder

WEAKEST = 10
EVALUATION_FOLDERS = (Path("tests/questions"), Path("../shared/questions"))


def main(arguments: list[str] | None = None) -> int:
    """Check the content, print what is wrong and the weakest sentences; return the exit code."""
    parser = argparse.ArgumentParser(prog="latch check", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="the folder of content (default: %(default)s)")
    parser.add_argument("--only", help="say only what concerns this subject, a folder of data/topics")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    library, unreadable = read(options.data)
    unreadable = [fault for fault in unreadable if _concerns(fault, options.only)]
    if unreadable:
        return _report(unreadable)
    try:
        encoder = CachedEncoder.from_folder(threads=os.cpu_count() or 1)
    except EncoderMissingError as error:
        print(error, file=sys.stderr)
        return 2
    topics = [topic for topic in library.topics.values() if options.only in (None, topic.category)]
    supports = grounding.closeness(library, encoder, topics)
    if options.only is None:
        encoder.keep()
    found = [fault for fault in _faults(library, topics, options.data) if _concerns(fault, options.only)]
    found += [fault for fault in grounding.closeness_faults(supports) if _concerns(fault, options.only)]
    print(f"The {WEAKEST} sentences farthest from a fact that they cite, for a reader to judge:")
    for support in supports[:WEAKEST]:
        print(f"  {support.closeness:.2f}  {support.place.path}:{support.place.line}")
        print(f"        says: {support.sentence}")
        print(f"        fact: {support.fact}")
    if not found:
        print(
            f"{len(topics)} topics, {sum(len(topic.examples) for topic in topics)} examples: nothing is wrong", end=" "
        )
        print(f"({time.monotonic() - started:.1f} s).")
    return _report(found)


def _faults(library: Library, topics: list[Topic], data: Path) -> list[Fault]:
    folders = [folder for folder in EVALUATION_FOLDERS if folder.is_dir()]
    others = [*other_examples(data), *signs.sign_examples(library)]
    found = list(examples.faults(library.topics.values(), others, folders))
    found += response_faults(data, library.topics.values())
    found += answers.faults(library)
    found += answers.corpus_fault(library)
    found += coverage.faults(library)
    found += grounding.number_faults(topics)
    found += signs.faults(library, data)
    return found


def _concerns(fault: Fault, subject: str | None) -> bool:
    return subject is None or subject in fault.path.parts or fault.path.stem == subject


def _report(found: list[Fault]) -> int:
    for fault in sorted(set(found)):
        print(fault)
    if found:
        print(f"{len(set(found))} faults.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
