"""`python -m latch.evaluation.classifiers`: the choice of a classifier, measured.

Trains each pipeline on the same topics, understands the same held-out messages with it, and prints a table. DIET's time
grows with topics and examples both: with all topics it takes hours on two cores, so a part of them is the default.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from latch.evaluation.comparison import BASELINES, OURS, TOPICS, Cut, rasa_pipeline
from latch.evaluation.messages import DEFAULT_FOLDER, read_messages


def main(arguments: list[str] | None = None) -> int:
    """Measure the pipelines and print the table; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m latch.evaluation.classifiers", description=__doc__)
    parser.add_argument("configs", nargs="*", type=Path, help="pipelines (default: Latch's and all baselines)")
    parser.add_argument("--messages", type=Path, default=DEFAULT_FOLDER, help="folder of held-out messages")
    parser.add_argument(
        "--topics", type=int, default=TOPICS, help="so many topics, evenly spread (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        cut = Cut.of(Path(folder), read_messages(options.messages), options.topics)
        print(f"{len(cut.messages)} held-out messages, {len(cut.titles)} topics.")
        print("| pipeline | topic | in first three | category | training | CPU a message |")
        print("|---|---|---|---|---|---|", flush=True)
        for config in options.configs or [OURS, *sorted(BASELINES.glob("*.yml"))]:
            row = rasa_pipeline(config, cut)
            print(
                f"| {row.name} | {row.topic['share']:.1%} | {row.top_three['share']:.1%} "
                f"| {row.category['share']:.1%} | {row.training:.0f} s | {row.message:.1f} ms |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
